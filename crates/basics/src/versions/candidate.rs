//! The order of release candidates, in every spelling that tags have: `-rc2`, `-rc.2`, `-RC2`.

/// The words that name something older than the version itself. Any other word, such as `fips`, is a flavour of it.
const BEFORE: [&str; 8] = ["alpha", "beta", "dev", "nightly", "pre", "preview", "rc", "snapshot"];

/// A run of digits or of letters; numbers come first, as in semantic versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum VersionPart {
    /// By its length and then by its digits, so that no number is too long.
    Number(usize, String),
    Word(String),
}

/// What versions are ordered by: the numbers, whether it is the version itself, and which candidate it is.
pub(super) fn rank(version: &semver::Version) -> (u64, u64, u64, bool, Vec<VersionPart>) {
    let parts = candidate(version.pre.as_str());
    (version.major, version.minor, version.patch, parts.is_empty(), parts)
}

/// The parts from the first word on that makes it a candidate; none of a version or of a flavour of it.
fn candidate(suffix: &str) -> Vec<VersionPart> {
    let all = parts(suffix);
    let is_before =
        |part: &VersionPart| matches!(part, VersionPart::Word(word) if BEFORE.contains(&word.as_str()));
    all.into_iter().skip_while(|part| !is_before(part)).collect()
}

fn parts(text: &str) -> Vec<VersionPart> {
    let mut parts = Vec::new();
    for piece in text.split(['.', '-']) {
        let mut rest = piece;
        while let Some(first) = rest.chars().next() {
            let digits = first.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            parts.push(if digits {
                let number = run.trim_start_matches('0');
                VersionPart::Number(number.len(), number.to_owned())
            } else {
                VersionPart::Word(run.to_ascii_lowercase())
            });
            rest = after;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use crate::versions::Version;

    fn older(a: &str, b: &str) -> bool {
        Version::read(a).is_older_than(&Version::read(b))
    }

    #[test]
    fn candidates_are_counted_and_come_before_their_version() {
        let order = [
            "11.5.9",
            "11.6.0-alpha.1",
            "11.6.0-beta2",
            "11.6.0-rc",
            "11.6.0-rc1",
            "11.6.0-rc.2",
            "11.6.0-RC9",
            "11.6.0-rc10",
            "11.6.0-rc99999999999999999999998",
            "11.6.0-rc99999999999999999999999",
            "11.6.0",
            "11.6.1-rc1",
        ];
        for (at, version) in order.iter().enumerate() {
            assert!(matches!(Version::read(version), Version::Exact(_)), "{version}");
            for (other_at, other) in order.iter().enumerate() {
                assert_eq!(older(version, other), at < other_at, "{version} {other}");
            }
        }
    }

    #[test]
    fn spellings_and_flavours_are_one_version() {
        let same = |a: &str, b: &str| Version::read(a).is_surely(&Version::read(b));
        for spelled in
            ["11.6.0-rc2", "11.6.0-rc.2", "11.6.0-RC2", "11.6.0-rc-2", "11.6.0-fips-rc2", "11.6.0-rc02"]
        {
            assert!(same(spelled, "11.6.0-rc2"), "{spelled}");
        }
        assert!(same("11.6.0-fips", "11.6.0") && !older("11.6.0-fips", "11.6.0"));
        assert!(!same("11.6.0-rc2", "11.6.0") && !same("11.6", "11.6") && !same("master", "master"));
    }
}
