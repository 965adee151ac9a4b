//! `post`: what the action does at the end of its job, also after a cancel and after a kill of its main step.
//!
//! It removes what the run has left on the engine, and hands over the files that a killed run could not. Where the
//! runner brings no state (act), it finds its runs by the label of the job.

use super::cleanup::cleanup;
use crate::docker::{self, Engine};
use crate::inputs::{Inputs, Surroundings};
use crate::publish::{hand_over, print};
use crate::verdict::ExitCode;

pub(super) async fn post(inputs: Inputs, surroundings: &Surroundings) -> ExitCode {
    hand_over(&inputs.publishing.report_dir, surroundings);
    let runs = match &surroundings.run {
        Some(run) => vec![run.clone()],
        None => by_label(surroundings).await,
    };
    if runs.is_empty() {
        print("nothing is left to remove");
    }
    let mut exit = ExitCode::PASSED;
    for run in runs {
        let ended = cleanup(Some(run), false, surroundings).await;
        if ended != ExitCode::PASSED {
            exit = ended;
        }
    }
    exit
}

/// The runs that the engine knows of this job. Where no engine answers, the main step made nothing, and has told so.
async fn by_label(surroundings: &Surroundings) -> Vec<String> {
    let Some(job) = surroundings.github_job() else { return Vec::new() };
    let Ok(engine) = Engine::connect(surroundings.docker_host.as_deref()).await else { return Vec::new() };
    docker::runs_of(&engine, &job).await.unwrap_or_else(|error| {
        print(&error.to_string());
        Vec::new()
    })
}
