//! A check that wants the nodes restarted with another environment: they are rolled to it and back, one by one, and the
//! check runs before, with it and after. Or nothing but a restart, as a control.

use tokio::time::Instant;

use super::session::RunSession;
use super::{node, scene};
use crate::checks::{Check, RestartRound, Side, catalogue, sanity};
use crate::clock::millis;
use crate::event::{Blame, Breakage, EventKind};
use crate::outcome::{CheckResult, Failure, Outcome, Stage, Step};

/// Runs the check in all its turns and reports one result. A red turn does not keep the nodes from going back to how
/// they were.
///
/// # Errors
/// The [`Breakage`] of a node that did not come back, with the blame of what it runs; the check is reported before.
pub(super) async fn run(
    session: &mut RunSession<'_>,
    stage: Stage,
    check: &str,
    environment: &[(String, String)],
) -> Result<(), Breakage> {
    let Some(check) = catalogue::find(check) else { return Ok(()) };
    let environment: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    session.events.send(EventKind::CheckStarted { stage, check: check.id.to_owned() });
    let mut result = turn(session, stage, check, RestartRound::Before).await;
    for (now, environment) in [(RestartRound::With, environment.as_slice()), (RestartRound::After, &[])] {
        let rolled = roll_all(session, environment, &mut result).await;
        if rolled.is_err() {
            session.events.send(EventKind::CheckFinished(scene::waived(session, result)));
            return rolled;
        }
        let next = turn(session, stage, check, now).await;
        result = catalogue::joined(result, next);
    }
    session.events.send(EventKind::CheckFinished(scene::waived(session, result)));
    Ok(())
}

async fn turn(session: &RunSession<'_>, stage: Stage, check: &Check, turn: RestartRound) -> CheckResult {
    match scene::scene(session, stage).await {
        Ok(scene) => scene::turn(session, &scene, check, turn, session.nonce).await,
        Err(reason) => catalogue::not_measured(check, stage, &reason),
    }
}

/// Replaces nodes of stable by others like them, one after the other: what a roll costs by itself.
///
/// # Errors
/// The [`Breakage`] of a node that did not come back.
pub(super) async fn control(session: &mut RunSession<'_>, nodes: &[String]) -> Result<(), Breakage> {
    for node in nodes {
        restart(session, node, Side::Stable, &[]).await?;
    }
    Ok(())
}

async fn restart(
    session: &mut RunSession<'_>,
    node: &str,
    side: Side,
    environment: &[(&str, &str)],
) -> Result<(), Breakage> {
    let replaced = node::replace(session, node, side, environment).await;
    // What the sanity left is for the check `startup` of a stage; here a red one is the breakage itself.
    sanity::forget(&session.carried);
    replaced
}

/// Replaces every node by one of what it runs, with `environment` on top, one after the other; each is a step.
async fn roll_all(
    session: &mut RunSession<'_>,
    environment: &[(&str, &str)],
    result: &mut CheckResult,
) -> Result<(), Breakage> {
    let words: Vec<String> = environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let with = if words.is_empty() { "without it".into() } else { format!("with {}", words.join(", ")) };
    let nodes: Vec<(String, Side)> =
        session.places.iter().map(|place| (place.name.clone(), place.side)).collect();
    for (name, side) in nodes {
        let began = Instant::now();
        let replaced = restart(session, &name, side, environment).await;
        let outcome =
            replaced.as_ref().map_or_else(|breakage| stayed_away(&name, breakage), |_| Outcome::Passed);
        let took_ms = millis(began);
        result.took_ms += took_ms;
        if outcome.is_red() {
            result.outcome = catalogue::worse(&result.outcome, &outcome);
        }
        result.steps.push(Step { name: format!("{name} restarts {with}"), outcome, took_ms });
        replaced?;
    }
    Ok(())
}

/// A node that ran and does not come back: on the release this is its failure, else nothing was measured.
fn stayed_away(node: &str, breakage: &Breakage) -> Outcome {
    match breakage.blame {
        Blame::Release => Outcome::Failed(Failure {
            expected: "the node back, as healthy as before".into(),
            got: breakage.trouble.message.clone(),
            node: Some(node.to_owned()),
            ..Failure::default()
        }),
        Blame::Environment | Blame::Gate => Outcome::NotMeasured { reason: breakage.trouble.message.clone() },
    }
}
