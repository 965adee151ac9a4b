//! What `run` does instead of a run where an input says so: an Action has inputs only, and no commands.

use std::path::{Path, PathBuf};

use super::say::conclude;
use super::{plan, report, run};
use crate::inputs::{Inputs, Surroundings};
use crate::plan::Problems;
use crate::shown::Shown;
use crate::verdict::ExitCode;

pub(super) async fn run_or_instead(inputs: Inputs, surroundings: &Surroundings) -> ExitCode {
    let instead = &inputs.instead;
    let (matrix, from, merge) =
        (instead.matrix == "true", !instead.report_from.is_empty(), !instead.report_merge.is_empty());
    match (matrix, from, merge) {
        (false, false, false) => run::run(inputs, surroundings).await,
        (true, false, false) => plan::matrix(&inputs, surroundings),
        (false, true, false) => {
            let dir = Path::new(&instead.report_from);
            conclude(report::published(dir, &inputs, surroundings).await, surroundings)
        }
        (false, false, true) => {
            let lines = instead.report_merge.lines().map(str::trim).filter(|line| !line.is_empty());
            let dirs: Vec<PathBuf> = lines.map(PathBuf::from).collect();
            conclude(report::merged(&dirs, &inputs, surroundings).await, surroundings)
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
            conclude(Err(problems.into()), surroundings)
        }
    }
}
