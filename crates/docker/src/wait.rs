//! Until a container is as far as somebody needs it.

use tokio::time::Instant;

use super::cause::Cause;
use super::container::{self, Health, LOOK_AGAIN, State, Status};
use super::engine::Engine;
use super::error::Error;
use super::logs;
use basics::telling;
use basics::wait::{self, Missed, Pace};
use compose_file::Condition;

/// Waits until a container has reached `condition`; its state then.
///
/// # Errors
/// At once when it cannot get there any more: it ended, it is unhealthy, it has no health check. Otherwise
/// at the deadline. All carry the lines of its log that tell why.
pub(super) async fn until(
    engine: &Engine,
    name: &str,
    condition: Condition,
    deadline: Instant,
) -> Result<State, Error> {
    let look = async || match container::inspect(engine, name).await {
        Ok(state) => judge(state, condition),
        Err(error) => Progress::Never(Ended::Unseen(error)),
    };
    let (cause, message) = match wait::until(deadline, Pace::steady(LOOK_AGAIN), look).await {
        Ok(state) => return Ok(state),
        Err(Missed::Never(Ended::Unseen(error))) => return Err(error),
        Err(Missed::Never(Ended::Because(cause, message))) => (cause, message),
        Err(Missed::TimeUp(state)) => {
            (Cause::Deadline, format!("the time was up and it was {}", describe(&state)))
        }
    };
    // The log is a help, not the point: an unreadable one must not hide the reason.
    let log = logs::lines(engine, name, Some(telling::LOOKED_AT)).await.unwrap_or_default();
    let object = format!("container {name}");
    let told = telling::lines(&log, telling::SHOWN);
    Err(Error::new(cause, waiting(condition), object, message).log_tail(told))
}

/// How a container stands to a condition: its state, unless it can never meet it.
type Progress = wait::Progress<State, State, Ended>;

/// Why a container never meets a condition.
#[derive(Debug)]
enum Ended {
    /// The engine does not say how it is.
    Unseen(Error),
    /// What became of it.
    Because(Cause, String),
}

fn never(cause: Cause, message: impl Into<String>) -> Progress {
    Progress::Never(Ended::Because(cause, message.into()))
}

fn judge(state: State, condition: Condition) -> Progress {
    let ended = matches!(state.status, Status::Exited | Status::Dead);
    match condition {
        Condition::ServiceCompletedSuccessfully if ended && state.exit_code == Some(0) => {
            Progress::There(state)
        }
        _ if ended => ended_with(&state),
        Condition::ServiceStarted if state.running => Progress::There(state),
        Condition::ServiceHealthy => match state.health {
            Health::Unchecked => never(Cause::NoHealthcheck, "it has no health check, so it never will be"),
            Health::Healthy if state.running => Progress::There(state),
            Health::Unhealthy => never(Cause::Unhealthy, format!("it is {}", describe(&state))),
            Health::Healthy | Health::Starting => Progress::OnTheWay(state),
        },
        Condition::ServiceStarted | Condition::ServiceCompletedSuccessfully => Progress::OnTheWay(state),
    }
}

fn ended_with(state: &State) -> Progress {
    let code = state.exit_code.unwrap_or(-1);
    if state.oom_killed || code == 137 {
        let why = if state.oom_killed { "it ran out of memory" } else { "something killed it" };
        return never(Cause::OutOfMemory, format!("{why} (exit code {code})"));
    }
    let cause = Cause::Exited(u8::try_from(code).unwrap_or(u8::MAX));
    never(cause, format!("it ended with exit code {code}"))
}

/// A state in words: `running, unhealthy ("connection refused"), restarted 3 times`.
fn describe(state: &State) -> String {
    let status = match state.status {
        Status::Created => "not started",
        Status::Running => "running",
        Status::Paused => "paused",
        Status::Restarting => "restarting",
        Status::Removing => "being removed",
        Status::Exited => "ended",
        Status::Dead => "dead",
    };
    let mut text = status.to_owned();
    match state.health {
        Health::Unchecked => {}
        Health::Starting => text.push_str(", not healthy yet"),
        Health::Healthy => text.push_str(", healthy"),
        Health::Unhealthy => text.push_str(", unhealthy"),
    }
    if !state.health_output.is_empty() && state.health != Health::Healthy {
        text.push_str(&format!(" ({:?})", state.health_output));
    }
    if state.restart_count > 0 {
        text.push_str(&format!(", restarted {} times", state.restart_count));
    }
    text
}

fn waiting(condition: Condition) -> &'static str {
    match condition {
        Condition::ServiceStarted => "waiting for the start of",
        Condition::ServiceHealthy => "waiting for the health of",
        Condition::ServiceCompletedSuccessfully => "waiting for the end of",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn state(status: Status, health: Health, exit_code: Option<i64>) -> State {
        State {
            id: "1".into(),
            image: "i".into(),
            status,
            running: status == Status::Running,
            health,
            health_output: String::new(),
            exit_code,
            oom_killed: false,
            restart_count: 0,
            started_at: None,
            addresses: BTreeMap::new(),
            published: vec![],
        }
    }

    fn cause(progress: &Progress) -> Option<Cause> {
        match progress {
            Progress::Never(Ended::Because(cause, _)) => Some(*cause),
            _ => None,
        }
    }

    fn is_on_the_way(progress: &Progress) -> bool {
        matches!(progress, Progress::OnTheWay(_))
    }

    #[test]
    fn a_container_that_ended_is_an_error_unless_that_was_wanted() {
        let ended = |code| state(Status::Exited, Health::Unchecked, Some(code));
        let done = Condition::ServiceCompletedSuccessfully;
        assert!(matches!(judge(ended(0), done), Progress::There(_)));
        assert_eq!(cause(&judge(ended(3), done)), Some(Cause::Exited(3)));
        assert_eq!(cause(&judge(ended(0), Condition::ServiceStarted)), Some(Cause::Exited(0)));
        assert_eq!(cause(&judge(ended(137), Condition::ServiceHealthy)), Some(Cause::OutOfMemory));
        let oom = State { oom_killed: true, ..ended(1) };
        assert_eq!(cause(&judge(oom, done)), Some(Cause::OutOfMemory));
    }

    #[test]
    fn health_is_waited_for_only_where_it_is_checked() {
        let healthy = Condition::ServiceHealthy;
        let running = |health| state(Status::Running, health, None);
        assert!(matches!(judge(running(Health::Healthy), healthy), Progress::There(_)));
        assert!(is_on_the_way(&judge(running(Health::Starting), healthy)));
        assert_eq!(cause(&judge(running(Health::Unchecked), healthy)), Some(Cause::NoHealthcheck));
        assert_eq!(cause(&judge(running(Health::Unhealthy), healthy)), Some(Cause::Unhealthy));
    }

    #[test]
    fn a_container_that_its_policy_restarts_is_still_on_its_way() {
        let restarting = state(Status::Restarting, Health::Starting, None);
        for condition in [Condition::ServiceStarted, Condition::ServiceHealthy] {
            assert!(is_on_the_way(&judge(restarting.clone(), condition)));
        }
        let seen = State { restart_count: 3, health_output: "refused".into(), ..restarting };
        assert_eq!(describe(&seen), "restarting, not healthy yet (\"refused\"), restarted 3 times");
    }
}
