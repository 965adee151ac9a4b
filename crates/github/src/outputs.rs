//! The action's outputs: names, meanings, values.

use std::path::Path;

use reports::Runs;
use reports::sanitise::one_line;
use run_record::event::Outcome;

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

/// The outputs' values, in the order of [`OUTPUTS`].
#[must_use]
pub fn outputs(runs: &Runs, report_dir: &Path) -> Vec<(&'static str, String)> {
    let verdict = runs.verdict();
    let values = [
        verdict.word.for_programs().to_owned(),
        verdict.exit_code.to_string(),
        failed(runs),
        report_dir.join("junit.xml").display().to_string(),
        report_dir.display().to_string(),
    ];
    OUTPUTS.iter().map(|(name, _)| *name).zip(values).collect()
}

/// Whole names up to the limit.
fn failed(runs: &Runs) -> String {
    let mut text = String::new();
    let results = runs.all().iter().flat_map(|run| run.record.results().map(move |one| (run, one)));
    for (run, result) in results.filter(|(_, result)| matches!(result.outcome, Outcome::Failed(_))) {
        let run = runs.name(run).map_or_else(String::new, |name| format!("{}: ", one_line(name)));
        let name = format!("{run}{}/{}", result.stage, one_line(&result.check));
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
    use reports::Run;
    use run_record::event::{EventKind, Stage};
    use run_record::samples::{failed, record, result};

    #[test]
    fn each_output_has_its_value() {
        let record = record([
            EventKind::CheckFinished(result(Stage::Mixed(1), "posts.edit", failed("x", "y"))),
            EventKind::CheckFinished(result(Stage::Release, "a", Outcome::Passed)),
            EventKind::CheckFinished(result(Stage::Release, "files.read", failed("x", "y"))),
        ]);
        let values = outputs(&Runs::of(record), Path::new("out"));
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
        let text = super::failed(&Runs::of(record(kinds)));
        assert!(text.len() <= FAILED_LIMIT && text.ends_with(&id));
    }

    #[test]
    fn of_a_matrix_each_name_has_its_run() {
        let record = record([EventKind::CheckFinished(result(Stage::Release, "a", failed("x", "y")))]);
        let named = |name: &str| Run { name: name.into(), ..Run::of(record.clone()) };
        let text = super::failed(&Runs::matrix(vec![named("1 to 2"), named("1\nto 3")]));
        assert_eq!(text, "1 to 2: release/a,1 to 3: release/a");
    }
}
