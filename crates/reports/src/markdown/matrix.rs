//! The Markdown reports of a matrix: one verdict, a row for each run, and below them what went wrong in each.

use super::super::escape::plain;
use super::super::explained;
use super::super::fit::{Room, Section};
use super::super::runs::{RecordedRun, Runs};
use super::super::words::{duration, matrix_headline};
use super::red;
use super::screen::ReportsLink;
use super::user_suites::user_suites;
use run_record::record::Record;
use run_record::verdict::Word;

/// Upgrades that are seen in a comment before anything is opened.
const SEEN: usize = 12;

/// All sections in the order of reading.
pub(super) fn open(runs: &Runs, room: Room, link: ReportsLink<'_>) -> Vec<Section> {
    let mut sections = vec![top(runs, link), rows(runs.all().iter().collect(), room)];
    for run in runs.all() {
        sections.extend(what_went_wrong(run, room, red::every_check).into_iter().map(|section| {
            let head = section.head.replacen("### ", &format!("### {}: ", plain(&run.name, 120)), 1);
            Section { head, ..section }
        }));
    }
    sections
}

/// The same for a comment: where there are many upgrades, the worst of them are seen at once.
pub(super) fn folded(runs: &Runs, room: Room, link: ReportsLink<'_>) -> Vec<Section> {
    let mut seen: Vec<&RecordedRun> = runs.all().iter().collect();
    let all = seen.len();
    let mut folds = Vec::new();
    if all > SEEN {
        folds.push((format!("All {all} upgrades"), vec![rows(seen.clone(), room)]));
        seen.sort_by_key(|run| run.verdict.passed());
        seen.truncate(SEEN);
    }
    for run in runs.all() {
        folds.push((
            format!("{}: {}", plain(&run.name, 120), run.verdict.word.for_people()),
            what_went_wrong(run, room, red::by_cause),
        ));
    }
    let mut sections = vec![top(runs, link), rows(seen, room)];
    sections.extend(super::folds::folds(folds));
    sections
}

/// What a matrix shows of each run: what is not red and should be known, what broke it, what failed, what never ran.
fn what_went_wrong(
    run: &RecordedRun,
    room: Room,
    red_checks: fn(&Record, Room) -> Option<Section>,
) -> Vec<Section> {
    let record = &run.record;
    let all = [
        explained::section(record, room),
        red::broken(record, room),
        red_checks(record, room),
        user_suites(record, room),
        red::never_ran(record),
    ];
    all.into_iter().flatten().collect()
}

fn top(runs: &Runs, link: ReportsLink<'_>) -> Section {
    let verdict = runs.verdict();
    let mark = if verdict.passed() { "✅" } else { "❌" };
    let head = format!(
        "## {mark} {}\n\n**{}** · exit code {}{}",
        matrix_headline(runs.all()),
        verdict.word.for_people(),
        verdict.exit_code,
        link.told(&[super::super::PAGE])
    );
    Section { title: "verdict", weight: 0, head, ..Section::default() }
}

fn rows(runs: Vec<&RecordedRun>, room: Room) -> Section {
    let rows = runs.into_iter().map(|run| {
        let mark = match run.verdict.word {
            Word::Passed if run.verdict.passed() => "✅",
            Word::Failed => "❌",
            _ => "⚠️",
        };
        let (mode, counts) =
            (run.record.header.as_ref().map_or("–", |header| &header.mode), run.verdict.counts);
        format!(
            "| {mark} {} | {} | {} | {} of {} | {} | {} |",
            plain(&run.name, 120),
            plain(mode, 40),
            run.verdict.word.for_people(),
            counts.passed,
            counts.planned,
            duration(run.record.took_ms()),
            run.verdict.reasons.first().map_or_else(String::new, |first| plain(first, room.0.min(300)))
        )
    });
    Section {
        title: "upgrades",
        weight: 1,
        head: "| upgrade | mode | verdict | passed | took | first cause |\n|---|---|---|--:|--:|---|"
            .to_owned(),
        rows: rows.collect(),
        foot: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{COMMENT_LIMIT, Names, SUMMARY_LIMIT, comment, junit, summary, write_all};
    use run_record::event::{EventKind, Outcome, Stage};
    use run_record::record::Record;
    use run_record::samples::{failed, header, record, result};

    fn run(outcome: Outcome) -> Record {
        record([
            EventKind::RunStarted(header(&[(Stage::Release, &["a"])])),
            EventKind::CheckFinished(result(Stage::Release, "a", outcome)),
            EventKind::RunFinished,
        ])
    }

    fn matrix() -> Runs {
        let runs = [run(Outcome::Passed), run(failed("a | b", "c"))].map(RecordedRun::of);
        Runs::matrix(runs.into_iter().chain([RecordedRun::missing("9.7.0 to 9.9.0")]).collect())
    }

    #[test]
    fn each_run_has_a_row_and_what_went_wrong_below() {
        insta::assert_snapshot!(comment(&matrix()), @r"
        ## ❌ 1 of 3 upgrades held

        **failed** · exit code 1

        | upgrade | mode | verdict | passed | took | first cause |
        |---|---|---|--:|--:|---|
        | ✅ 9.8.0 to 9.9.0 | rolling | passed | 1 of 1 | 2.0 s |  |
        | ❌ 9.8.0 to 9.9.0 (again, 2) | rolling | failed | 0 of 1 | 2.0 s | release/a failed: expected a &#124; b, got c from node1 |
        | ⚠️ 9.7.0 to 9.9.0 | – | not measured | 0 of 0 | 0 ms | it left no record: its job did not get that far, or its report folder was not handed over |

        <details><summary>9.8.0 to 9.9.0 (again, 2): failed</summary>

        ### What failed

        - ❌ **release** `a`, **failed**: a works (S2.4)
          - expected: `a | b`
          - got: `c`
          - from: node `node1`

        </details>
        ");
    }

    #[test]
    fn suites_and_classes_carry_the_name_of_their_run() {
        let xml = junit(&matrix(), Names::Plain).unwrap();
        for part in [
            r#"<testsuites tests="5" failures="1" errors="1">"#,
            r#"name="9.8.0 to 9.9.0: run""#,
            r#"name="9.8.0 to 9.9.0 (again, 2): release""#,
            r#"classname="mattermost.upgrade.9_8_0 to 9_9_0 (again, 2).release.a""#,
            r#"classname="mattermost.upgrade.9_7_0 to 9_9_0.run"><properties><property name="test_key""#,
            r#"<error type="NotMeasured" message="it left no record"#,
        ] {
            assert!(xml.contains(part), "{part}\n{xml}");
        }
    }

    #[test]
    fn the_reports_of_a_matrix_are_written_beside_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let files = write_all(&matrix(), dir.path(), Names::Plain);
        // Each run keeps its own record and lock.
        let names: Vec<_> = files.iter().map(|file| file.name).collect();
        assert_eq!(names, ["junit.xml", "results.json", "summary.md", "comment.md", "report.html"]);
        for file in files {
            assert!(file.result.unwrap().exists(), "{}", file.name);
        }
    }

    #[test]
    fn a_matrix_of_any_size_fits() {
        let said = "ü|@x ".repeat(2_000);
        let loud: Vec<RecordedRun> = (0..256).map(|_| RecordedRun::of(run(failed(&said, &said)))).collect();
        let loud = Runs::matrix(loud);
        let comment = comment(&loud);
        assert!(comment.len() <= COMMENT_LIMIT && comment.contains("(again, 2)"));
        let seen = super::super::folds::seen(&comment);
        assert!(seen.len() <= 25, "{}", seen.join("\n"));
        assert!(summary(&loud).len() <= SUMMARY_LIMIT);
    }
}
