//! Which versions people upgrade from, and whether those of a run are supported today.

use crate::day::Day;
use crate::policy::{self, Ended, ReleaseLine};
use crate::versions::{LAST_MINOR, Version};

/// The most minors to upgrade from, extended support releases apart: as many as the vendor tests.
const MINORS: usize = 3;

/// The lines to upgrade from to this release, newest first: up to three minors below it that are supported on this day, then
/// each extended support release that is. A release that does not tell its line is taken for the one after the newest.
pub(super) fn stables_for(release: &Version, today: Day) -> Vec<Version> {
    let below = |line: &ReleaseLine| release.line().is_none_or(|release| line.line.line() < Some(release));
    let supported =
        || policy::release_lines().iter().rev().filter(|line| line.is_supported(today) && below(line));
    // Of a line that is newer than the data nobody can say that it is not supported.
    let unknown = before(release).filter(|line| Some(*line) > policy::newest());
    let unknown = unknown.map(|(major, minor)| Version::Minor(major, minor));
    let mut stables: Vec<Version> =
        unknown.into_iter().chain(supported().map(|line| line.line.clone())).take(MINORS).collect();
    for extended in supported().filter(|line| line.extended) {
        if !stables.contains(&extended.line) {
            stables.push(extended.line.clone());
        }
    }
    stables
}

/// The line before a release's, where that is known.
fn before(release: &Version) -> Option<(u64, u64)> {
    let (major, minor) = release.line()?;
    match minor.checked_sub(1) {
        Some(minor) => Some((major, minor)),
        None => LAST_MINOR.iter().find(|(of, _)| of + 1 == major).copied(),
    }
}

/// What is to be said of a stable version that gets no fixes any more on this day.
#[must_use]
pub(crate) fn support(stable: &Version, today: Day) -> Option<String> {
    let Ended { line, last } = policy::ended(stable, today)?;
    let since = last.map_or_else(|| "long ago".to_owned(), |last| format!("on {last}"));
    let instead: Vec<String> = policy::release_lines()
        .iter()
        .rev()
        .filter(|line| line.is_supported(today))
        .map(|line| format!("{}{}", line.line, if line.extended { " (ESR)" } else { "" }))
        .collect();
    let instead = match instead.as_slice() {
        [] => String::new(),
        lines => format!("; supported today are {}", lines.join(", ")),
    };
    Some(format!(
        "support of the stable version's line {line} ended {since} ({}){instead}",
        policy::release_lines_source()
    ))
}

/// Whether a version is of an extended support release.
#[must_use]
pub(crate) fn is_esr(version: &Version) -> bool {
    let extended = |line: &ReleaseLine| line.extended && line.line.line() == version.line();
    version.line().is_some() && policy::release_lines().iter().any(extended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    fn stables(release: &str, today: &str) -> Vec<String> {
        stables_for(&Version::read(release), day(today)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_supported_minors_below_and_each_esr() {
        let today = "2026-11-26";
        assert_eq!(stables("12.1.0", today), ["12.0", "11.11", "11.7"]);
        assert_eq!(stables("12.0.0-rc1", today), ["11.11", "11.7"]);
        assert_eq!(stables("release-11.11", today), ["11.7"]);
        assert_eq!(stables("12.2", today), ["12.1", "12.0", "11.11", "11.7"]);
        assert_eq!(stables("11.7.2", today), Vec::<String>::new(), "10.11 ended");
        assert_eq!(stables("10.5", today), Vec::<String>::new());
    }

    #[test]
    fn any_dot_release_of_an_esr_is_one() {
        let table =
            [("11.7", true), ("11.7.4-rc1", true), ("10.11.3", true), ("11.8.0", false), ("master", false)];
        for (version, esr) in table {
            assert_eq!(is_esr(&Version::read(version)), esr, "{version}");
        }
    }

    #[test]
    fn the_day_decides() {
        assert_eq!(stables("12.1.0", "2026-12-16"), ["12.0", "11.7"]);
        assert_eq!(stables("11.7.2", "2026-05-15"), ["11.6", "11.5", "11.4", "10.11"]);
        assert_eq!(stables("12.1", "2026-10-20"), ["12.0", "11.11", "11.10", "11.7"]);
        assert_eq!(stables("12.1", "2026-10-10"), ["11.11", "11.10", "11.9", "11.7"], "12.0 was not out yet");
    }

    #[test]
    fn a_release_without_a_line_comes_after_the_newest() {
        for release in ["master", "latest", "feature-x"] {
            assert_eq!(stables(release, "2026-11-26"), ["12.1", "12.0", "11.11", "11.7"]);
        }
    }

    #[test]
    fn lines_that_are_newer_than_the_data_are_not_taken_for_ended() {
        assert_eq!(stables("12.6.0", "2027-04-20"), ["12.5", "11.7"]);
        assert_eq!(stables("13.0", "2026-11-26"), ["12.1", "12.0", "11.11", "11.7"]);
    }

    #[test]
    fn a_stable_version_without_support_is_told_with_what_has_it() {
        let told = support(&Version::read("11.10.2"), day("2026-11-26")).unwrap();
        assert_eq!(
            told,
            "support of the stable version's line 11.10 ended on 2026-11-15 \
             (https://docs.mattermost.com/product-overview/mattermost-server-releases.html); \
             supported today are 12.1, 12.0, 11.11, 11.7 (ESR)"
        );
        assert!(support(&Version::read("9.5.0"), day("2026-11-26")).unwrap().contains("9.5 ended long ago"));
        assert_eq!(support(&Version::read("11.11.1"), day("2026-11-26")), None);
        assert_eq!(support(&Version::Unknown, day("2026-11-26")), None);
    }
}
