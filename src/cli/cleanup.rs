//! `cleanup`: removes what a run left on the engine, by label, nothing else.
//!
//! It may come while the run is still at work, or while another cleaner is: it ends when nothing turns up any more.

use std::time::Duration;

use tokio::time::Instant;

use super::say::say;
use crate::docker::{self, Engine, Removed};
use crate::inputs::Surroundings;
use crate::shown::Shown;
use crate::verdict::ExitCode;

/// How long the removal may take: the runner ends everything five minutes after a cancel.
const LIMIT: Duration = Duration::from_secs(120);
/// For how long nothing of the run may turn up any more: somebody waits for us, so it is not long.
const QUIET: Duration = Duration::from_secs(4);

pub(super) async fn cleanup(run: Option<String>, expired: bool, surroundings: &Surroundings) -> ExitCode {
    // Before an engine is asked: what no run has as its id must not become a filter that fits others.
    if let Some(run) = run.as_deref().filter(|run| !is_run(run)) {
        say(&format!(
            "--run \"{}\" is no run's id. Write it as the run named it, such as ug-0123456789.",
            Shown::plain(run)
        ));
        return ExitCode::WRONG_INPUT;
    }
    match clean(run, expired, surroundings).await {
        Ok(true) => ExitCode::PASSED,
        Ok(false) => ExitCode::ENVIRONMENT,
        Err(error) => {
            say(&error.to_string());
            ExitCode::ENVIRONMENT
        }
    }
}

/// Whether this can be the id of a run: `ug-` and letters or digits, as `run` makes them.
pub(super) fn is_run(text: &str) -> bool {
    text.strip_prefix("ug-")
        .is_some_and(|id| (1..=40).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
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
        let nothing = if removed.is_empty() && removed.left.is_empty() {
            "; this engine has nothing of it"
        } else {
            ""
        };
        say(&format!("{run}: {removed}{nothing}"));
    }
    if expired {
        removed = docker::sweep_expired(&engine, time::OffsetDateTime::now_utc(), deadline).await?;
        say(&format!("expired runs: {removed}"));
    }
    Ok(removed.left.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_run_is_called_is_removed() {
        for id in ["ug-1", "ug-0123456789"] {
            assert!(is_run(id));
        }
        for id in [
            "",
            "ug-",
            "ug",
            "typo",
            "UG-1",
            "ug-1=x",
            "ug-1 ",
            "ug-*",
            "ug-\u{fc}",
            &format!("ug-{}", "1".repeat(41)),
        ] {
            assert!(!is_run(id), "{id:?}");
        }
    }
}
