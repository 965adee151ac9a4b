//! A check that wants the nodes restarted with another environment: they are rolled to it and back, one by one, and the
//! check runs before, with it and after.

use tokio::time::Instant;

use super::session::{Session, millis};
use super::{ground, roll};
use crate::checks::{Check, Turn, catalogue, sanity};
use crate::event::{Breakage, EventKind};
use crate::outcome::{CheckResult, Outcome, Stage, Step};

/// Runs the check in all its turns and reports one result.
///
/// # Errors
/// The [`Breakage`] of a node that did not come back; the check is reported before.
pub(super) async fn run(
    session: &mut Session<'_>,
    stage: Stage,
    check: &Check,
    nonce: &str,
) -> Result<(), Breakage> {
    session.events.send(EventKind::CheckStarted { stage, check: check.id.to_owned() });
    let mut result = turn(session, stage, check, Turn::Before, nonce).await;
    for (now, environment) in [(Turn::With, check.environment), (Turn::After, &[])] {
        let rolled = roll_all(session, environment, &mut result).await;
        if let Err(breakage) = rolled {
            session.events.send(EventKind::CheckFinished(catalogue::settled(result)));
            return Err(breakage);
        }
        let next = turn(session, stage, check, now, nonce).await;
        result.steps.extend(next.steps);
        result.facts.extend(next.facts);
        result.took_ms += next.took_ms;
    }
    session.events.send(EventKind::CheckFinished(catalogue::settled(result)));
    Ok(())
}

async fn turn(session: &Session<'_>, stage: Stage, check: &Check, turn: Turn, nonce: &str) -> CheckResult {
    match ground::scene(session, stage).await {
        Ok(scene) => ground::turn(session, &scene, check, turn, nonce).await,
        Err(reason) => catalogue::not_measured(check, stage, &reason),
    }
}

/// Makes every node anew at what it runs, with `environment` on top, one after the other; each is a step.
async fn roll_all(
    session: &mut Session<'_>,
    environment: &[(&str, &str)],
    result: &mut CheckResult,
) -> Result<(), Breakage> {
    let words: Vec<String> = environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let with = if words.is_empty() { "without it".into() } else { format!("with {}", words.join(", ")) };
    for index in 0..session.places.len() {
        let began = Instant::now();
        let (name, side) = (session.places[index].name.clone(), session.places[index].side);
        let made = roll::anew(session, index, side, environment).await;
        sanity::forget(&session.carried);
        let outcome = match &made {
            Ok(_) => Outcome::Passed,
            Err(breakage) => Outcome::NotMeasured { reason: breakage.message.clone() },
        };
        let took_ms = millis(began);
        result.steps.push(Step { name: format!("{name} restarts {with}"), outcome, took_ms });
        result.took_ms += took_ms;
        made?;
    }
    Ok(())
}
