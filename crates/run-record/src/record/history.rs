//! What a failure means beside what stable did: the same check, and the same step where names allow it.
//!
//! Nothing here changes a verdict; it says whom to look at. A result of a later stage is compared with the one of
//! `stable`; what was not measured there, or did not apply, is no ground to compare with.

use super::Record;
use crate::event::{CheckResult, Outcome, Stage, Step};

/// A failure in the light of the stable version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum History {
    /// The check passed on stable and fails now.
    Regression,
    /// The check failed on stable too, but what fails now is a step that passed there.
    StepRegression,
    /// It fails, and stable says nothing about it.
    New,
    /// It failed on stable as well.
    FailedBefore,
    /// It failed on stable, and nothing is known of the release, or the release fails it too.
    OnStable,
    /// It failed on stable and passes on release.
    OnStableOnly,
    /// It failed on a version before stable.
    BeforeStable,
}

impl History {
    /// The history of a failed result; `None` for one that did not fail.
    #[must_use]
    pub fn of(record: &Record, result: &CheckResult) -> Option<Self> {
        if !matches!(result.outcome, Outcome::Failed(_)) {
            return None;
        }
        if matches!(result.stage, Stage::History(_)) {
            return Some(Self::BeforeStable);
        }
        let find = |stage| record.results().find(|other| other.stage == stage && other.check == result.check);
        if result.stage == Stage::Stable {
            let passes = find(Stage::Release).is_some_and(|other| held(&other.outcome));
            return Some(if passes { Self::OnStableOnly } else { Self::OnStable });
        }
        let before = find(Stage::Stable);
        Some(match before.map(|before| (&before.outcome, &before.steps)) {
            Some((outcome, _)) if held(outcome) => Self::Regression,
            Some((Outcome::Failed(_) | Outcome::Waived { .. }, steps))
                if fails_anew(steps, &result.steps) =>
            {
                Self::StepRegression
            }
            Some((Outcome::Failed(_) | Outcome::Waived { .. }, _)) => Self::FailedBefore,
            // Neither steady nor broken: nothing that a failure could be compared with.
            Some(_) | None => Self::New,
        })
    }

    /// In one word or two, for lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Regression | Self::StepRegression => "regression",
            Self::New => "failed",
            Self::FailedBefore => "failed before too",
            Self::OnStable => "failed on stable",
            Self::OnStableOnly => "failed on stable, passes on release",
            Self::BeforeStable => "failed before stable",
        }
    }

    /// As the predicate of a sentence about the check.
    #[must_use]
    pub fn predicate(self) -> &'static str {
        match self {
            Self::Regression => "is a regression, it passed on stable",
            Self::StepRegression => "is a regression, this step passed on stable",
            Self::New => "failed",
            Self::FailedBefore => "failed before too, on stable",
            Self::OnStable => "failed on the stable version, before the upgrade",
            Self::OnStableOnly => "failed on stable and passes on release, which is not to blame",
            Self::BeforeStable => "failed on a version before stable, which neither stable nor release is",
        }
    }

    /// Whether it got worse.
    #[must_use]
    pub fn is_regression(self) -> bool {
        matches!(self, Self::Regression | Self::StepRegression)
    }
}

/// What people read of a result: the history of a failure, the outcome of everything else.
#[must_use]
pub fn word(record: &Record, result: &CheckResult) -> &'static str {
    History::of(record, result).map_or(result.outcome.word(), History::word)
}

/// How many failed results have which word, worst first.
#[must_use]
pub fn tally(record: &Record) -> Vec<(&'static str, usize)> {
    let mut all: Vec<History> = record.results().filter_map(|result| History::of(record, result)).collect();
    all.sort_unstable();
    let mut tally: Vec<(&'static str, usize)> = Vec::new();
    for history in all {
        match tally.iter_mut().find(|(word, _)| *word == history.word()) {
            Some((_, count)) => *count += 1,
            None => tally.push((history.word(), 1)),
        }
    }
    tally
}

/// Whether an unsteady result is a question to the release: whatever was asked on stable passed at once.
#[must_use]
pub fn is_question(record: &Record, result: &CheckResult) -> bool {
    let unsteady = matches!(result.outcome, Outcome::Unsteady { .. });
    let on_stable =
        record.results().find(|other| other.stage == Stage::Stable && other.check == result.check);
    unsteady && result.stage != Stage::Stable && on_stable.is_some_and(|other| held(&other.outcome))
}

/// Passed, or different as was announced.
fn held(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Passed | Outcome::Announced { .. })
}

/// Whether a step fails that passed before.
fn fails_anew(before: &[Step], now: &[Step]) -> bool {
    let failed = now.iter().filter(|step| matches!(step.outcome, Outcome::Failed(_)));
    failed.into_iter().any(|step| {
        let name = timeless(&step.name);
        let mut same = before.iter().filter(|other| timeless(&other.name) == name).peekable();
        same.peek().is_some() && same.all(|other| held(&other.outcome))
    })
}

/// A step's name without the versions in it: they differ from stage to stage.
fn timeless(name: &str) -> String {
    let words = name.split_whitespace().map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let version = bare.contains('.') && bare.starts_with(|c: char| c.is_ascii_digit());
        if version { "…" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// By what red results are put into the order in which they are told: what got worse first, then the other failures, then what could not
/// be measured; of one kind, in the order of the stages.
#[must_use]
pub fn turn(record: &Record, result: &CheckResult) -> (bool, Option<History>, usize, bool) {
    let history = History::of(record, result);
    let stages = record.stages_in_order();
    let stage = stages.iter().position(|stage| *stage == result.stage).unwrap_or(stages.len());
    (history.is_none(), history, stage, result.check != crate::outcome::PROCESSES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::samples::{failed, record, result};

    fn step(name: &str, outcome: Outcome) -> Step {
        Step { name: name.into(), outcome, took_ms: 1 }
    }

    fn with(stage: Stage, steps: Vec<Step>) -> CheckResult {
        CheckResult { steps, ..result(stage, "a", failed("x", "y")) }
    }

    /// The histories of the later result and of stable's.
    fn of(stable: Option<CheckResult>, later: CheckResult) -> (Option<History>, Option<History>) {
        let all = record(stable.iter().chain([&later]).cloned().map(EventKind::CheckFinished));
        (History::of(&all, &later), stable.and_then(|stable| History::of(&all, &stable)))
    }

    #[test]
    fn stable_decides_what_a_failure_is() {
        use History::{FailedBefore, New, OnStable, OnStableOnly, Regression};
        let on = |stage, outcome| result(stage, "a", outcome);
        let fail = || failed("x", "y");
        let aside = || Outcome::NotApplicable { reason: "no".into() };
        let unknown = || Outcome::NotMeasured { reason: "no".into() };
        let stable = |outcome| Some(on(Stage::Stable, outcome));
        let release = |outcome| on(Stage::Release, outcome);
        assert_eq!(of(stable(Outcome::Passed), release(fail())), (Some(Regression), None));
        assert_eq!(of(stable(Outcome::Passed), on(Stage::Mixed(1), fail())).0, Some(Regression));
        assert_eq!(of(stable(fail()), release(fail())), (Some(FailedBefore), Some(OnStable)));
        assert_eq!(of(stable(fail()), release(Outcome::Passed)), (None, Some(OnStableOnly)));
        assert_eq!(of(stable(fail()), on(Stage::Mixed(1), Outcome::Passed)).1, Some(OnStable));
        assert_eq!(of(stable(fail()), release(aside())).1, Some(OnStable));
        for nothing in [None, stable(aside()), stable(unknown())] {
            assert_eq!(of(nothing, release(fail())).0, Some(New));
        }
        assert_eq!(of(stable(Outcome::Passed), release(unknown())).0, None, "not measured is no regression");
        let Outcome::Failed(failure) = fail() else { panic!() };
        let (reason, owner, expires) = ("r".into(), "o".into(), "2026-12-31".into());
        let waived = Outcome::Waived { failure, reason, owner, expires };
        let unsteady = || Outcome::Unsteady { first: "404".into(), again: "passed".into() };
        assert_eq!(of(stable(waived), release(fail())).0, Some(FailedBefore), "a waived failure is one");
        assert_eq!(of(stable(unsteady()), release(fail())).0, Some(New));
    }

    #[test]
    fn a_step_that_passed_on_stable_is_a_regression_of_its_own() {
        let fail = || failed("x", "y");
        let stable = with(
            Stage::Stable,
            vec![step("node1 (11.5.1) reads", fail()), step("node2 (11.5.1) reads", Outcome::Passed)],
        );
        let other = with(Stage::Release, vec![step("node2 (11.6.0) reads", fail())]);
        let same = with(Stage::Release, vec![step("node1 (11.6.0) reads", fail())]);
        let unheard = with(Stage::Release, vec![step("node3 reads", fail())]);
        assert_eq!(of(Some(stable.clone()), other).0, Some(History::StepRegression));
        assert_eq!(of(Some(stable.clone()), same).0, Some(History::FailedBefore));
        assert_eq!(of(Some(stable), unheard).0, Some(History::FailedBefore));
    }

    #[test]
    fn unsteady_where_stable_was_steady_is_a_question() {
        let unsteady =
            |stage| result(stage, "a", Outcome::Unsteady { first: "404".into(), again: "passed".into() });
        let asks = |stable: CheckResult| {
            let later = unsteady(Stage::Release);
            is_question(&record([stable, later.clone()].map(EventKind::CheckFinished)), &later)
        };
        assert!(asks(result(Stage::Stable, "a", Outcome::Passed)));
        assert!(!asks(unsteady(Stage::Stable)));
        assert!(!asks(result(Stage::Stable, "b", Outcome::Passed)), "stable was never asked");
    }

    #[test]
    fn the_tally_has_the_worst_first() {
        let kinds = [
            result(Stage::Stable, "b", failed("x", "y")),
            result(Stage::Stable, "a", Outcome::Passed),
            result(Stage::Release, "b", Outcome::Passed),
            result(Stage::Release, "a", failed("x", "y")),
        ];
        let record = record(kinds.map(EventKind::CheckFinished));
        assert_eq!(tally(&record), [("regression", 1), ("failed on stable, passes on release", 1)]);
    }
}
