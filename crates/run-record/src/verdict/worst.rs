//! Many verdicts → one: a matrix of upgrades held only if each of them did.

use super::{Counts, ExitCode, Verdict, Word};

/// What a matrix comes to: the word and the exit code of its worst run, the sum of the counts, and the reasons of the worse
/// runs first, each behind its run's name.
///
/// What failed was measured and stays: it wins over runs that a bug or the environment kept from measuring, and over those
/// that were stopped, as GitHub stops the rest of a matrix when one job of it fails.
#[must_use]
pub fn worst<'v>(runs: impl IntoIterator<Item = (&'v str, &'v Verdict)>) -> Verdict {
    let mut runs: Vec<(&str, &Verdict)> = runs.into_iter().collect();
    runs.sort_by_key(|(_, verdict)| rank(verdict));
    let (word, exit_code) = match runs.first() {
        Some((_, worst)) => (worst.word, worst.exit_code),
        None => (Word::NotMeasured, ExitCode::NOT_MEASURED),
    };
    let mut reasons: Vec<String> = runs
        .iter()
        .flat_map(|(name, verdict)| verdict.reasons.iter().map(move |reason| format!("{name}: {reason}")))
        .collect();
    if runs.is_empty() {
        reasons.push("there is no run: nothing was verified".into());
    }
    Verdict { word, exit_code, reasons, counts: runs.iter().map(|(_, verdict)| verdict.counts).sum() }
}

/// 0 for the worst.
fn rank(verdict: &Verdict) -> u8 {
    match verdict.word {
        Word::Failed => 0,
        Word::GateBug => 1,
        Word::Broken => 2,
        Word::Interrupted => 3,
        Word::NotMeasured => 4,
        // It held, but its reports could not be kept.
        Word::Passed if !verdict.passed() => 5,
        Word::Passed => 6,
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            planned: sum.planned + one.planned,
            run: sum.run + one.run,
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            announced: sum.announced + one.announced,
            waived: sum.waived + one.waived,
            unsteady: sum.unsteady + one.unsteady,
            not_applicable: sum.not_applicable + one.not_applicable,
            not_measured: sum.not_measured + one.not_measured,
            never_ran: sum.never_ran + one.never_ran,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(word: Word, exit_code: ExitCode) -> Verdict {
        let reasons = if word == Word::Passed { Vec::new() } else { vec![word.for_people().to_owned()] };
        Verdict { word, exit_code, reasons, counts: Counts { planned: 2, passed: 1, ..Counts::default() } }
    }

    fn of(runs: &[Verdict]) -> Verdict {
        let names = ["a", "b", "c"];
        worst(names.into_iter().zip(runs))
    }

    #[test]
    fn the_worst_decides_and_is_told_first() {
        let passed = verdict(Word::Passed, ExitCode::PASSED);
        let failed = verdict(Word::Failed, ExitCode::FAILED);
        let stopped = verdict(Word::Interrupted, ExitCode::TERMINATED);
        let all = of(&[passed.clone(), stopped.clone(), failed]);
        assert_eq!((all.word, all.exit_code), (Word::Failed, ExitCode::FAILED));
        assert_eq!(all.reasons, ["c: failed", "b: interrupted"]);
        assert_eq!((all.counts.planned, all.counts.passed), (6, 3));
        assert_eq!(of(&[passed.clone(), stopped]).exit_code, ExitCode::TERMINATED);
        assert!(of(&[passed.clone(), passed.clone()]).passed());
        assert_eq!(of(&[passed.clone(), passed.without_reports()]).exit_code, ExitCode::ENVIRONMENT);
    }

    #[test]
    fn no_run_at_all_is_no_success() {
        assert_eq!(of(&[]).exit_code, ExitCode::NOT_MEASURED);
    }
}
