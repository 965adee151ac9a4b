//! `run`, as an Action is called: it has inputs only and no commands, so that an input may ask for something else than a run.

use std::path::{Path, PathBuf};

use super::{plan, report, run};
use crate::inputs::{Inputs, Surroundings};
use crate::plan::Problems;
use crate::publish::finish;
use crate::shown::Shown;
use crate::verdict::ExitCode;

pub(super) async fn act(inputs: Inputs, surroundings: &Surroundings) -> ExitCode {
    let mode = &inputs.action_mode;
    let (matrix, from, merge) =
        (mode.matrix == "true", !mode.report_from.is_empty(), !mode.report_merge.is_empty());
    match (matrix, from, merge) {
        (false, false, false) => run::run(inputs, surroundings).await,
        (true, false, false) => plan::matrix(&inputs, surroundings),
        (false, true, false) => {
            let dir = Path::new(&mode.report_from);
            finish(report::published(dir, &inputs, surroundings).await, surroundings)
        }
        (false, false, true) => {
            let lines = mode.report_merge.lines().map(str::trim).filter(|line| !line.is_empty());
            let dirs: Vec<PathBuf> = lines.map(PathBuf::from).collect();
            finish(report::merged(&dirs, &inputs, surroundings).await, surroundings)
        }
        _ => {
            let mut problems = Problems::default();
            let remedy = "Give one of them, each in a step of its own.";
            problems.add(
                "matrix, report-from, report-merge",
                Shown::nothing(),
                "are more than one thing to do",
                remedy,
            );
            finish(Err(problems.into()), surroundings)
        }
    }
}
