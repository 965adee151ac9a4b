//! `summary.md` and `comment.md`: the same first screen, and below it the same sections, all of them open in the summary, folded
//! into a few `<details>` in the comment.
//!
//! A comment is read between others: at most 24 lines of it are not folded, ten where the run is green, and what has one cause is told
//! once. The summary is a page of its own and has each red check of each stage.

mod felt;
mod folds;
pub(super) mod matrix;
mod red;
mod screen;
mod sections;
mod user_suites;

use super::explained;
use super::fit::{Cut, Room, Section, fit};
use super::kind::{Render, Report};
use super::runs::{RecordedRun, Runs};
use run_record::record::Record;
pub use screen::ReportsLink;

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
    summary_linked(runs, ReportsLink::default())
}

/// The same, with where the reports can be read.
#[must_use]
pub fn summary_linked(runs: &Runs, link: ReportsLink<'_>) -> String {
    let room = Room(2_000);
    let sections = match runs.alone() {
        Some(run) => open(run, room, link),
        None => matrix::open(runs, room, link),
    };
    fit(sections, SUMMARY_LIMIT, Cut::Sections)
}

/// The pull request's comment: cut by whole rows.
#[must_use]
pub fn comment(runs: &Runs) -> String {
    comment_linked(runs, ReportsLink::default())
}

/// The same, with where the reports can be read.
#[must_use]
pub fn comment_linked(runs: &Runs, link: ReportsLink<'_>) -> String {
    let room = Room(300);
    let sections = match runs.alone() {
        Some(run) => folded(run, room, link),
        None => matrix::folded(runs, room, link),
    };
    fit(sections, COMMENT_LIMIT, Cut::Rows)
}

/// All sections in the order of reading; those with nothing to say are missing.
fn open(run: &RecordedRun, room: Room, link: ReportsLink<'_>) -> Vec<Section> {
    let record = &run.record;
    let mut sections = vec![screen::section(run, room, link)];
    let all = [explained::section(record, room), red::broken(record, room), red::every_check(record, room)];
    sections.extend(all.into_iter().flatten());
    sections.extend([user_suites::user_suites(record, room), red::never_ran(record)].into_iter().flatten());
    sections.extend(felt::section(record));
    sections.extend(how_it_went(record, room));
    sections.extend(to_be_known(record, room));
    sections.extend(timings(record, room));
    sections
}

/// The same for a comment.
fn folded(run: &RecordedRun, room: Room, link: ReportsLink<'_>) -> Vec<Section> {
    let record = &run.record;
    let known = explained::section(record, room).into_iter().chain(to_be_known(record, room)).collect();
    let suites = user_suites::user_suites(record, room).into_iter();
    let went = suites.chain(felt::section(record)).chain(how_it_went(record, room)).collect();
    let mut sections = vec![screen::section(run, room, link)];
    sections.extend(folds::folds(vec![
        ("What failed".to_owned(), what_failed(record, room)),
        ("To be known".to_owned(), known),
        ("Users, stages, and the case MM-T5392 line by line".to_owned(), went),
        ("Timings and evidence".to_owned(), timings(record, room)),
    ]));
    sections
}

/// What broke it, what failed, what never ran.
fn what_failed(record: &Record, room: Room) -> Vec<Section> {
    let all = [red::broken(record, room), red::by_cause(record, room), red::never_ran(record)];
    all.into_iter().flatten().collect()
}

fn how_it_went(record: &Record, room: Room) -> Vec<Section> {
    let mut all: Vec<Section> = sections::stages(record).into_iter().collect();
    all.push(super::case_table::the_case(record));
    all.extend(sections::about(record, room));
    all
}

fn to_be_known(record: &Record, room: Room) -> Vec<Section> {
    let all = [
        sections::warnings(record, room),
        sections::left_out(record, room),
        sections::not_applicable(record, room),
    ];
    all.into_iter().flatten().collect()
}

fn timings(record: &Record, room: Room) -> Vec<Section> {
    let all = [
        sections::timings(record),
        sections::durations(record),
        sections::slowest(record),
        sections::evidence(record, room),
    ];
    all.into_iter().flatten().collect()
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
                assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
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
