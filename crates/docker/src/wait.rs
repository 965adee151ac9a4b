//! Until a container is as far as somebody needs it.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::cause::Cause;
use super::container::{self, ContainerState, ContainerStatus, Health, LOOK_AGAIN};
use super::engine::Engine;
use super::error::Error;
use super::exec::{self, ExecOutput};
use super::logs;
use basics::telling;
use basics::unpoisoned::lock;
use basics::wait::{self, Missed, WaitPace};
use compose_file::DependsCondition;

/// Between two looks of the gate's own at a health that the engine looks at less often than once a second.
const ASK_AGAIN: Duration = Duration::from_millis(400);

/// How long such a look may take.
const ASKED_FOR: Duration = Duration::from_secs(5);

/// Waits until a container has reached `condition`; its state then.
///
/// # Errors
/// At once when it cannot get there any more: it ended, it is unhealthy, it has no health check. Otherwise
/// at the deadline. All carry the lines of its log that tell why.
pub(super) async fn until(
    engine: &Engine,
    name: &str,
    condition: DependsCondition,
    deadline: Instant,
) -> Result<ContainerState, Error> {
    let own = Mutex::new(OwnLook::default());
    let look = async || match container::inspect(engine, name).await {
        Ok(state) => match judge(state, condition) {
            ContainerProgress::OnTheWay(state) => {
                if is_due(&state, lock(&own).at) {
                    let found = look_itself(engine, name, &state, deadline).await;
                    if lock(&own).take(found) {
                        return ContainerProgress::There(ContainerState { health: Health::Healthy, ..state });
                    }
                }
                ContainerProgress::OnTheWay(lock(&own).beside(state))
            }
            found => found,
        },
        Err(error) => ContainerProgress::Never(ContainerEnd::Unseen(error)),
    };
    let (cause, message) = match wait::until(deadline, WaitPace::steady(LOOK_AGAIN), look).await {
        Ok(state) => return Ok(state),
        Err(Missed::Never(ContainerEnd::Unseen(error))) => return Err(error),
        Err(Missed::Never(ContainerEnd::Because(cause, message))) => (cause, message),
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
type ContainerProgress = wait::WaitProgress<ContainerState, ContainerState, ContainerEnd>;

/// Why a container never meets a condition.
#[derive(Debug)]
enum ContainerEnd {
    /// The engine does not say how it is.
    Unseen(Error),
    /// What became of it.
    Because(Cause, String),
}

/// The gate's own looks at a health.
#[derive(Debug, Default)]
struct OwnLook {
    /// When the last one ended.
    at: Option<Instant>,
    /// What the last one that came to an end printed.
    said: String,
}

impl OwnLook {
    /// Whether a look found it healthy. One that the deadline cut off does not take away what the one before it was told.
    fn take(&mut self, found: Option<ExecOutput>) -> bool {
        self.at = Some(Instant::now());
        found.is_some_and(|output| {
            self.said = [output.stdout.trim(), output.stderr.trim()].join(" ").trim().to_owned();
            output.exit_code == 0
        })
    }

    /// A state with what these looks were told, where the engine's own have told nothing.
    fn beside(&self, state: ContainerState) -> ContainerState {
        if state.health_output.is_empty() {
            ContainerState { health_output: self.said.clone(), ..state }
        } else {
            state
        }
    }
}

/// Whether the gate is to look at a container's health itself: the engine would take its time.
fn is_due(state: &ContainerState, asked: Option<Instant>) -> bool {
    let waits = state.running && state.health == Health::Starting && state.seldom_checked.is_some();
    waits && asked.is_none_or(|at| at.elapsed() >= ASK_AGAIN)
}

/// Runs the health check as the engine does, which is what `start_interval` asks of engines from 25 on: once is enough. Nothing
/// where it did not come to an end: the container may end at this moment, which the next look sees.
async fn look_itself(
    engine: &Engine,
    name: &str,
    state: &ContainerState,
    deadline: Instant,
) -> Option<ExecOutput> {
    let words: Vec<&str> = state.seldom_checked.iter().flatten().map(String::as_str).collect();
    exec::run(engine, name, &words, deadline.min(Instant::now() + ASKED_FOR)).await.ok()
}

fn never(cause: Cause, message: impl Into<String>) -> ContainerProgress {
    ContainerProgress::Never(ContainerEnd::Because(cause, message.into()))
}

fn judge(state: ContainerState, condition: DependsCondition) -> ContainerProgress {
    let ended = matches!(state.status, ContainerStatus::Exited | ContainerStatus::Dead);
    match condition {
        DependsCondition::ServiceCompletedSuccessfully if ended && state.exit_code == Some(0) => {
            ContainerProgress::There(state)
        }
        _ if ended => ended_with(&state),
        DependsCondition::ServiceStarted if state.running => ContainerProgress::There(state),
        DependsCondition::ServiceHealthy => match state.health {
            Health::Unchecked => never(Cause::NoHealthcheck, "it has no health check, so it never will be"),
            Health::Healthy if state.running => ContainerProgress::There(state),
            Health::Unhealthy => never(Cause::Unhealthy, format!("it is {}", describe(&state))),
            Health::Healthy | Health::Starting => ContainerProgress::OnTheWay(state),
        },
        DependsCondition::ServiceStarted | DependsCondition::ServiceCompletedSuccessfully => {
            ContainerProgress::OnTheWay(state)
        }
    }
}

fn ended_with(state: &ContainerState) -> ContainerProgress {
    let code = state.exit_code.unwrap_or(-1);
    if state.oom_killed || code == 137 {
        let why = if state.oom_killed { "it ran out of memory" } else { "something killed it" };
        return never(Cause::OutOfMemory, format!("{why} (exit code {code})"));
    }
    let cause = Cause::Exited(u8::try_from(code).unwrap_or(u8::MAX));
    never(cause, format!("it ended with exit code {code}"))
}

/// A state in words: `running, unhealthy ("connection refused"), restarted 3 times`.
fn describe(state: &ContainerState) -> String {
    let status = match state.status {
        ContainerStatus::Created => "not started",
        ContainerStatus::Running => "running",
        ContainerStatus::Paused => "paused",
        ContainerStatus::Restarting => "restarting",
        ContainerStatus::Removing => "being removed",
        ContainerStatus::Exited => "ended",
        ContainerStatus::Dead => "dead",
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

fn waiting(condition: DependsCondition) -> &'static str {
    match condition {
        DependsCondition::ServiceStarted => "waiting for the start of",
        DependsCondition::ServiceHealthy => "waiting for the health of",
        DependsCondition::ServiceCompletedSuccessfully => "waiting for the end of",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn state(status: ContainerStatus, health: Health, exit_code: Option<i64>) -> ContainerState {
        ContainerState {
            id: "1".into(),
            image: "i".into(),
            status,
            running: status == ContainerStatus::Running,
            health,
            health_output: String::new(),
            seldom_checked: None,
            exit_code,
            oom_killed: false,
            restart_count: 0,
            started_at: None,
            addresses: BTreeMap::new(),
            published: vec![],
        }
    }

    fn cause(progress: &ContainerProgress) -> Option<Cause> {
        match progress {
            ContainerProgress::Never(ContainerEnd::Because(cause, _)) => Some(*cause),
            _ => None,
        }
    }

    fn is_on_the_way(progress: &ContainerProgress) -> bool {
        matches!(progress, ContainerProgress::OnTheWay(_))
    }

    #[test]
    fn a_container_that_ended_is_an_error_unless_that_was_wanted() {
        let ended = |code| state(ContainerStatus::Exited, Health::Unchecked, Some(code));
        let done = DependsCondition::ServiceCompletedSuccessfully;
        assert!(matches!(judge(ended(0), done), ContainerProgress::There(_)));
        assert_eq!(cause(&judge(ended(3), done)), Some(Cause::Exited(3)));
        assert_eq!(cause(&judge(ended(0), DependsCondition::ServiceStarted)), Some(Cause::Exited(0)));
        assert_eq!(cause(&judge(ended(137), DependsCondition::ServiceHealthy)), Some(Cause::OutOfMemory));
        let oom = ContainerState { oom_killed: true, ..ended(1) };
        assert_eq!(cause(&judge(oom, done)), Some(Cause::OutOfMemory));
    }

    #[test]
    fn health_is_waited_for_only_where_it_is_checked() {
        let healthy = DependsCondition::ServiceHealthy;
        let running = |health| state(ContainerStatus::Running, health, None);
        assert!(matches!(judge(running(Health::Healthy), healthy), ContainerProgress::There(_)));
        assert!(is_on_the_way(&judge(running(Health::Starting), healthy)));
        assert_eq!(cause(&judge(running(Health::Unchecked), healthy)), Some(Cause::NoHealthcheck));
        assert_eq!(cause(&judge(running(Health::Unhealthy), healthy)), Some(Cause::Unhealthy));
    }

    #[tokio::test(start_paused = true)]
    async fn a_health_that_the_engine_seldom_looks_at_is_looked_at_now_and_then() {
        let starting = state(ContainerStatus::Running, Health::Starting, None);
        assert!(!is_due(&starting, None), "the engine looks often enough");
        let seldom = ContainerState { seldom_checked: Some(vec!["true".into()]), ..starting };
        assert!(is_due(&seldom, None));
        let asked = Instant::now();
        assert!(!is_due(&seldom, Some(asked)));
        tokio::time::advance(ASK_AGAIN).await;
        assert!(is_due(&seldom, Some(asked)));
        assert!(!is_due(&ContainerState { running: false, ..seldom.clone() }, None));
        assert!(!is_due(&ContainerState { health: Health::Unhealthy, ..seldom }, None));
    }

    #[tokio::test]
    async fn a_look_that_was_cut_off_keeps_the_words_of_the_one_before() {
        let output = |exit_code, stdout: &str| {
            Some(ExecOutput { exit_code, stdout: stdout.into(), stderr: String::new() })
        };
        let starting = || state(ContainerStatus::Running, Health::Starting, None);
        let mut own = OwnLook::default();
        assert!(!own.take(output(1, "not yet\n")));
        assert!(!own.take(None));
        assert_eq!(own.beside(starting()).health_output, "not yet");
        let told = ContainerState { health_output: "refused".into(), ..starting() };
        assert_eq!(own.beside(told).health_output, "refused");
        assert!(own.take(output(0, "")));
    }

    #[test]
    fn a_container_that_its_policy_restarts_is_still_on_its_way() {
        let restarting = state(ContainerStatus::Restarting, Health::Starting, None);
        for condition in [DependsCondition::ServiceStarted, DependsCondition::ServiceHealthy] {
            assert!(is_on_the_way(&judge(restarting.clone(), condition)));
        }
        let seen = ContainerState { restart_count: 3, health_output: "refused".into(), ..restarting };
        assert_eq!(describe(&seen), "restarting, not healthy yet (\"refused\"), restarted 3 times");
    }
}
