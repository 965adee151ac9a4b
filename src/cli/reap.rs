//! `reap`: when the run's own process is gone, however it went, what it left is removed.
//!
//! ```text
//! in a container     docker/reaper.rs starts our image with `reap --watch CONTAINER`, detached
//! on a plain host    run/reaper.rs starts us with `reap`: our end closes its standard input
//! ```
//! Both end as soon as nothing of the run is left, and after the run's last moment in any case. A cluster that is kept
//! on purpose has no reaper.

use std::io::Read as _;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::{Instant, timeout};

use super::cleanup::is_id;
use crate::docker::{self, Engine};
use crate::inputs::Surroundings;
use crate::publish::print;
use crate::shown::Shown;
use crate::verdict::ExitCode;
use crate::wait::{self, WaitPace, WaitProgress};

/// How long the removal may take.
const REMOVAL: Duration = Duration::from_secs(300);
/// For how long nothing of the run may turn up any more: nobody waits for us, and nobody comes after us.
const QUIET: Duration = Duration::from_secs(20);
/// Time between two attempts, when the engine does not answer.
const AGAIN: Duration = Duration::from_secs(5);

/// Waits for the end of what it watches, or for the last moment; then removes everything of the run.
pub(super) async fn reap(
    run: &str,
    until: &str,
    watch: Option<&str>,
    surroundings: &Surroundings,
) -> ExitCode {
    // What ends our parent's terminal or process group must not end us. A leader cannot leave; it is nobody's child then.
    let _ = rustix::process::setsid();
    if !is_id(run) {
        print(&format!("--run \"{}\" is no run's id.", Shown::plain(run)));
        return ExitCode::WRONG_INPUT;
    }
    let Ok(until) = OffsetDateTime::parse(until, &Rfc3339) else {
        print(&format!("--until {} is no moment. Write it as 2026-11-22T10:00:00Z.", Shown::plain(until)));
        return ExitCode::WRONG_INPUT;
    };
    let left = Duration::try_from(until - OffsetDateTime::now_utc()).unwrap_or_default();
    let _ = timeout(left, ended(watch, surroundings)).await;
    let deadline = Instant::now() + REMOVAL;
    let look = async || match removed(run, surroundings, deadline).await {
        Ok(removed) => WaitProgress::There(removed),
        Err(error) => WaitProgress::<_, _, docker::Error>::OnTheWay(error),
    };
    match wait::until(deadline, WaitPace::steady(AGAIN), look).await {
        Ok(removed) => {
            print(&format!("{run}: {removed}"));
            ExitCode::PASSED
        }
        Err(missed) => {
            print(&missed.reason().to_string());
            ExitCode::ENVIRONMENT
        }
    }
}

async fn ended(watch: Option<&str>, surroundings: &Surroundings) {
    let Some(container) = watch else {
        // Nothing is ever written there: the end of the stream is the end of the other side.
        let _ = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
        return;
    };
    let connect = async || Engine::connect(surroundings.docker_host.as_deref()).await.ok();
    let engine = wait::as_long_as_it_takes(AGAIN, connect).await;
    docker::container_ended(&engine, container).await;
}

async fn removed(
    run: &str,
    surroundings: &Surroundings,
    deadline: Instant,
) -> Result<docker::Removed, docker::Error> {
    let engine = Engine::connect(surroundings.docker_host.as_deref()).await?;
    docker::clear(&engine, run, QUIET, deadline).await
}
