//! How long each check took on release, beside stable: information, never a verdict.

use super::Record;
use crate::event::{Outcome, Stage};

/// Slower than this many times stable's duration …
const TIMES: u64 = 3;
/// … and by more than this, in milliseconds, is clearly slower: short checks vary that much by chance.
const BY_MS: u64 = 1_000;

/// The durations of a check that passed on both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckPace<'r> {
    /// Its id.
    pub check: &'r str,
    /// On stable, in milliseconds.
    pub stable_ms: u64,
    /// On release, in milliseconds.
    pub release_ms: u64,
}

impl CheckPace<'_> {
    /// Whether the release is clearly slower.
    #[must_use]
    pub fn is_slower(&self) -> bool {
        self.release_ms > self.stable_ms.saturating_mul(TIMES)
            && self.release_ms.saturating_sub(self.stable_ms) > BY_MS
    }

    /// How many times stable's duration, in tenths, at least a millisecond's.
    #[must_use]
    pub fn tenths(&self) -> u64 {
        let stable = self.stable_ms.max(1);
        self.release_ms.max(1).saturating_mul(10).saturating_add(stable / 2) / stable
    }
}

/// Checks that do more on release than on stable: servers look for work every fifteen seconds, and only there they are waited for.
const MORE_ON_RELEASE: &[&str] = &["jobs"];

/// All checks that passed on both ends, clearly slower ones first, then the longest.
///
/// Those that failed are missing: a check that waits in vain is no measure of speed.
#[must_use]
pub fn paces(record: &Record) -> Vec<CheckPace<'_>> {
    let passed = |stage| {
        record.results().filter(move |result| result.stage == stage && result.outcome == Outcome::Passed)
    };
    let mut paces: Vec<CheckPace<'_>> = passed(Stage::Release)
        .filter(|release| !MORE_ON_RELEASE.contains(&release.check.as_str()))
        .filter_map(|release| {
            let stable = passed(Stage::Stable).find(|stable| stable.check == release.check)?;
            Some(CheckPace { check: &release.check, stable_ms: stable.took_ms, release_ms: release.took_ms })
        })
        .collect();
    paces.sort_by_key(|pace| std::cmp::Reverse((pace.is_slower(), pace.release_ms)));
    paces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{CheckResult, EventKind};
    use crate::samples::{failed, record, result};

    #[test]
    fn only_what_passed_on_both_ends_is_compared() {
        let took = |stage, check, outcome, took_ms| {
            EventKind::CheckFinished(CheckResult { took_ms, ..result(stage, check, outcome) })
        };
        let record = record([
            took(Stage::Stable, "short", Outcome::Passed, 10),
            took(Stage::Stable, "slow", Outcome::Passed, 400),
            took(Stage::Stable, "long", Outcome::Passed, 2_000),
            took(Stage::Stable, "red", Outcome::Passed, 1),
            took(Stage::Stable, "jobs", Outcome::Passed, 170),
            took(Stage::Release, "jobs", Outcome::Passed, 25_900),
            took(Stage::Release, "short", Outcome::Passed, 900),
            took(Stage::Release, "long", Outcome::Passed, 5_900),
            took(Stage::Release, "slow", Outcome::Passed, 1_500),
            took(Stage::Release, "red", failed("x", "y"), 9_000),
            took(Stage::Release, "new", Outcome::Passed, 9_000),
        ]);
        let told: Vec<_> = paces(&record).iter().map(|p| (p.check, p.tenths(), p.is_slower())).collect();
        assert_eq!(told, [("slow", 38, true), ("long", 30, false), ("short", 900, false)]);
    }
}
