//! Mattermost versions: reading them, naming images by them, and how far apart two of them are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The image repository that `image` defaults to.
pub const DEFAULT_IMAGE: &str = "mattermost/mattermost-enterprise-edition";

/// The last minor of each finished major: what "one minor apart" means across a major.
///
/// Source: Mattermost's release history; 11.11 precedes 12.0 by the published plan.
pub const LAST_MINOR: &[(u64, u64)] = &[(5, 39), (6, 7), (7, 11), (8, 1), (9, 11), (10, 12), (11, 11)];

/// A Mattermost version as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Version {
    /// `10.11.4`, or `10.11.4-rc2`.
    Exact(semver::Version),
    /// `10.11`: whichever dot release the branch's image holds.
    Minor(u64, u64),
    /// A digest, or a tag that says nothing such as `master`.
    Unknown,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(version) => write!(f, "{version}"),
            Self::Minor(major, minor) => write!(f, "{major}.{minor}"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl From<String> for Version {
    fn from(text: String) -> Self {
        Self::read(&text)
    }
}

impl Version {
    /// Reads `X.Y.Z`, `X.Y.Z-rcN`, `X.Y` or the branch tag `release-X.Y`; anything else is unknown.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let bare = text.strip_prefix("release-").or_else(|| text.strip_prefix('v')).unwrap_or(text);
        if let Ok(version) = semver::Version::parse(bare) {
            return Self::Exact(version);
        }
        let number =
            |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        match bare.split_once('.').map(|(major, minor)| (number(major), number(minor))) {
            Some((Some(major), Some(minor))) => Self::Minor(major, minor),
            _ => Self::Unknown,
        }
    }

    /// Major and minor, when known.
    #[must_use]
    pub fn line(&self) -> Option<(u64, u64)> {
        match self {
            Self::Exact(version) => Some((version.major, version.minor)),
            Self::Minor(major, minor) => Some((*major, *minor)),
            Self::Unknown => None,
        }
    }

    /// Whether a server that reports `reported` is what this version promises.
    #[must_use]
    pub fn admits(&self, reported: &str) -> bool {
        match (self, Self::read(reported)) {
            (Self::Unknown, _) => true,
            (Self::Minor(major, minor), found) => found.line() == Some((*major, *minor)),
            // A release candidate's server reports the bare version: the suffix is in its build number.
            (Self::Exact(wanted), Self::Exact(found)) => {
                (wanted.major, wanted.minor, wanted.patch) == (found.major, found.minor, found.patch)
            }
            (Self::Exact(_), _) => false,
        }
    }

    /// Whether this version is older than `other`; unknown ones are never older.
    #[must_use]
    pub fn is_older_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => a < b,
            _ => matches!((self.line(), other.line()), (Some(a), Some(b)) if a < b),
        }
    }
}

/// How many minors lie between two versions, counted over majors; `None` when either is unknown.
///
/// 11.4 → 11.5 is 1, 10.12 → 11.0 is 1, 10.11 → 11.0 is 2, 11.4.1 → 11.4.3 is 0.
#[must_use]
pub fn minors_apart(from: &Version, to: &Version) -> Option<u64> {
    let (mut major, mut minor) = from.line()?;
    let goal = to.line()?;
    let mut steps: u64 = 0;
    // From major to major, never from minor to minor: the numbers are somebody's input, and may be of any size.
    while major < goal.0 {
        let Some((_, last)) = LAST_MINOR.iter().find(|(m, _)| *m == major) else {
            // An unfinished major whose end nobody knows yet: surely more than one apart.
            return Some(u64::MAX);
        };
        steps = steps.saturating_add(last.saturating_sub(minor)).saturating_add(1);
        (major, minor) = (major + 1, 0);
    }
    // Below the major of `from` lies nothing that would have to be counted.
    let rest = if major == goal.0 { goal.1.saturating_sub(minor) } else { 0 };
    Some(steps.saturating_add(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(from: &str, to: &str) -> Option<u64> {
        minors_apart(&Version::read(from), &Version::read(to))
    }

    #[test]
    fn versions_are_read_in_every_form_that_tags_have() {
        assert_eq!(Version::read("10.11.4").to_string(), "10.11.4");
        assert_eq!(Version::read("v10.11.4-rc2").to_string(), "10.11.4-rc2");
        assert_eq!(Version::read("release-11.0"), Version::Minor(11, 0));
        for unknown in ["master", "latest", "11", "eleven.0", "1.2.3.4", ""] {
            assert_eq!(Version::read(unknown), Version::Unknown, "{unknown}");
        }
    }

    #[test]
    fn minors_are_counted_across_majors() {
        assert_eq!(apart("11.4.1", "11.4.3"), Some(0));
        assert_eq!(apart("11.4.1", "11.5.0"), Some(1));
        assert_eq!(apart("10.12.0", "11.0.0"), Some(1));
        assert_eq!(apart("10.11.0", "11.0.0"), Some(2));
        assert_eq!(apart("9.11", "10.0"), Some(1));
        assert_eq!(apart("12.0", "13.0"), Some(u64::MAX));
        assert_eq!(apart("11.0", "master"), None);
        assert_eq!(apart("11.6.0", "10.9.0"), Some(0), "a downgrade");
        assert_eq!(apart("11.0", "11.18446744073709551615"), Some(u64::MAX));
        assert_eq!(apart("11.18446744073709551615", "12.0"), Some(1));
        assert_eq!(apart("0.0", "18446744073709551615.0"), Some(u64::MAX));
    }

    #[test]
    fn a_branch_admits_each_of_its_dot_releases_and_no_other() {
        assert!(Version::read("11.0").admits("11.0.7"));
        assert!(!Version::read("11.0").admits("11.1.0"));
        assert!(Version::read("11.1.0-rc3").admits("11.1.0"));
        assert!(!Version::read("11.1.0").admits("11.1.1"));
        assert!(Version::read("11.1.1").is_older_than(&Version::read("11.2")));
        assert!(!Version::read("master").is_older_than(&Version::read("11.2")));
    }
}
