//! Which versions people upgrade from: data, to be looked at with each release of the gate.
//!
//! As of 2026-11-22, by Mattermost's release policy: a minor each month; an extended support release (ESR) gets fixes for a
//! year, and upgrades from one ESR straight to a later version are supported. 10.11's year ended on 2026-08-15.

use crate::versions::{LAST_MINOR, Version};

/// Extended support releases that get fixes, oldest first, with the day that this ends.
const ESRS: &[((u64, u64), &str)] = &[((11, 7), "2027-05-15")];

/// The minors to upgrade from to this release: the one before it, then each supported ESR below that one. None when the
/// release does not tell its minor, or is the first of a major whose predecessor's last minor is not known.
pub(super) fn stables_for(release: &Version) -> Option<Vec<Version>> {
    let (major, minor) = release.line()?;
    let before = match minor.checked_sub(1) {
        Some(minor) => (major, minor),
        None => *LAST_MINOR.iter().find(|(of, _)| of + 1 == major)?,
    };
    let older = ESRS.iter().rev().map(|(line, _)| *line).filter(|line| *line < before);
    Some(std::iter::once(before).chain(older).map(|(major, minor)| Version::Minor(major, minor)).collect())
}

/// Whether a version is of an extended support release that gets fixes.
#[must_use]
pub fn is_esr(version: &Version) -> bool {
    version.line().is_some_and(|line| ESRS.iter().any(|(esr, _)| *esr == line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stables(release: &str) -> Option<Vec<String>> {
        let all = stables_for(&Version::read(release))?;
        Some(all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_minor_before_and_each_esr_below_it() {
        assert_eq!(stables("11.11.0").unwrap(), ["11.10", "11.7"]);
        assert_eq!(stables("12.0.0-rc1").unwrap(), ["11.11", "11.7"]);
        assert_eq!(stables("11.8").unwrap(), ["11.7"]);
        assert_eq!(stables("11.7.2").unwrap(), ["11.6"]);
        assert_eq!(stables("master"), None);
        assert_eq!(stables("14.0"), None);
    }

    #[test]
    fn any_dot_release_of_an_esr_is_one() {
        for (version, esr) in [("11.7", true), ("11.7.4-rc1", true), ("11.8.0", false), ("master", false)] {
            assert_eq!(is_esr(&Version::read(version)), esr, "{version}");
        }
    }

    #[test]
    fn the_ends_are_days_in_order() {
        assert!(ESRS.is_sorted());
        for (_, end) in ESRS {
            let numbers: Vec<u32> = end.split('-').map(|part| part.parse().unwrap()).collect();
            assert!(matches!(numbers.as_slice(), [2026..=2099, 1..=12, 1..=31]), "{end}");
        }
    }
}
