//! Mattermost versions: reading them, naming images by them, how far apart two of them are, and ranges of them.

use std::fmt;

use serde::{Deserialize, Serialize};

mod candidate;

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
        // "11.06" is no tag of anybody's, and would be shown as 11.6.
        let number = |part: &str| {
            let digits = part.bytes().all(|b| b.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
            digits.then(|| part.parse().ok()).flatten()
        };
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

    /// Whether both are known to be the same dot release or candidate, however that is spelled.
    #[must_use]
    pub fn is_surely(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Exact(a), Self::Exact(b)) if candidate::rank(a) == candidate::rank(b))
    }

    /// Whether this version is older than `other`; unknown ones are never older. A release candidate is older than its
    /// version, and candidates are counted: rc2 comes before rc10.
    #[must_use]
    pub fn is_older_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => candidate::rank(a) < candidate::rank(b),
            _ => matches!((self.line(), other.line()), (Some(a), Some(b)) if a < b),
        }
    }
}

/// How many minors lie between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// So many.
    Exactly(u64),
    /// So many or more: a major between them has a last minor that nobody knows yet, or that is not in our list.
    AtLeast(u64),
}

/// How many minors lie between two versions, counted over majors; `None` when either is unknown.
///
/// 11.4 → 11.5 is 1, 10.12 → 11.0 is 1, 10.11 → 11.0 is 2, 11.4.1 → 11.4.3 is 0; 12.5 → 13.0 is at least 1.
#[must_use]
pub fn minors_apart(from: &Version, to: &Version) -> Option<Distance> {
    let ((major, minor), goal) = (from.line()?, to.line()?);
    if goal <= (major, minor) {
        return Some(Distance::Exactly(0));
    }
    if goal.0 == major {
        return Some(Distance::Exactly(goal.1 - minor));
    }
    let (mut steps, mut unknown) = (goal.1, goal.0 - major);
    for (known, last) in LAST_MINOR.iter().filter(|(known, _)| (major..goal.0).contains(known)) {
        let left = if *known == major { last.saturating_sub(minor) } else { *last };
        steps = steps.saturating_add(left).saturating_add(1);
        unknown -= 1;
    }
    // Of the others it is known only that they were left.
    let steps = steps.saturating_add(unknown);
    Some(if unknown == 0 { Distance::Exactly(steps) } else { Distance::AtLeast(steps) })
}

/// A range of versions, as people write it in data: `11.7.2`, `12.0`, `>=11.0.0, <12.0.0`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Range {
    text: String,
    wanted: semver::VersionReq,
}

impl Range {
    /// Reads one version, one minor, or comparisons as Cargo has them, separated by commas.
    ///
    /// # Errors
    /// A clause that says what is wrong with the text.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // Cargo would take a bare version for "this one or any later of its major".
        let wanted = if text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(',') {
            format!("={text}")
        } else {
            text.to_owned()
        };
        let wanted = semver::VersionReq::parse(&wanted)
            .map_err(|error| format!("\"{text}\" is no version and no range of versions ({error})"))?;
        if wanted.comparators.is_empty() {
            return Err("a range without a version says nothing".into());
        }
        Ok(Self { text: text.to_owned(), wanted })
    }

    /// Whether a version is surely in the range. Of a minor without its dot release both ends must be; an unknown version
    /// is in none. A release candidate counts as the version that it will be, as its server says too.
    #[must_use]
    pub fn admits(&self, version: &Version) -> bool {
        let has = |major, minor, patch| self.wanted.matches(&semver::Version::new(major, minor, patch));
        match version {
            Version::Exact(exact) => has(exact.major, exact.minor, exact.patch),
            Version::Minor(major, minor) => has(*major, *minor, 0) && has(*major, *minor, u64::MAX),
            Version::Unknown => false,
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::read(&text)
    }
}

impl From<Range> for String {
    fn from(range: Range) -> Self {
        range.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(from: &str, to: &str) -> Option<Distance> {
        minors_apart(&Version::read(from), &Version::read(to))
    }

    #[test]
    fn versions_are_read_in_every_form_that_tags_have() {
        assert_eq!(Version::read("10.11.4").to_string(), "10.11.4");
        assert_eq!(Version::read("v10.11.4-rc2").to_string(), "10.11.4-rc2");
        assert_eq!(Version::read("release-11.0"), Version::Minor(11, 0));
        let huge = "11.99999999999999999999";
        for unknown in
            ["master", "latest", "11", "eleven.0", "1.2.3.4", "", "11.", ".6", "11.06", "+1.2", huge]
        {
            assert_eq!(Version::read(unknown), Version::Unknown, "{unknown}");
        }
    }

    #[test]
    fn minors_are_counted_across_majors() {
        use Distance::{AtLeast, Exactly};
        assert_eq!(apart("11.4.1", "11.4.3"), Some(Exactly(0)));
        assert_eq!(apart("11.4.1", "11.5.0"), Some(Exactly(1)));
        assert_eq!(apart("10.12.0", "11.0.0"), Some(Exactly(1)));
        assert_eq!(apart("10.11.0", "11.0.0"), Some(Exactly(2)));
        assert_eq!(apart("9.11", "10.0"), Some(Exactly(1)));
        assert_eq!(apart("9.11", "11.1"), Some(Exactly(15)));
        assert_eq!(apart("11.6", "11.5"), Some(Exactly(0)));
        // The end of these majors is not in the list.
        assert_eq!(apart("12.0", "13.0"), Some(AtLeast(1)));
        assert_eq!(apart("4.10", "5.0"), Some(AtLeast(1)));
        assert_eq!(apart("12.5", "13.1"), Some(AtLeast(2)));
        assert_eq!(apart("11.11", "13.0"), Some(AtLeast(2)));
        let far = u64::MAX.to_string();
        assert_eq!(apart("11.0", &format!("11.{far}")), Some(Exactly(u64::MAX)));
        assert_eq!(apart("5.0", &format!("{far}.0")), Some(AtLeast(u64::MAX)));
        assert_eq!(apart("11.0", "master"), None);
        assert_eq!(apart("11.6.0", "10.9.0"), Some(Exactly(0)), "a downgrade");
        assert_eq!(apart("11.18446744073709551615", "12.0"), Some(Exactly(1)));
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

    fn has(range: &str, version: &str) -> bool {
        Range::read(range).unwrap().admits(&Version::read(version))
    }

    #[test]
    fn a_version_is_itself_a_minor_its_dots_and_a_comparison_what_it_says() {
        assert!(has("11.7.2", "11.7.2") && !has("11.7.2", "11.7.3"));
        assert!(has("12.0", "12.0.4") && !has("12.0", "12.1.0"));
        assert!(has(">=11.0.0, <12.0.0", "11.11.3") && !has(">=11.0.0, <12.0.0", "12.0.0"));
        assert!(has(">=12.0.0", "12.0.0-rc2"), "a candidate is judged as its release");
    }

    #[test]
    fn what_is_not_sure_is_not_in_it() {
        assert!(has("<12.0.0", "release-11.7") && has("12.0", "12.0"));
        assert!(!has(">=11.7.3", "release-11.7"), "which dot release it is, nobody knows");
        assert!(!has(">=0.0.0", "master"));
    }

    #[test]
    fn nonsense_is_named() {
        for (text, part) in [
            ("soon", "\"soon\" is no version"),
            ("*", "says nothing"),
            ("", "no version"),
            (">=", "no version"),
        ] {
            assert!(Range::read(text).unwrap_err().contains(part), "{text}: {:?}", Range::read(text));
        }
    }
}
