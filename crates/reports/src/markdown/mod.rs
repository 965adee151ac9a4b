//! `summary.md` and `comment.md`: the same sections, with more or less room.

pub(super) mod matrix;
mod sections;
mod user_suites;

use super::fit::{Cut, Room, Section, fit};
use super::kind::{Render, Report};
use super::runs::Runs;

/// The reports.
pub(super) const SUMMARY: Report = Report {
    name: "summary.md",
    content_type: CONTENT_TYPE,
    render: Render::Runs(|runs, _| Ok(summary(runs))),
};
pub(super) const COMMENT: Report = Report {
    name: "comment.md",
    content_type: CONTENT_TYPE,
    render: Render::Runs(|runs, _| Ok(comment(runs))),
};
const CONTENT_TYPE: &str = "text/markdown; charset=utf-8";

/// Bytes of `summary.md`. GitHub drops a whole step summary above 1 MiB, and other steps' text may precede.
pub const SUMMARY_LIMIT: usize = 900 * 1024;

/// Bytes of `comment.md`. GitHub refuses a comment above 65,536 characters; the rest is for marker and links.
pub const COMMENT_LIMIT: usize = 60_000;

/// The step summary: cut by whole sections.
#[must_use]
pub fn summary(runs: &Runs) -> String {
    fit(sections(runs, Room(2_000)), SUMMARY_LIMIT, Cut::Sections)
}

/// The pull request's comment: cut by whole rows.
#[must_use]
pub fn comment(runs: &Runs) -> String {
    fit(sections(runs, Room(300)), COMMENT_LIMIT, Cut::Rows)
}

fn sections(runs: &Runs, room: Room) -> Vec<Section> {
    match runs.alone() {
        Some(run) => sections::all(run, room),
        None => matrix::all(runs, room),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use basics::trouble::Trouble;
    use run_record::event::{Blame, Breakage, CheckResult, EventKind, Outcome, Stage};
    use run_record::record::Record;
    use run_record::samples::{failed, header, record, result};

    /// A run with `checks` failing checks that say `said`.
    fn loud(checks: usize, said: &str) -> Record {
        let ids: Vec<String> = (0..checks).map(|number| format!("check.{number}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let results = ids.iter().map(|id| {
            EventKind::CheckFinished(CheckResult {
                title: said.into(),
                ..result(Stage::Release, id, failed(said, said))
            })
        });
        let plan = EventKind::RunStarted(header(&[(Stage::Release, &ids)]));
        let trouble = Trouble::new("node2", said, "look at its log").with_log(vec![said.into(); 50]);
        let broken = EventKind::RunBroken(Breakage { blame: Blame::Release, trouble });
        record(std::iter::once(plan).chain(results).chain([broken, EventKind::RunFinished]))
    }

    #[test]
    fn limits_hold_and_failures_come_first() {
        for (checks, length) in [(1, 100_000), (300, 3_000), (3_000, 300)] {
            let record = loud(checks, &"ü|@x ".repeat(length / 5));
            let runs = Runs::of(record);
            let comment = comment(&runs);
            let summary = summary(&runs);
            assert!(comment.len() <= COMMENT_LIMIT && summary.len() <= SUMMARY_LIMIT);
            for text in [comment, summary] {
                assert!(text.starts_with("## ❌ Upgrade from 9.8.0 to 9.9.0 failed"));
                assert!(text.contains("check.0`, **failed**: ü"), "the first failure is there");
            }
        }
    }

    #[test]
    fn a_line_without_a_check_says_so() {
        let record = record([
            EventKind::RunStarted(header(&[(Stage::Release, &["a", "b"])])),
            EventKind::CheckFinished(result(Stage::Release, "a", Outcome::Passed)),
            EventKind::RunFinished,
        ]);
        let text = comment(&Runs::of(record));
        assert!(text.contains("| S2.4 | posts can be sent and edited, and others see them | ✅ |"), "{text}");
        assert!(
            text.contains(
                "Cloud: a customer's web server is subscribed to and answers _(no check in this run)_ |  |"
            ),
            "{text}"
        );
        assert!(text.contains("### Planned and never ran\n\n- release `b`"), "{text}");
    }

    #[test]
    fn an_empty_record_renders() {
        let record = Record::default();
        let text = comment(&Runs::of(record));
        assert!(text.starts_with("## ❌ The upgrade was not measured completely"), "{text}");
    }
}
