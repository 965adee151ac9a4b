//! Where a difference meets what explains it: announced changes while a check judges, waivers once it has.
//!
//! A step that finds both, a loss and something announced, fails for the loss and names the announced in a fact.

use super::context::Context;
use super::scene::Place;
use super::step::{StepError, worst};
use crate::announced::{Applying, Change, Ground};
use crate::mattermost::ApiError;
use crate::outcome::{CheckResult, Outcome};
use crate::versions::Version;
use crate::waivers::Ledger;

/// The announced changes between the versions of the run that apply to this ground.
pub(super) fn applying(cx: &Context<'_>, ground: &Ground) -> Applying {
    Applying::between(&cx.pair.0, &cx.pair.1, ground)
}

/// The verdict on a comparison: the first loss decides, and how many more there are is told with it; with none, what was
/// announced.
pub(super) fn verdict(
    cx: &Context<'_>,
    place: &Place,
    wrong: &[(String, String)],
    announced: &[&'static Change],
) -> Result<(), StepError> {
    let Some(((expected, got), others)) = wrong.split_first() else { return told(announced) };
    if let Err(StepError::Announced { reason, source }) = told(announced) {
        cx.fact(format!("{}: announced beside what is wrong", place.name), format!("{reason} ({source})"));
    }
    let got = match others {
        [] => got.clone(),
        [(next, _), ..] => format!("{got}; {} more are wrong, next: {next}", others.len()),
    };
    Err(StepError::failed_at(&place.name, expected.clone(), got))
}

/// All announced changes that a step met, each once.
pub(super) fn told(announced: &[&'static Change]) -> Result<(), StepError> {
    let (mut reasons, mut sources): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for change in announced {
        if !reasons.contains(&change.what.as_str()) {
            reasons.push(&change.what);
        }
        if !sources.contains(&change.source.as_str()) {
            sources.push(&change.source);
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    Err(StepError::Announced { reason: reasons.join("; "), source: sources.join(", ") })
}

/// Why a node refused what one of the other version made, if that was announced; within one version nothing is.
pub(super) fn refusal(
    cx: &Context<'_>,
    (maker, refuser): (&Place, &Place),
    act: &str,
    error: &ApiError,
) -> Option<StepError> {
    let change = applying(cx, &Ground::default()).refusal(act, error.id());
    told(&[change.filter(|_| maker.side != refuser.side)?]).err()
}

/// Puts the waivers of the run over what failed in a result. Gives the sentences about those that have no effect.
#[must_use]
pub(crate) fn waive(
    result: &mut CheckResult,
    ledger: &Ledger<'_>,
    versions: (&Version, &Version),
) -> Vec<String> {
    let check = result.check.clone();
    let (mut sentences, mut waived) = (Vec::new(), false);
    for step in &mut result.steps {
        let Outcome::Failed(failure) = &step.outcome else { continue };
        let cover = ledger.cover(versions, &check, &step.name, failure);
        sentences.extend(cover.told);
        if let Some(waiver) = cover.by {
            waived = true;
            step.outcome = Outcome::Waived {
                failure: failure.clone(),
                reason: waiver.reason.clone(),
                owner: waiver.owner.clone(),
                expires: waiver.expires.to_string(),
            };
        }
    }
    if waived {
        result.outcome = worst(result.steps.iter().map(|step| &step.outcome));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::catalogue::{CHECKS, not_measured};
    use crate::outcome::{Failure, Stage, Step};
    use crate::waivers::{Waivers, read};

    fn failed(got: &str) -> Outcome {
        Outcome::Failed(Failure { expected: "x".into(), got: got.into(), ..Failure::default() })
    }

    fn result(outcomes: &[Outcome]) -> CheckResult {
        let steps =
            outcomes.iter().map(|outcome| Step { name: "s".into(), outcome: outcome.clone(), took_ms: 0 });
        CheckResult {
            outcome: worst(outcomes),
            steps: steps.collect(),
            ..not_measured(&CHECKS[0], Stage::Release, "")
        }
    }

    #[test]
    fn a_waiver_covers_its_failure_and_no_other_of_the_same_check() {
        let text = format!(
            "- check: {}\n  text: known trouble\n  reason: r\n  owner: o\n  expires: 2026-12-31\n",
            CHECKS[0].id
        );
        let list = read(&text, &[CHECKS[0].id]).unwrap();
        let today = Some(list[0].expires);
        let waivers = Waivers { list, today };
        let ledger = Ledger::new(&waivers);
        let waived = |outcomes: &[Outcome]| {
            let mut result = result(outcomes);
            assert_eq!(waive(&mut result, &ledger, (&Version::Unknown, &Version::Unknown)), [""; 0]);
            result.outcome
        };
        assert_eq!(waived(&[Outcome::Passed, failed("known trouble")]).word(), "waived");
        assert_eq!(waived(&[failed("known trouble"), failed("news")]), failed("news"));
        let cut = Outcome::NotMeasured { reason: "time".into() };
        assert_eq!(waived(&[failed("known trouble"), cut.clone()]), cut, "the rest was never seen");
    }
}
