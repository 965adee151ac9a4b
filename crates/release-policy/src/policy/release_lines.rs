//! Release lines, and whether one is supported on a day.

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::parse;
use basics::day::Day;
use basics::versions::Version;

/// One release line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseLine {
    /// Its major and minor.
    pub line: Version,
    /// The day of its first release.
    pub first: Day,
    /// The last day on which it gets fixes.
    pub last: Day,
    /// Whether it is an extended support release.
    #[serde(default)]
    pub extended: bool,
}

/// A line that gets no fixes any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub line: Version,
    /// Its last day; none where it is older than what the data has.
    pub last: Option<Day>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    source: String,
    lines: Vec<ReleaseLine>,
}

// The file is part of the program, and a test reads it: it cannot fail where this runs.
static TABLE: LazyLock<Table> =
    LazyLock::new(|| parse(include_str!("release_lines.yaml")).unwrap_or_default());

/// All lines that are known, oldest first.
#[must_use]
pub fn release_lines() -> &'static [ReleaseLine] {
    &TABLE.lines
}

/// Where their days are from.
#[must_use]
pub fn release_lines_source() -> &'static str {
    &TABLE.source
}

/// The newest line that is known, released or not.
#[must_use]
pub fn newest() -> Option<(u64, u64)> {
    release_lines().last().and_then(|line| line.line.line())
}

impl ReleaseLine {
    /// Whether it is out and gets fixes on this day.
    #[must_use]
    pub fn is_supported(&self, today: Day) -> bool {
        (self.first..=self.last).contains(&today)
    }
}

/// The line of a version, where support of it is over. Of a line that is newer than the data, and of a version that does not
/// tell its line, nobody can say.
#[must_use]
pub fn ended(version: &Version, today: Day) -> Option<Ended> {
    let wanted = version.line()?;
    let line = Version::Minor(wanted.0, wanted.1);
    match release_lines().iter().find(|known| known.line == line) {
        Some(known) => (today > known.last).then_some(Ended { line, last: Some(known.last) }),
        None => {
            let oldest = release_lines().first().and_then(|known| known.line.line())?;
            (wanted < oldest).then_some(Ended { line, last: None })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn the_file_is_readable_and_its_days_are_in_order() {
        let table: Table = parse(include_str!("release_lines.yaml")).unwrap();
        assert!(table.source.starts_with("https://") && table.lines.len() > 20);
        assert!(table.lines.iter().all(|line| matches!(line.line, Version::Minor(..))), "{table:?}");
        assert!(table.lines.is_sorted_by_key(|line| line.line.line()));
        assert!(table.lines.is_sorted_by_key(|line| line.first));
        assert!(table.lines.iter().all(|line| line.first < line.last));
    }

    #[test]
    fn supported_is_a_question_of_the_day() {
        let on = |today: &str| {
            let all = release_lines().iter().filter(|line| line.is_supported(day(today)));
            all.map(|line| line.line.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(on("2026-11-26"), ["11.7", "11.11", "12.0", "12.1"]);
        assert_eq!(on("2026-12-16"), ["11.7", "12.0", "12.1"]);
        assert_eq!(on("2026-11-15"), ["11.7", "11.10", "11.11", "12.0"]);
        assert_eq!(on("2026-05-15"), ["10.11", "11.4", "11.5", "11.6", "11.7"]);
    }

    #[test]
    fn what_has_ended_is_told_and_what_nobody_knows_is_not() {
        let on = |version: &str, today: &str| ended(&Version::read(version), day(today));
        let today = "2026-11-26";
        let last = |text: &str| Some(day(text));
        assert_eq!(
            on("11.10.3", today),
            Some(Ended { line: Version::Minor(11, 10), last: last("2026-11-15") })
        );
        assert_eq!(on("release-10.11", today).unwrap().last, last("2026-08-15"));
        assert_eq!(on("9.11.2", today), Some(Ended { line: Version::Minor(9, 11), last: None }));
        for supported in ["11.11.0", "11.7", "12.1.0-rc1", "12.2.0", "13.0", "master"] {
            assert_eq!(on(supported, today), None, "{supported}");
        }
        assert_eq!(on("11.11.0", "2026-12-15"), None, "the last day is one of support");
        assert!(on("11.11.0", "2026-12-16").is_some());
    }
}
