//! `cleanup`: removes what a run left on the engine, by label, nothing else.
//!
//! It may come while the run is still at work, or while another cleaner is: it ends when nothing turns up any more.

use std::time::Duration;

use tokio::time::Instant;

use super::say::say;
use crate::docker::{self, Engine, Removed};
use crate::inputs::Surroundings;
use crate::verdict::ExitCode;

/// How long the removal may take: the runner ends everything five minutes after a cancel.
const LIMIT: Duration = Duration::from_secs(120);
/// For how long nothing of the run may turn up any more: somebody waits for us, so it is not long.
const QUIET: Duration = Duration::from_secs(4);

pub(super) async fn cleanup(run: Option<String>, expired: bool, surroundings: &Surroundings) -> ExitCode {
    match clean(run, expired, surroundings).await {
        Ok(true) => ExitCode::PASSED,
        Ok(false) => ExitCode::ENVIRONMENT,
        Err(error) => {
            say(&error.to_string());
            ExitCode::ENVIRONMENT
        }
    }
}

/// Whether nothing is left of what was to be removed.
async fn clean(
    run: Option<String>,
    expired: bool,
    surroundings: &Surroundings,
) -> Result<bool, docker::Error> {
    let engine = Engine::connect(surroundings.docker_host.as_deref()).await?;
    let deadline = Instant::now() + LIMIT;
    let mut removed = Removed::default();
    if let Some(run) = run {
        removed = docker::clear(&engine, &run, QUIET, deadline).await?;
        say(&format!("{run}: {removed}"));
    }
    if expired {
        removed = docker::sweep_expired(&engine, time::OffsetDateTime::now_utc(), deadline).await?;
        say(&format!("expired runs: {removed}"));
    }
    Ok(removed.left.is_empty())
}
