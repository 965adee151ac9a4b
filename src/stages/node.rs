//! One node, or several beside each other: out of traffic, and into it again.

use std::time::Duration;

use availability::Deed;
use futures_util::future::try_join_all;

use super::blame::Blames as _;
use super::schema_watch;
use super::session::RunSession;
use super::stopwatch::Stopwatch;
use crate::checks::{RunningNode, Side};
use crate::event::{Blame, Breakage, EventKind};

/// Starts nodes at what a side runs, or finds those that run already, and puts each into traffic.
pub(super) async fn start(
    session: &mut RunSession<'_>,
    nodes: &[String],
    side: Side,
) -> Result<(), Breakage> {
    let here = &*session;
    let started = nodes.iter().map(|node| into_traffic(here, node, side, &[], Stopwatch::start()));
    for place in try_join_all(started).await? {
        session.put(place);
    }
    Ok(())
}

/// Replaces one node by one on a side, the same or the other one, with `environment` on top of its own.
pub(super) async fn replace(
    session: &mut RunSession<'_>,
    node: &str,
    side: Side,
    environment: &[(&str, &str)],
) -> Result<(), Breakage> {
    let mut watch = Stopwatch::start();
    out_of_traffic(session, node, &mut watch).await?;
    let place = into_traffic(session, node, side, environment, watch).await?;
    session.put(place);
    Ok(())
}

/// Takes a node out of traffic and stops it.
pub(super) async fn out_of_traffic(
    session: &RunSession<'_>,
    node: &str,
    watch: &mut Stopwatch,
) -> Result<(), Breakage> {
    drain(session, node).await?;
    watch.lap("drain");
    stop(session, node).await?;
    watch.lap("stop");
    Ok(())
}

/// Takes nodes out of traffic and stops them, beside each other.
pub(super) async fn stop_all(session: &RunSession<'_>, nodes: &[String]) -> Result<(), Breakage> {
    let stopped = nodes.iter().map(async |node| {
        drain(session, node).await?;
        stop(session, node).await
    });
    try_join_all(stopped).await.map(drop)
}

async fn drain(session: &RunSession<'_>, node: &str) -> Result<(), Breakage> {
    let patience = Duration::from_secs(session.plan.budgets.drain_s);
    session.doing(node, Deed::Drain);
    session.leaves(node);
    session.cluster.traffic().drain(node, session.lasting(node), patience).await.blames(Blame::Environment)
}

async fn stop(session: &RunSession<'_>, node: &str) -> Result<(), Breakage> {
    let grace = Duration::from_secs(session.plan.budgets.stop_s);
    session.doing(node, Deed::Stop);
    session.cluster.nodes().stop(node, grace).await.blames(Blame::Environment)
}

/// The one way into traffic. The first server of the release changes the schema on it.
pub(super) async fn into_traffic(
    session: &RunSession<'_>,
    node: &str,
    side: Side,
    environment: &[(&str, &str)],
    watch: Stopwatch,
) -> Result<RunningNode, Breakage> {
    schema_watch::meanwhile(session, side, brought_up(session, node, side, environment, watch)).await
}

/// Start, ready, sane, undrained, announced.
async fn brought_up(
    session: &RunSession<'_>,
    node: &str,
    side: Side,
    environment: &[(&str, &str)],
    mut watch: Stopwatch,
) -> Result<RunningNode, Breakage> {
    let was_up = session.place(node).is_some();
    session.doing(node, Deed::Start);
    let client = if was_up {
        session.replace(node, side, environment).await?
    } else {
        session.start(node, side).await?
    };
    watch.lap("start");
    session.moved(node, &client);
    session.doing(node, Deed::Ready);
    // The image is looked at while the server boots; what cannot be looked at is for the checks to say.
    let (ready, _) = tokio::join!(session.wait(&client, side), session.image(side, Some(node)));
    ready?;
    watch.lap("ready");
    session.doing(node, Deed::Sanity);
    let facts = session.sane(&client, side).await?;
    watch.lap("sanity");
    session.doing(node, Deed::Undrain);
    let patience = Duration::from_secs(session.plan.budgets.ready_s);
    let traffic = session.cluster.traffic();
    let undrained =
        if was_up { traffic.undrain(node, patience).await } else { traffic.admit(node, patience).await };
    undrained.blames(side)?;
    watch.lap("undrain");
    session.doing(node, Deed::Done);
    session.joins(&client);
    let (node, version) = (node.to_owned(), facts.version.clone());
    session.events.send(EventKind::NodeReady { node: node.clone(), version, took_ms: watch.took_ms() });
    if let Some(before) = session.place(&node).filter(|before| before.side != side) {
        session.events.send(EventKind::NodeReplaced {
            node: node.clone(),
            from: session.release_of(before.side).image.clone(),
            to: session.release_of(side).image.clone(),
            parts: watch.laps(),
        });
    }
    let process = session.cluster.nodes().process(&node).await;
    Ok(RunningNode { name: node, side, facts, client, process })
}
