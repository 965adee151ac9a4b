//! What is done before anything is created: leftovers go, and somebody watches over us.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use docker::{self, Engine, RunLabels};
use run_record::event::Events;

/// How long leftovers of others may hold us up.
const SWEEP: Duration = Duration::from_secs(20);

/// Removes our own leftovers that have expired, before they are in the way, and starts the reaper, since a kill may come
/// at any moment: its command, and the container that it watches. What does not work is told, and holds up nobody.
pub(super) async fn sweep_and_watch(
    engine: &Engine,
    reaper: Option<(&[String], &str)>,
    labels: &RunLabels,
    events: &Events,
) {
    match docker::sweep_expired(engine, OffsetDateTime::now_utc(), Instant::now() + SWEEP).await {
        Ok(removed) if removed.is_empty() && removed.left.is_empty() => {}
        Ok(removed) => events.warn(format!("of earlier runs whose time was over: {removed}")),
        Err(error) => {
            events.warn(format!("leftovers of earlier runs were not looked for: {}", error.sentence()));
        }
    }
    if let Some((command, own)) = reaper
        && let Err(error) = docker::start_reaper(engine, own, command, labels).await
    {
        events.warn(format!(
            "nobody tidies up if this process is killed, except `upgrade-gate cleanup --run {}`: {}",
            labels.run,
            error.sentence()
        ));
    }
}
