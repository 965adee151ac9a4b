//! The oldest PostgreSQL that a release starts with, and what the two releases of a run need of theirs.

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::parse;
use basics::versions::Version;

/// The oldest PostgreSQL from a release on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    /// The first release that asks for it.
    pub since: Version,
    /// PostgreSQL's major version.
    pub postgres: u32,
    /// Who said so, as an address.
    pub source: String,
}

static MINIMUMS: LazyLock<Vec<Minimum>> = LazyLock::new(|| {
    // The file is part of the program, and a test reads it: it cannot fail where this runs.
    parse(include_str!("databases.yaml")).unwrap_or_default()
});

/// All that is known, oldest first.
#[must_use]
pub fn minimums() -> &'static [Minimum] {
    &MINIMUMS
}

fn minimum_of(version: &Version) -> Option<&'static Minimum> {
    let line = version.line()?;
    minimums().iter().rev().find(|minimum| minimum.since.line().is_some_and(|since| since <= line))
}

/// What the releases of a run need. Of a version that its name does not tell nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs(Vec<(String, &'static Minimum)>);

/// A PostgreSQL that is too old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// What it is and what is needed, with the source: "PostgreSQL 14, and the release 12.0.0 needs 15 or later (https://…)".
    pub told: String,
    /// The major version that would do.
    pub least: u32,
}

impl Needs {
    /// What these two need.
    #[must_use]
    pub fn of(stable: &Version, release: &Version) -> Self {
        let each = [("stable", stable), ("release", release)];
        let known = each.into_iter().filter_map(|(side, version)| {
            Some((format!("the {side} version {version}"), minimum_of(version)?))
        });
        Self(known.collect())
    }

    /// Whether a PostgreSQL of this major version is too old for one of them, and for which.
    #[must_use]
    pub fn unmet(&self, found: u32) -> Option<Unmet> {
        let unmet: Vec<_> = self.0.iter().filter(|(_, minimum)| found < minimum.postgres).collect();
        let least = unmet.iter().map(|(_, minimum)| minimum.postgres).max()?;
        let each: Vec<String> = unmet.iter().map(|(who, minimum)| clause(who, minimum)).collect();
        Some(Unmet { told: format!("PostgreSQL {found}, and {}", each.join(", ")), least })
    }

    /// The greater need of the two, as a clause: "the release version 12.0.0 needs 15 or later (https://…)".
    #[must_use]
    pub fn told(&self) -> Option<String> {
        // Of two that are alike the last is the release's.
        self.0.iter().max_by_key(|(_, minimum)| minimum.postgres).map(|(who, minimum)| clause(who, minimum))
    }

    /// Whether the release needs more than stable, so that a server which stable runs on proves nothing.
    #[must_use]
    pub fn rise(stable: &Version, release: &Version) -> bool {
        let of = |version: &Version| minimum_of(version).map_or(0, |minimum| minimum.postgres);
        release.line().is_some() && of(release) > of(stable)
    }
}

fn clause(who: &str, minimum: &Minimum) -> String {
    format!("{who} needs {} or later ({})", minimum.postgres, minimum.source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(stable: &str, release: &str) -> Needs {
        Needs::of(&Version::read(stable), &Version::read(release))
    }

    #[test]
    fn the_file_is_readable_and_says_who_said_so() {
        let all: Vec<Minimum> = parse(include_str!("databases.yaml")).unwrap();
        assert!(all.is_sorted_by_key(|minimum| (minimum.since.line(), minimum.postgres)));
        assert!(all.iter().all(|minimum| minimum.since.line().is_some()));
        assert!(all.iter().all(|minimum| minimum.source.starts_with("https://")));
    }

    #[test]
    fn each_release_has_its_minimum_and_both_are_told() {
        let unmet = |stable: &str, release: &str, found| needs(stable, release).unmet(found);
        let told = unmet("11.11.0", "12.0.0-rc1", 14).unwrap();
        assert_eq!(told.least, 15);
        assert_eq!(
            told.told,
            "PostgreSQL 14, and the release version 12.0.0-rc1 needs 15 or later (https://github.com/mattermost/mattermost/pull/37285)"
        );
        let both = unmet("11.11.0", "12.0.0", 13).unwrap().told;
        assert!(
            both.contains("the stable version 11.11.0 needs 14") && both.contains("12.0.0 needs 15"),
            "{both}"
        );
        assert_eq!(unmet("11.11.0", "12.0.0", 15), None);
        assert_eq!(unmet("11.7", "11.11", 14), None);
        assert_eq!(unmet("10.5.0", "10.11.0", 11), None, "nothing is known of releases before 11.0");
        assert_eq!(unmet("master", "master", 9), None);
        assert_eq!(unmet("12.0.0", "master", 14).unwrap().least, 15);
    }

    #[test]
    fn the_greater_need_is_the_one_to_tell() {
        assert!(needs("11.11", "12.0").told().unwrap().starts_with("the release version 12.0 needs 15"));
        assert!(needs("12.0", "12.1").told().unwrap().starts_with("the release version 12.1"));
        assert_eq!(needs("10.5", "10.6").told(), None);
        let rise = |stable: &str, release: &str| Needs::rise(&Version::read(stable), &Version::read(release));
        assert!(rise("11.11", "12.0") && rise("master", "12.0") && rise("10.11", "11.7"));
        assert!(!rise("12.0", "12.1") && !rise("11.7", "master"));
    }
}
