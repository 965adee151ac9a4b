//! The checks of a stage: those that disturb nobody all at once, then the others one by one, then what was red and may
//! have been chance once more.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::again;
use super::rollback;
use super::scene::{scene, turn, waived};
use super::session::RunSession;
use crate::checks::catalogue::{self, CHECKS};
use crate::checks::{Check, RestartRound, sanity};
use crate::event::EventKind;
use crate::outcome::Stage;

/// Runs checks of a stage and reports each as it ends. A failed check does not end the run.
pub(super) async fn check(session: &mut RunSession<'_>, stage: Stage, ids: &[String]) {
    let checks = of_catalogue(ids);
    match session.stranded.take() {
        Some(stranded) => rollback::results(session, &stranded, &checks),
        None => verify(session, stage, &checks).await,
    }
    // What a stage's replacements left is told by then; a restart's own sanity is the restart's.
    sanity::forget(&session.carried);
}

/// Runs a check of a stage for which the others wait.
pub(super) async fn before_the_others(session: &RunSession<'_>, stage: Stage, id: &str) {
    verify(session, stage, &of_catalogue(&[id.to_owned()])).await;
}

/// Reports checks that do not apply to this cluster.
pub(super) fn skip(session: &RunSession<'_>, stage: Stage, ids: &[String], reason: &str) {
    for check in of_catalogue(ids) {
        let result = catalogue::not_applicable(check, stage, reason);
        session.events.send(EventKind::CheckFinished(result));
    }
}

fn of_catalogue(ids: &[String]) -> Vec<&'static Check> {
    CHECKS.iter().filter(|check| ids.iter().any(|id| id == check.id)).collect()
}

async fn verify(session: &RunSession<'_>, stage: Stage, checks: &[&Check]) {
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
        let result = waived(session, turn(session, &scene, check, RestartRound::Before, session.nonce).await);
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
    again::ask(session, &scene, red).await;
}
