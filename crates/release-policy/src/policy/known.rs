//! Upgrades that are known to fail.
//!
//! They are told, not refused: somebody may want to see for himself, a range of ours may be too wide, and an image may have the
//! fix under an old version's name.

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::parse;
use basics::versions::{Range, Version};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFailure {
    /// Its name.
    pub id: String,
    /// The versions that are upgraded from.
    pub stable: Range,
    /// The versions that fail.
    pub release: Vec<Range>,
    /// What happens, as a clause.
    pub what: String,
    /// The versions that have it mended, if one has.
    #[serde(default)]
    pub fixed: Vec<Version>,
    /// Where it is described, as an address.
    pub source: String,
}

static KNOWN: LazyLock<Vec<KnownFailure>> = LazyLock::new(|| {
    // The file is part of the program, and a test reads it: it cannot fail where this runs.
    parse(include_str!("known.yaml")).unwrap_or_default()
});

static NO_WAY_BACK: LazyLock<Vec<KnownFailure>> =
    LazyLock::new(|| parse(include_str!("no_way_back.yaml")).unwrap_or_default());

/// What the vendor says of going back where the schema changed, as a clause with its source.
pub const DOWNGRADE: &str = "Mattermost documents a downgrade of it first \
     (https://docs.mattermost.com/administration-guide/upgrade/downgrading-mattermost-server)";

/// All of them.
#[must_use]
pub fn known() -> &'static [KnownFailure] {
    &KNOWN
}

/// All ways back that are known to fail.
#[must_use]
pub fn no_ways_back() -> &'static [KnownFailure] {
    &NO_WAY_BACK
}

/// Those that surely concern this upgrade: of a branch such as 11.7 all dot releases would have to be in the range.
#[must_use]
pub fn between(stable: &Version, release: &Version) -> Vec<&'static KnownFailure> {
    concerning(known(), stable, release)
}

/// Those that surely concern the way from this release back to this stable.
#[must_use]
pub fn no_way_back(stable: &Version, release: &Version) -> Vec<&'static KnownFailure> {
    concerning(no_ways_back(), stable, release)
}

fn concerning(
    all: &'static [KnownFailure],
    stable: &Version,
    release: &Version,
) -> Vec<&'static KnownFailure> {
    let concerns = |known: &&KnownFailure| {
        known.stable.admits(stable) && known.release.iter().any(|range| range.admits(release))
    };
    all.iter().filter(concerns).collect()
}

impl KnownFailure {
    /// In words: "known: the release cannot migrate …, fixed in 11.7.3 and 11.8.1 (https://…)".
    #[must_use]
    pub fn told(&self) -> String {
        let fixed: Vec<String> = self.fixed.iter().map(ToString::to_string).collect();
        let fixed =
            if fixed.is_empty() { String::new() } else { format!(", fixed in {}", fixed.join(" and ")) };
        format!("known: {}{fixed} ({})", self.what, self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_file_is_readable_and_says_what_and_where() {
        let mut all: Vec<KnownFailure> = parse(include_str!("known.yaml")).unwrap();
        all.extend(parse::<Vec<KnownFailure>>(include_str!("no_way_back.yaml")).unwrap());
        let ids: BTreeSet<&str> = all.iter().map(|known| known.id.as_str()).collect();
        assert_eq!(ids.len(), all.len(), "an id stands twice");
        for known in &all {
            assert!(known.source.starts_with("https://"), "{}", known.id);
            assert!(
                !known.what.is_empty() && !known.what.ends_with('.') && !known.release.is_empty(),
                "{}",
                known.id
            );
            for fixed in &known.fixed {
                let is_bad = known.release.iter().any(|range| range.admits(fixed));
                assert!(matches!(fixed, Version::Exact(_)) && !is_bad, "{}: {fixed}", known.id);
            }
        }
    }

    #[test]
    fn there_is_no_way_back_from_the_passwords_of_11() {
        let known =
            |stable: &str, release: &str| no_way_back(&Version::read(stable), &Version::read(release)).len();
        assert_eq!((known("10.12.0", "11.0.0"), known("10.11.4", "11.7")), (1, 1));
        assert_eq!((known("11.0.0", "11.1.0"), known("10.11.3", "10.11.4")), (0, 0));
    }

    #[test]
    fn a_pair_is_known_by_both_of_its_ends() {
        let found = |stable: &str, release: &str| {
            let found = between(&Version::read(stable), &Version::read(release));
            found.into_iter().map(|known| known.id.as_str()).collect::<Vec<_>>()
        };
        for (stable, release) in [("10.11.17", "11.7.0"), ("10.11.23", "11.7.2"), ("10.11.19", "11.8.0")] {
            assert_eq!(found(stable, release), ["migration-142-taken"], "{stable} {release}");
        }
        assert_eq!(found("10.11.18", "10.11.19"), ["permissions-of-10-11-19"]);
        for (stable, release) in [
            ("10.11.16", "11.7.0"),
            ("10.11.17", "11.7.3"),
            ("10.11.17", "11.8.1"),
            ("11.6.0", "11.7.0"),
            ("10.11", "11.7"),
            ("10.11.17", "11.7"),
            ("10.11.17", "master"),
        ] {
            assert_eq!(found(stable, release), Vec::<&str>::new(), "{stable} {release}");
        }
        let told = between(&Version::read("10.11.17"), &Version::read("11.7.0"))[0].told();
        assert!(
            told.starts_with("known: the release cannot migrate")
                && told.contains("fixed in 11.7.3 and 11.8.1 (https://"),
            "{told}"
        );
    }
}
