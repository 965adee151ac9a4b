//! The checks of one stage: those that disturb nobody all at once, then the others one by one, then what was red
//! and may have been chance once more, last those that want the nodes restarted.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::ground::{scene, turn, waived};
use super::session::{Session, millis};
use super::{again, restarts, suite};
use crate::checks::catalogue::{self, CHECKS};
use crate::checks::{Check, RestartRound, sanity};
use crate::event::{Breakage, EventKind};
use crate::outcome::Stage;
use crate::plan::StagePlan;

/// Runs the planned checks of a stage and reports each as it ends.
///
/// # Errors
/// The [`Breakage`] of a node that did not come back from a restart that a check wanted.
pub(super) async fn run(session: &mut Session<'_>, stage: &StagePlan, nonce: &str) -> Result<(), Breakage> {
    let began = Instant::now();
    session.events.send(EventKind::StageStarted { stage: stage.stage });
    let planned = CHECKS.iter().filter(|check| stage.checks.iter().any(|id| id == check.id));
    let own_suite = suite::planned(session.plan).filter(|_| stage.checks.iter().any(|id| id == suite::CHECK));
    let planned = planned.filter(|check| own_suite.is_none() || check.id != suite::CHECK);
    let (restarting, others): (Vec<&Check>, Vec<&Check>) =
        planned.partition(|check| !check.environment.is_empty());
    undisturbed(session, stage.stage, &others, nonce).await;
    // What a stage's replacements left is told by then; a restart's own sanity is the restart's.
    sanity::forget(&session.carried);
    for check in restarting {
        if session.cluster.is_attached() {
            let reason = "attached: the gate cannot restart its nodes with another environment";
            let result = catalogue::not_applicable(check, stage.stage, reason);
            session.events.send(EventKind::CheckFinished(result));
        } else {
            restarts::run(session, stage.stage, check, nonce).await?;
        }
    }
    if let Some(own) = own_suite {
        suite::run(session, stage.stage, own).await;
    }
    session.events.send(EventKind::StageFinished { stage: stage.stage, took_ms: millis(began) });
    Ok(())
}

async fn undisturbed(session: &Session<'_>, stage: Stage, checks: &[&Check], nonce: &str) {
    let scene = match scene(session, stage).await {
        Ok(scene) => scene,
        Err(reason) => {
            for check in checks {
                session.events.send(EventKind::CheckFinished(catalogue::not_measured(check, stage, &reason)));
            }
            return;
        }
    };
    let one = async |check: &Check| {
        session.events.send(EventKind::CheckStarted { stage, check: check.id.to_owned() });
        let result = waived(session, turn(session, &scene, check, RestartRound::Before, nonce).await);
        session.events.send(EventKind::CheckFinished(result.clone()));
        catalogue::find(check.id).filter(|check| catalogue::may_ask_again(check, &result)).zip(Some(result))
    };
    let (alone, together): (Vec<&Check>, Vec<&Check>) = checks.iter().partition(|check| check.alone);
    let mut red = Vec::new();
    let mut running: FuturesUnordered<_> = together.into_iter().map(one).collect();
    while let Some(ended) = running.next().await {
        red.extend(ended);
    }
    for check in alone {
        red.extend(one(check).await);
    }
    again::ask(session, &scene, red, nonce).await;
}
