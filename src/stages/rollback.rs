//! The way of a node back to stable, on the schema of the release.
//!
//! Stable came up here before, so a node that does not is the release's doing: its migration left what stable cannot live on.
//! Where the roll goes on afterwards, that is a red `startup` of the stage `rollback`, whose other checks cannot be measured, and the
//! node stays out of traffic until its next step takes it forward again: what comes later is measured all the same. Where
//! nothing would take it forward, or no check would tell, the run ends there.

use indexmap::IndexMap;

use super::node;
use super::session::RunSession;
use super::stopwatch::Stopwatch;
use super::stranded::Stranded;
use crate::checks::{Check, Side, catalogue, sanity};
use crate::event::{Blame, Breakage, EventKind};
use crate::outcome::{CheckResult, Failure, Outcome, Stage, Step};
use crate::plan::PlanStep;
use crate::trouble::Trouble;

/// What whoever reads of it is to do.
const REMEDY: &str = "Look at its log: stable must start on the schema that the release leaves, or an upgrade cannot be taken back \
     without restoring the database.";

/// Takes a node back to stable; `rest` are the steps after this one.
///
/// # Errors
/// The [`Breakage`] of a node that does not come back, where the run cannot go on without it.
pub(super) async fn back(
    session: &mut RunSession<'_>,
    node: &str,
    rest: &[PlanStep],
) -> Result<(), Breakage> {
    let mut watch = Stopwatch::start();
    node::out_of_traffic(session, node, &mut watch).await?;
    let place = match node::into_traffic(session, node, Side::Stable, &[], watch).await {
        Ok(place) => place,
        Err(breakage) => return stranded(session, node, blamed(breakage), rest),
    };
    session.put(place);
    Ok(())
}

/// What it says of the release that its stable does not come up any more.
fn blamed(breakage: Breakage) -> Breakage {
    let Breakage { trouble, .. } = breakage;
    let message = format!("the way back failed: {}", trouble.message);
    let told = Trouble::new(&trouble.part, message, REMEDY).with_log(trouble.log_tail);
    Breakage { blame: Blame::Release, trouble: told }
}

fn stranded(
    session: &mut RunSession<'_>,
    node: &str,
    breakage: Breakage,
    rest: &[PlanStep],
) -> Result<(), Breakage> {
    let goes_forward = |step: &PlanStep| matches!(step, PlanStep::Replace { node: next, side: Side::Release, .. } if next == node);
    let is_told = |step: &PlanStep| matches!(step, PlanStep::Check { stage: Stage::Rollback, checks } if checks.iter().any(|id| id == sanity::ID));
    if !rest.iter().any(goes_forward) || !rest.iter().any(is_told) {
        return Err(breakage);
    }
    session.stranded = Some(Stranded { node: node.to_owned(), trouble: breakage.trouble });
    Ok(())
}

/// The results of a stage that a node did not come back to: `startup` fails, nothing else can be measured.
pub(super) fn results(session: &RunSession<'_>, stranded: &Stranded, checks: &[&Check]) {
    let stage = Stage::Rollback;
    for check in checks {
        let result = if check.id == sanity::ID {
            let seen = sanity::result(&session.carried, stage);
            failed(stranded, check, seen, &session.plan.stable.version.to_string())
        } else {
            let reason = format!("{} is not back on stable: `{}` says why", stranded.node, sanity::ID);
            catalogue::not_measured(check, stage, &reason)
        };
        session.events.send(EventKind::CheckFinished(result));
    }
}

fn failed(stranded: &Stranded, check: &Check, seen: Option<CheckResult>, stable: &str) -> CheckResult {
    let outcome = Outcome::Failed(Failure {
        expected: "stable to start on the schema of the release, as it did on its own".into(),
        got: stranded.trouble.message.clone(),
        node: Some(stranded.node.clone()),
        version: Some(stable.to_owned()),
        ..Failure::default()
    });
    let step = Step { name: format!("{} goes back to stable", stranded.node), outcome, took_ms: 0 };
    let mut facts = IndexMap::from([("what to do".to_owned(), stranded.trouble.remedy.clone())]);
    if let Some(last) = stranded.trouble.log_tail.last() {
        facts.insert(format!("{} said", stranded.node), last.clone());
    }
    let before = seen.map(|seen| seen.steps).unwrap_or_default();
    let steps: Vec<Step> = std::iter::once(step).chain(before).collect();
    let outcome = catalogue::outcome_of(&steps);
    CheckResult { outcome, steps, facts, ..catalogue::not_measured(check, Stage::Rollback, "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_does_not_come_back_is_the_releases_fault_and_keeps_its_log() {
        let trouble =
            Trouble::new("node1", "it ended with exit code 1", "x").with_log(vec!["no column".into()]);
        let Breakage { blame, trouble } = blamed(Breakage { blame: Blame::Environment, trouble });
        assert_eq!(blame, Blame::Release);
        assert_eq!(trouble.message, "the way back failed: it ended with exit code 1");
        let check = catalogue::find(sanity::ID).unwrap();
        let result = failed(&Stranded { node: "node1".into(), trouble }, check, None, "11.5.1");
        assert!(
            matches!(&result.outcome, Outcome::Failed(failure) if failure.node.as_deref() == Some("node1"))
        );
        assert_eq!(result.facts["node1 said"], "no column");
    }
}
