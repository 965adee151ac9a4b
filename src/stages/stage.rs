//! The checks of one stage: those that disturb nobody all at once, then the others one by one, last those that want the
//! nodes restarted.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::ground::{scene, turn};
use super::session::{Session, millis};
use super::{restarts, suite};
use crate::checks::catalogue::{self, CHECKS};
use crate::checks::{Check, Turn, sanity};
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
        let result = turn(session, &scene, check, Turn::Before, nonce).await;
        session.events.send(EventKind::CheckFinished(result));
    };
    let (alone, together): (Vec<&Check>, Vec<&Check>) = checks.iter().partition(|check| check.alone);
    let mut running: FuturesUnordered<_> = together.into_iter().map(one).collect();
    while running.next().await.is_some() {}
    for check in alone {
        one(check).await;
    }
}
