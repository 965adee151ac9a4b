//! What is red and may have been chance is asked once more: at the end of its stage, alone, with fresh data.
//!
//! A check that passes then is *unsteady*: told with both answers, and not red. One that stays red is told with both as well,
//! and is not asked again in later stages. All of a stage's second questions together have the time of one check: a release
//! that is broken all over is not worth more.

use std::time::Duration;

use tokio::time::Instant;

use super::scene::{turn, waived};
use super::session::RunSession;
use crate::checks::{Check, RestartRound, Scene};
use crate::event::EventKind;
use crate::outcome::{ASKED_AGAIN, CheckResult, Outcome, Step};
use crate::unpoisoned::lock;

/// Asks each of them, and sends the result that stands from then on.
pub(super) async fn ask(
    session: &RunSession<'_>,
    scene: &Scene<'_>,
    red: Vec<(&'static Check, CheckResult)>,
) {
    let until = Instant::now() + Duration::from_secs(session.plan.budgets.check_s);
    // Names must be unlike those of the first time, and some are near the longest that a server takes.
    let nonce = format!("{}b", session.nonce);
    for (check, first) in red {
        let known = lock(&session.steadily_red).contains(check.id);
        let result = if known {
            with_fact(first, "no: it stayed red in an earlier stage")
        } else if Instant::now() >= until {
            with_fact(first, "no: the time for that went to other checks of this stage")
        } else {
            let second = waived(session, turn(session, scene, check, RestartRound::Before, &nonce).await);
            settled(first, second, session.plan.unsteady_fails)
        };
        if result.outcome.is_red() {
            lock(&session.steadily_red).insert(check.id);
        }
        session.events.send(EventKind::CheckAskedAgain(result));
    }
}

fn with_fact(mut result: CheckResult, told: impl Into<String>) -> CheckResult {
    result.facts.insert(ASKED_AGAIN.into(), told.into());
    result
}

/// Two answers as one result, with the steps of both.
fn settled(mut first: CheckResult, second: CheckResult, unsteady_fails: bool) -> CheckResult {
    let again = second.outcome.word();
    let passed =
        matches!(second.outcome, Outcome::Passed | Outcome::Announced { .. } | Outcome::Waived { .. });
    let told = match (passed, second.outcome.why()) {
        (true, _) if unsteady_fails => format!("{again}; the input unsteady makes it red all the same"),
        (_, Some(why)) => format!("{again}: {why}"),
        (_, None) => again.to_owned(),
    };
    if passed && !unsteady_fails {
        let unsteady = |outcome: &Outcome| Outcome::Unsteady {
            first: outcome.why().unwrap_or_default(),
            again: again.to_owned(),
        };
        first.outcome = unsteady(&first.outcome);
        for step in first.steps.iter_mut().filter(|step| step.outcome.is_red()) {
            step.outcome = unsteady(&step.outcome);
        }
    }
    first
        .steps
        .extend(second.steps.into_iter().map(|step| Step { name: format!("again: {}", step.name), ..step }));
    first.took_ms += second.took_ms;
    with_fact(first, told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::catalogue::{CHECKS, not_measured};
    use crate::outcome::{Failure, Stage};

    fn failed(got: &str) -> Outcome {
        Outcome::Failed(Failure { expected: "x".into(), got: got.into(), ..Failure::default() })
    }

    fn result(outcome: Outcome) -> CheckResult {
        let steps = vec![Step { name: "node1 reads".into(), outcome: outcome.clone(), took_ms: 1 }];
        CheckResult { outcome, steps, ..not_measured(&CHECKS[0], Stage::Release, "") }
    }

    fn of(first: Outcome, second: Outcome, fails: bool) -> CheckResult {
        settled(result(first), result(second), fails)
    }

    #[test]
    fn red_then_passed_is_unsteady_with_both_answers() {
        let both = of(failed("404"), Outcome::Passed, false);
        assert_eq!(
            both.outcome,
            Outcome::Unsteady { first: "expected x, got 404".into(), again: "passed".into() }
        );
        assert!(both.steps.iter().all(|step| !step.outcome.is_red()));
        assert_eq!(both.steps[1].name, "again: node1 reads");
    }

    #[test]
    fn red_twice_stays_the_first_answer_and_tells_the_second() {
        let both = of(failed("404"), failed("500"), false);
        assert_eq!(both.outcome, failed("404"));
        assert_eq!(both.facts[ASKED_AGAIN], "failed: expected x, got 500");
    }

    #[test]
    fn what_does_not_apply_the_second_time_was_not_answered() {
        let aside = Outcome::NotApplicable { reason: "nothing there".into() };
        assert_eq!(of(failed("404"), aside, false).outcome, failed("404"));
    }

    #[test]
    fn whoever_wants_it_has_unsteady_red() {
        let both = of(failed("404"), Outcome::Passed, true);
        assert_eq!(both.outcome, failed("404"));
        assert!(both.facts[ASKED_AGAIN].starts_with("passed; the input unsteady"), "{both:?}");
    }
}
