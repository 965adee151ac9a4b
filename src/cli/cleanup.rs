//! `cleanup`: removes what a run left on the engine, by label, nothing else.

use std::time::Duration;

use tokio::time::Instant;

use super::say::say;
use crate::docker;
use crate::inputs::Surroundings;
use crate::verdict::ExitCode;

/// How long the removal may take.
const LIMIT: Duration = Duration::from_secs(120);

pub(super) async fn cleanup(run: Option<String>, expired: bool, surroundings: &Surroundings) -> ExitCode {
    match clean(run, expired, surroundings).await {
        Ok(()) => ExitCode::PASSED,
        Err(error) => {
            say(&error.to_string());
            ExitCode::ENVIRONMENT
        }
    }
}

async fn clean(run: Option<String>, expired: bool, surroundings: &Surroundings) -> Result<(), docker::Error> {
    let engine = docker::Engine::connect(surroundings.docker_host.as_deref()).await?;
    let deadline = Instant::now() + LIMIT;
    if let Some(run) = run {
        say(&format!("{run}: {}", told(&docker::down(&engine, &run, deadline).await?)));
    }
    if expired {
        let now = time::OffsetDateTime::now_utc();
        say(&format!("expired runs: {}", told(&docker::sweep_expired(&engine, now, deadline).await?)));
    }
    Ok(())
}

fn told(removed: &docker::Removed) -> String {
    let mut told = format!(
        "removed {} containers, {} networks, {} volumes",
        removed.containers.len(),
        removed.networks.len(),
        removed.volumes.len()
    );
    for left in &removed.left {
        told = format!("{told}\nnot removed: {left}");
    }
    told
}
