//! The action's outputs: names, meanings, values.

use std::path::Path;

use crate::event::Outcome;
use crate::record::Record;
use crate::report::sanitise::one_line;
use crate::verdict::Verdict;

/// Outputs of all steps of a job share 1 MB; names of failed checks take no more than this.
const FAILED_LIMIT: usize = 64 * 1024;

/// Every output with its description, as action.yml declares them.
pub const OUTPUTS: &[(&str, &str)] = &[
    ("verdict", "passed, failed, not-measured, broken, interrupted or gate-bug"),
    (
        "exit-code",
        "0 passed, 1 failed, 2 wrong input, 3 environment, 4 not measured, 70 bug, 130 or 143 interrupted",
    ),
    ("failed", "failed checks as stage/check, separated by commas"),
    ("junit", "path of junit.xml"),
    ("report-dir", "path of the folder with all reports"),
    (
        "status-context",
        "name of a commit status, as e2e-test/upgrade-gate/enterprise/upgrade-from-release-11.7-esr; of a matrix what all have in common",
    ),
    (
        "summary-text",
        "verdict, pair, numbers, first cause and links in at most 1,500 characters, for an incoming webhook",
    ),
    ("report-url", "address of the uploaded reports, empty where none were"),
    (
        "matrix",
        "for strategy.matrix, with the input matrix: a row with name, stable and release for each pair",
    ),
];

/// The outputs' values, in the order of [`OUTPUTS`]; of one record without a name, or of all records of a matrix.
#[must_use]
pub fn outputs<'r>(
    records: impl IntoIterator<Item = (&'r str, &'r Record)>,
    verdict: &Verdict,
    report_dir: &Path,
) -> Vec<(&'static str, String)> {
    let values = [
        verdict.word.for_programs().to_owned(),
        verdict.exit_code.to_string(),
        failed(records),
        report_dir.join("junit.xml").display().to_string(),
        report_dir.display().to_string(),
    ];
    OUTPUTS.iter().map(|(name, _)| *name).zip(values).collect()
}

/// Whole names up to the limit.
fn failed<'r>(records: impl IntoIterator<Item = (&'r str, &'r Record)>) -> String {
    let mut text = String::new();
    let results = records.into_iter().flat_map(|(run, record)| record.results().map(move |one| (run, one)));
    for (run, result) in results.filter(|(_, result)| matches!(result.outcome, Outcome::Failed(_))) {
        let of_run = if run.is_empty() { String::new() } else { format!("{}: ", one_line(run)) };
        let name = format!("{of_run}{}/{}", result.stage, one_line(&result.check));
        if text.len() + name.len() + 1 > FAILED_LIMIT {
            break;
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, Stage};
    use crate::record::tests::{failed, record, result};

    #[test]
    fn each_output_has_its_value() {
        let record = record([
            EventKind::CheckFinished(result(Stage::Mixed(1), "posts.edit", failed("x", "y"))),
            EventKind::CheckFinished(result(Stage::Release, "a", Outcome::Passed)),
            EventKind::CheckFinished(result(Stage::Release, "files.read", failed("x", "y"))),
        ]);
        let values = outputs([("", &record)], &Verdict::of(&record), Path::new("out"));
        let expected = [
            ("verdict", "failed"),
            ("exit-code", "1"),
            ("failed", "mixed-1/posts.edit,release/files.read"),
            ("junit", "out/junit.xml"),
            ("report-dir", "out"),
        ];
        assert_eq!(values, expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn names_of_failed_checks_are_cut_whole() {
        let id = "x".repeat(999);
        let kinds = (0..100).map(|_| EventKind::CheckFinished(result(Stage::Release, &id, failed("x", "y"))));
        let text = super::failed([("", &record(kinds))]);
        assert!(text.len() <= FAILED_LIMIT && text.ends_with(&id));
    }

    #[test]
    fn of_a_matrix_each_name_has_its_run() {
        let record = record([EventKind::CheckFinished(result(Stage::Release, "a", failed("x", "y")))]);
        let text = super::failed([("1 to 2", &record), ("1\nto 3", &record)]);
        assert_eq!(text, "1 to 2: release/a,1 to 3: release/a");
    }
}
