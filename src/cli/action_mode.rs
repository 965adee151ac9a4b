//! `run`, as an Action is called: it has inputs only and no commands, so that an input may ask for something else than a run.

use super::{plan, report, run};
use crate::inputs::{ActionMode, Inputs, Surroundings};
use crate::publish::finish;
use crate::verdict::ExitCode;

pub(super) async fn act(inputs: Inputs, surroundings: &Surroundings) -> ExitCode {
    match inputs.action_mode.mode() {
        Ok(ActionMode::Run) => run::run(inputs, surroundings).await,
        Ok(ActionMode::Matrix) => plan::matrix(&inputs, surroundings),
        Ok(ActionMode::Report(dir)) => {
            finish(report::published(&dir, &inputs, surroundings).await, surroundings)
        }
        Ok(ActionMode::Merge(dirs)) => {
            finish(report::merged(&dirs, &inputs, surroundings).await, surroundings)
        }
        Err(problems) => finish(Err(problems.into()), surroundings),
    }
}
