//! Which runs a job of GitHub's still has on the engine: for a post step that was not told their ids.

use super::down::find;
use super::engine::Engine;
use super::error::Error;
use super::labels::{LABEL_GITHUB_JOB, LABEL_RUN};
use super::own::Own;

/// The value of [`LABEL_GITHUB_JOB`]. Where a job has a container in whose network all its steps are, as act's jobs do,
/// that container tells it from its siblings: act gives all jobs of a matrix the same names and numbers.
#[must_use]
pub fn job_label(github_job: &str, own: Option<&Own>) -> String {
    let beside = own.and_then(|own| own.beside.as_deref()).unwrap_or_default();
    format!("{github_job} {beside}").trim_end().to_owned()
}

/// The ids of the runs whose objects carry the label of this job, sorted.
///
/// # Errors
/// When the engine does not answer.
pub async fn runs_of(engine: &Engine, github_job: &str) -> Result<Vec<String>, Error> {
    let own = Own::find(engine).await?;
    let label = job_label(github_job, own.as_ref());
    let found = find(engine, &[format!("{LABEL_GITHUB_JOB}={label}")]).await?;
    let things = found.containers.iter().chain(&found.networks).chain(&found.volumes);
    let mut runs: Vec<String> = things.filter_map(|thing| thing.labels.get(LABEL_RUN).cloned()).collect();
    runs.sort();
    runs.dedup();
    Ok(runs)
}
