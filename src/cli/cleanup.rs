//! `cleanup`: removes what a run left on the engine, by label, nothing else.
//!
//! It may come while the run is still at work, or while another cleaner is: it ends when nothing turns up any more.

use std::time::Duration;

use tokio::time::Instant;

use crate::docker::{self, Engine, Removed};
use crate::inputs::{Problems, Surroundings};
use crate::publish::{print, print_problems};
use crate::shown::Shown;
use crate::verdict::ExitCode;

/// How long the removal may take: the runner ends everything five minutes after a cancel.
const LIMIT: Duration = Duration::from_secs(120);
/// For how long nothing of the run may turn up any more: somebody waits for us, so it is not long.
const QUIET: Duration = Duration::from_secs(4);

/// The command: `run` is judged first, because a typing error that removes nothing would look like success.
pub(super) async fn command(run: Option<String>, expired: bool, surroundings: &Surroundings) -> ExitCode {
    if let Some(run) = run.as_deref().filter(|run| !is_id(run)) {
        let remedy = "Write it as the run named it, such as \"ug-0123456789\".";
        let problems = Problems::of("run", Shown::plain(run), "is no id of a run", remedy);
        return print_problems(&problems, surroundings);
    }
    cleanup(run, expired, surroundings).await
}

/// Whether this is what `run` calls a run: `ug-` and ten hexadecimal digits.
pub(super) fn is_id(text: &str) -> bool {
    text.strip_prefix("ug-").is_some_and(|hex| {
        hex.len() == 10 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

pub(super) async fn cleanup(run: Option<String>, expired: bool, surroundings: &Surroundings) -> ExitCode {
    match clean(run, expired, surroundings).await {
        Ok(true) => ExitCode::PASSED,
        Ok(false) => ExitCode::ENVIRONMENT,
        Err(error) => {
            print(&error.to_string());
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
        match removed.is_empty() && removed.left.is_empty() {
            true => print(&format!("{run}: there is nothing of it on this engine")),
            false => print(&format!("{run}: {removed}")),
        }
    }
    if expired {
        removed = docker::sweep_expired(&engine, time::OffsetDateTime::now_utc(), deadline).await?;
        print(&format!("expired runs: {removed}"));
    }
    Ok(removed.left.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_id_is_wrong_input_and_asks_no_engine() {
        assert!(is_id("ug-0123456789") && is_id("ug-abcdef0123"));
        for typed in [
            "",
            "typo",
            "ug-",
            "ug-012345678",
            "ug-01234567890",
            "UG-0123456789",
            "ug-012345678g",
            "ug-0123456789 ",
        ] {
            let surroundings =
                Surroundings { docker_host: Some("tcp://127.0.0.1:9".into()), ..Surroundings::default() };
            let exit = command(Some(typed.into()), false, &surroundings).await;
            assert_eq!(exit, ExitCode::WRONG_INPUT, "{typed}");
        }
    }
}
