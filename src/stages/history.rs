//! What the database was before stable: one node runs each version in turn, nobody else does, and no user comes by.
//!
//! Stable meets rows that it did not write, as it does at everybody who did not install yesterday. The node is alone: what migrates is
//! stopped and started, and there is nothing to be drained.

use std::time::Duration;

use super::blame::{Blames as _, broken};
use super::session::RunSession;
use crate::checks::{RunningNode, Side};
use crate::event::{Blame, Breakage, EventKind};
use crate::outcome::Stage;
use crate::trouble::{OrBug as _, Trouble};

/// A node runs the version of a stage, and answers.
///
/// # Errors
/// The [`Breakage`] of a version that does not come up: neither stable nor the release is to blame.
pub(super) async fn visit(session: &mut RunSession<'_>, node: &str, stage: Stage) -> Result<(), Breakage> {
    let Stage::History(n) = stage else { return Ok(()) };
    let release = session.plan.history.get(n.wrapping_sub(1));
    let release = release.or_bug("plan", "a stage is of no version").blames(Blame::Gate)?;
    let began = tokio::time::Instant::now();
    let address = session.cluster.nodes().start(node, &release.image).await.blames(Blame::Environment)?;
    let client = session.client(node, &address)?;
    let ready = session.wait(&client, Side::Stable).await;
    ready.map_err(|broken| Breakage { blame: Blame::Environment, ..broken })?;
    let facts = match session.look(&client, &release.version, None).await {
        Ok(facts) => facts,
        Err(why) => {
            let message = format!("it came up at {} and its sanity failed: {why}", release.image);
            let remedy = "Leave this version out of the input history, or write the one that its image is.";
            let log = session.cluster.nodes().complaints(node).await;
            return Err(broken(Blame::Environment, Trouble::new(node, message, remedy).with_log(log)));
        }
    };
    let (version, took_ms) = (facts.version.clone(), crate::clock::millis(began));
    session.events.send(EventKind::NodeReady { node: node.to_owned(), version, took_ms });
    let process = session.cluster.nodes().process(node).await;
    session.put(RunningNode { name: node.to_owned(), side: Side::Stable, facts, client, process });
    Ok(())
}

/// It stops, and is nobody's node until stable starts it.
///
/// # Errors
/// The [`Breakage`] of a node that does not stop.
pub(super) async fn leave(session: &mut RunSession<'_>, node: &str) -> Result<(), Breakage> {
    let grace = Duration::from_secs(session.plan.budgets.stop_s);
    session.cluster.nodes().stop(node, grace).await.blames(Blame::Environment)?;
    session.places.clear();
    Ok(())
}
