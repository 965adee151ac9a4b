//! The reports of a matrix: one verdict, a row for each run, and below them what went wrong in each.

use super::escape::plain;
use super::fit::{Cut, Room, Section, fit};
use super::markdown::{COMMENT_LIMIT, SUMMARY_LIMIT};
use super::runs::Run;
use super::sections::what_went_wrong;
use super::words::{duration, plural};
use crate::verdict::{Verdict, Word};

/// The step summary of a matrix.
#[must_use]
pub fn summary(runs: &[Run], verdict: &Verdict) -> String {
    fit(sections(runs, verdict, Room(2_000)), SUMMARY_LIMIT, Cut::Sections)
}

/// The pull request's comment on a matrix.
#[must_use]
pub fn comment(runs: &[Run], verdict: &Verdict) -> String {
    fit(sections(runs, verdict, Room(300)), COMMENT_LIMIT, Cut::Rows)
}

/// The verdict on a matrix in one line without markup.
pub(crate) fn headline(runs: &[Run]) -> String {
    let held = runs.iter().filter(|run| run.verdict.passed()).count();
    match (held, runs.len()) {
        (_, 0) => "no upgrade was run".to_owned(),
        (held, all) if held == all => format!("{} held", plural(all, "upgrade")),
        (held, all) => format!("{held} of {} held", plural(all, "upgrade")),
    }
}

fn sections(runs: &[Run], verdict: &Verdict, room: Room) -> Vec<Section> {
    let mut sections = vec![top(runs, verdict), rows(runs, room)];
    for run in runs {
        sections.extend(what_went_wrong(&run.record, room).map(|section| {
            let head = section.head.replacen("### ", &format!("### {}: ", plain(&run.name, 120)), 1);
            Section { head, ..section }
        }));
    }
    sections
}

fn top(runs: &[Run], verdict: &Verdict) -> Section {
    let mark = if verdict.passed() { "✅" } else { "❌" };
    let head = format!(
        "## {mark} {}\n\n**{}** · exit code {}",
        headline(runs),
        verdict.word.for_people(),
        verdict.exit_code
    );
    Section { title: "verdict", weight: 0, head, ..Section::default() }
}

fn rows(runs: &[Run], room: Room) -> Section {
    let rows = runs.iter().map(|run| {
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
    use crate::event::{EventKind, Outcome, Stage};
    use crate::record::Record;
    use crate::record::tests::{failed, header, record, result};
    use crate::report::{Names, merged_junit, write_merged};
    use crate::verdict::worst::worst;

    fn run(outcome: Outcome) -> Record {
        record([
            EventKind::RunStarted(header(&[(Stage::Release, &["a"])])),
            EventKind::CheckFinished(result(Stage::Release, "a", outcome)),
            EventKind::RunFinished,
        ])
    }

    fn matrix() -> Vec<Run> {
        let runs = [run(Outcome::Passed), run(failed("a | b", "c"))].map(Run::of);
        let mut runs = Run::numbered(runs.into());
        runs.push(Run::missing("9.7.0 to 9.9.0"));
        runs
    }

    fn verdict(runs: &[Run]) -> Verdict {
        worst(runs.iter().map(|run| (run.name.as_str(), &run.verdict)))
    }

    #[test]
    fn each_run_has_a_row_and_what_went_wrong_below() {
        let runs = matrix();
        insta::assert_snapshot!(comment(&runs, &verdict(&runs)), @r"
        ## ❌ 1 of 3 upgrades held

        **failed** · exit code 1

        | upgrade | mode | verdict | passed | took | first cause |
        |---|---|---|--:|--:|---|
        | ✅ 9.8.0 to 9.9.0 | rolling | passed | 1 of 1 | 2.0 s |  |
        | ❌ 9.8.0 to 9.9.0 (again, 2) | rolling | failed | 0 of 1 | 2.0 s | release/a failed: expected a &#124; b, got c from node1 |
        | ⚠️ 9.7.0 to 9.9.0 | – | not measured | 0 of 0 | 0 ms | it left no record: its job did not get that far, or its report folder was not handed over |

        ### 9.8.0 to 9.9.0 (again, 2): What failed

        - ❌ **release** `a`, **failed**: a works (S2.4)
          - expected: `a | b`
          - got: `c`
          - from: node `node1`
        ");
    }

    #[test]
    fn suites_and_classes_carry_the_name_of_their_run() {
        let xml = merged_junit(&matrix(), Names::Plain).unwrap();
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
        let (runs, dir) = (matrix(), tempfile::tempdir().unwrap());
        for file in write_merged(&runs, &verdict(&runs), dir.path(), Names::Plain) {
            assert!(file.result.unwrap().exists(), "{}", file.name);
        }
    }

    #[test]
    fn a_matrix_of_any_size_fits() {
        let said = "ü|@x ".repeat(2_000);
        let loud: Vec<Run> = (0..256).map(|_| Run::of(run(failed(&said, &said)))).collect();
        let loud = Run::numbered(loud);
        let verdict = verdict(&loud);
        let comment = comment(&loud, &verdict);
        assert!(comment.len() <= COMMENT_LIMIT && comment.contains("(again, 2)"));
        assert!(summary(&loud, &verdict).len() <= SUMMARY_LIMIT);
    }
}
