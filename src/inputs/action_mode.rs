//! What the Action does instead of a run: print a matrix of runs, or publish what runs left behind.
//!
//! On the command line these are `plan --format matrix` and `report`; an Action has inputs only.

use std::path::PathBuf;

use super::problems::Problems;
use super::row::family;
use super::values::truth;
use crate::shown::Shown;

family! {
    /// What the Action does instead of a run, as given. On the command line these are `plan --format matrix` and `report`; an Action has inputs only.
    ActionModeInputs, "Instead of a run";
    /// Print the output `matrix` for `strategy.matrix`, one row for each pair of versions, and do nothing else.
    matrix: String = "matrix" "BOOL", Truth, Any, "false";
    /// The pairs of a matrix, as `12.0.1..12.1.0`. Default: from up to three minors below `release` that are supported today, and from each ESR.
    pairs: String = "pairs" "PAIRS", Text, Any, "";
    /// A report folder with `record.json`: its reports are made again and published, without Docker; same exit code.
    report_from: String = "report-from" "DIR", Line, Any, "";
    /// Report folders of several runs, or folders of such folders, one a line: published as one report with one verdict.
    report_merge: String = "report-merge" "DIRS", Text, Any, "";
}

/// What the Action does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionMode {
    /// The run.
    Run,
    /// Prints a matrix of runs.
    Matrix,
    /// Publishes the record in a folder.
    Report(PathBuf),
    /// Publishes the records in folders as one.
    Merge(Vec<PathBuf>),
}

impl ActionModeInputs {
    /// What is to be done. What is wrong with a word is told when all inputs are judged.
    ///
    /// # Errors
    /// When it is more than one thing.
    pub fn mode(&self) -> Result<ActionMode, Problems> {
        let matrix = truth("matrix", &self.matrix, &mut Problems::default());
        match (matrix, self.report_from.is_empty(), self.report_merge.is_empty()) {
            (false, true, true) => Ok(ActionMode::Run),
            (true, true, true) => Ok(ActionMode::Matrix),
            (false, false, true) => Ok(ActionMode::Report(PathBuf::from(&self.report_from))),
            (false, true, false) => {
                let lines = self.report_merge.lines().map(str::trim).filter(|line| !line.is_empty());
                Ok(ActionMode::Merge(lines.map(PathBuf::from).collect()))
            }
            _ => {
                let mut problems = Problems::default();
                problems.add(
                    "matrix, report-from, report-merge",
                    Shown::nothing(),
                    "are more than one thing to do",
                    "Give one of them, each in a step of its own.",
                );
                Err(problems)
            }
        }
    }

    pub(super) fn judge(&self, problems: &mut Problems) {
        truth("matrix", &self.matrix, problems);
    }
}
