//! The waivers of one run, and what became of each.

use std::{collections::BTreeSet, sync::Mutex};

use super::waiver::{Waiver, Waivers};
use basics::unpoisoned::lock;
use basics::versions::{Range, Version};
use run_record::outcome::Failure;

/// Keeps which waivers matched something. Clones of a run's waivers keep books of their own.
#[derive(Debug)]
pub struct Ledger<'w> {
    waivers: &'w Waivers,
    matched: Mutex<BTreeSet<usize>>,
}

/// What the waivers say of one failure.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cover<'w> {
    /// The first one that covers it.
    pub by: Option<&'w Waiver>,
    /// Of others that would, why they do not.
    pub told: Vec<String>,
}

impl<'w> Ledger<'w> {
    /// A new one.
    #[must_use]
    pub fn new(waivers: &'w Waivers) -> Self {
        Self { waivers, matched: Mutex::default() }
    }

    /// What covers a failure of this step, between these versions (stable, release).
    pub fn cover(
        &self,
        (stable, release): (&Version, &Version),
        check: &str,
        step: &str,
        failure: &Failure,
    ) -> Cover<'w> {
        let mut cover = Cover::default();
        let words = failure.to_string();
        let part =
            |part: &Option<String>, of: &str| part.as_ref().is_none_or(|part| of.contains(part.as_str()));
        for (index, waiver) in self.waivers.list.iter().enumerate() {
            let matches = waiver.check == check
                && part(&waiver.step, step)
                && part(&waiver.text, &words)
                && holds(waiver, stable, release);
            if !matches {
                continue;
            }
            lock(&self.matched).insert(index);
            if failure.safety {
                cover.told.push(format!(
                    "the waiver of {waiver} has no effect: data lost, wrong bytes, a permission gained or a migration gone cannot be waived ({words})"
                ));
            } else if self.waivers.today.is_none_or(|today| today > waiver.expires) {
                cover.told.push(format!("the waiver of {waiver} is over; it would have covered: {words}"));
            } else if cover.by.is_none() {
                cover.by = Some(waiver);
            }
        }
        cover
    }

    /// Waivers for these versions that matched nothing although their check ran: one sentence each.
    #[must_use]
    pub fn unused(&self, (stable, release): (&Version, &Version), ran: impl Fn(&str) -> bool) -> Vec<String> {
        let matched = lock(&self.matched);
        let idle = self.waivers.list.iter().enumerate().filter(|(index, waiver)| {
            !matched.contains(index) && holds(waiver, stable, release) && ran(&waiver.check)
        });
        idle.map(|(_, waiver)| {
            let over = self.waivers.today.is_none_or(|today| today > waiver.expires);
            let over = if over { ", and is over" } else { "" };
            format!("the waiver of {waiver} matched nothing{over}: remove it")
        })
        .collect()
    }
}

fn holds(waiver: &Waiver, stable: &Version, release: &Version) -> bool {
    let admits = |range: &Option<Range>, version| range.as_ref().is_none_or(|range| range.admits(version));
    admits(&waiver.stable, stable) && admits(&waiver.release, release)
}

#[cfg(test)]
mod tests {
    use super::*;
    use basics::day::Day;

    fn waivers(today: Option<&str>, release: Option<&str>) -> Waivers {
        let day = |text: &str| Day::try_from(text.to_owned()).unwrap();
        let waiver = Waiver {
            check: "baseline".into(),
            step: Some("clients are told".into()),
            text: Some("MaxPostSize".into()),
            stable: None,
            release: release.map(|text| Range::read(text).unwrap()),
            reason: "ours".into(),
            owner: "ops".into(),
            expires: day("2026-12-31"),
        };
        Waivers { list: vec![waiver], today: today.map(day) }
    }

    fn cover<'w>(ledger: &Ledger<'w>, check: &str, step: &str, got: &str, safety: bool) -> Cover<'w> {
        let failure =
            Failure { expected: "MaxPostSize 1".into(), got: got.into(), safety, ..Failure::default() };
        let versions = (Version::read("11.11.0"), Version::read("12.0.0"));
        ledger.cover((&versions.0, &versions.1), check, step, &failure)
    }

    const STEP: &str = "node1: clients are told what they were";

    #[test]
    fn check_step_text_and_versions_must_fit() {
        let fitting = waivers(Some("2026-12-31"), Some("12.0"));
        let ledger = Ledger::new(&fitting);
        assert!(cover(&ledger, "posts", STEP, "2", false).by.is_none());
        assert!(cover(&ledger, "baseline", "roles", "2", false).by.is_none());
        assert_eq!(cover(&ledger, "baseline", STEP, "2", false).by, Some(&fitting.list[0]));
        let other = waivers(Some("2026-12-31"), Some("12.1"));
        let ledger = Ledger::new(&other);
        assert_eq!(cover(&ledger, "baseline", STEP, "2", false), Cover::default());
    }

    #[test]
    fn one_that_is_over_counts_no_more_and_is_told() {
        for today in [Some("2027-01-01"), None] {
            let over = waivers(today, None);
            let ledger = Ledger::new(&over);
            let found = cover(&ledger, "baseline", STEP, "2", false);
            assert!(found.by.is_none());
            assert!(
                found.told[0].contains("is over; it would have covered: expected MaxPostSize 1, got 2"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn the_safety_class_cannot_be_waived() {
        let fitting = waivers(Some("2026-12-31"), None);
        let found = cover(&Ledger::new(&fitting), "baseline", STEP, "2", true);
        assert!(found.by.is_none() && found.told[0].contains("has no effect"), "{found:?}");
    }

    #[test]
    fn one_that_matched_nothing_is_told_where_it_could_have() {
        let fitting = waivers(Some("2026-12-31"), Some("12.0"));
        let (stable, twelve, other) =
            (Version::read("11.11.0"), Version::read("12.0.0"), Version::read("12.1.0"));
        let ledger = Ledger::new(&fitting);
        assert!(ledger.unused((&stable, &twelve), |_| true)[0].ends_with("matched nothing: remove it"));
        assert!(ledger.unused((&stable, &other), |_| true).is_empty(), "it is for another release");
        assert!(ledger.unused((&stable, &twelve), |_| false).is_empty(), "its check did not run");
        cover(&ledger, "baseline", STEP, "2", false);
        assert!(ledger.unused((&stable, &twelve), |_| true).is_empty());
    }
}
