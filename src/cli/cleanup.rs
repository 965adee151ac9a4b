//! `cleanup`: removes what a run left on the engine, by label, nothing else.

use super::say;
use crate::docker;
use crate::inputs::Surroundings;
use crate::verdict::ExitCode;

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
    if let Some(run) = run {
        say(&format!("{run}: removed {}", docker::down(&engine, &run).await?));
    }
    if expired {
        say(&format!("expired runs: removed {}", docker::sweep_expired(&engine, time::OffsetDateTime::now_utc()).await?));
    }
    Ok(())
}
