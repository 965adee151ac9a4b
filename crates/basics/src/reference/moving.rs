//! Names that move: what they lead to today may be another image tomorrow.

use super::{Reference, parse};

/// How many hexadecimal digits name a commit: what git shortens it to at least, and a whole one.
const COMMIT: std::ops::RangeInclusive<usize> = 7..=40;

/// Whether a name leads to the same image for good, as far as a name can tell: a digest, a whole version (`11.6.0`, `11.6.0-rc2`),
/// a commit (`a1b2c3d`). A branch (`master`, `release-11.7`), a minor (`16`) and no tag at all move on.
#[must_use]
pub fn stays(text: &str) -> bool {
    parse(text).is_ok_and(|name| name.digest.is_some() || name.tag.is_some_and(tag_stays))
}

/// Whether a name means the newest there is: `latest`, or no tag and no digest.
#[must_use]
pub fn is_newest(text: &str) -> bool {
    parse(text).is_ok_and(|name| name.digest.is_none() && name.tag.is_none_or(|tag| tag == "latest"))
}

/// The repository that a name is of, with its registry, in one spelling: `postgres` is Docker Hub's `library/postgres`.
#[must_use]
pub fn whole_repository(text: &str) -> Option<String> {
    let Reference { registry, repository, .. } = parse(text).ok()?;
    let registry = registry.unwrap_or("docker.io");
    let registry = registry.strip_prefix("index.").unwrap_or(registry);
    let library = if registry == "docker.io" && !repository.contains('/') { "library/" } else { "" };
    Some(format!("{registry}/{library}{repository}"))
}

fn tag_stays(tag: &str) -> bool {
    let version = tag.strip_prefix('v').unwrap_or(tag);
    let commit = COMMIT.contains(&tag.len()) && tag.bytes().all(super::is_hex);
    commit || semver::Version::parse(version).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_versions_and_commits_stay_and_all_else_moves() {
        let digest = format!("mm@sha256:{}", "0".repeat(64));
        let stay =
            ["mm:11.6.0", "mm:v11.6.0", "reg:5000/mm:11.6.0-rc2", "mm:11.6.0-fips", "mm:a1b2c3d", &digest];
        for name in stay {
            assert!(stays(name) && !is_newest(name), "{name}");
        }
        let whole = format!("mm:{}", "a".repeat(40));
        assert!(stays(&whole) && !stays(&format!("{whole}a")));
        for name in
            ["mm:master", "mm:release-11.7", "mm:release-11", "mm:11.6", "postgres:16", "mm:abcdef", "mm"]
        {
            assert!(!stays(name), "{name}");
        }
    }

    #[test]
    fn the_newest_is_asked_for_by_its_tag_or_by_none() {
        for (name, newest) in [("mm", true), ("mm:latest", true), ("reg:5000/mm", true), ("mm:16", false)] {
            assert_eq!(is_newest(name), newest, "{name}");
        }
        assert!(!is_newest(&format!("mm@sha256:{}", "0".repeat(64))));
    }

    #[test]
    fn one_repository_has_one_spelling() {
        for name in
            ["postgres:16", "docker.io/postgres", "index.docker.io/library/postgres:1", "library/postgres"]
        {
            assert_eq!(whole_repository(name).as_deref(), Some("docker.io/library/postgres"), "{name}");
        }
        assert_eq!(whole_repository("ghcr.io/mm:1").as_deref(), Some("ghcr.io/mm"));
        assert_eq!(whole_repository("mm/mm:1").as_deref(), Some("docker.io/mm/mm"));
        assert_eq!(whole_repository("MM"), None);
    }
}
