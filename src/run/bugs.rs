//! Panics are bugs of the gate. None of them may vanish in a task, take the run's results along, or end the process with a
//! code that no table has: whatever was measured is reported, the cluster goes down, and the exit code is 70.
//!
//! The message of a panic may quote anything, secrets and commands of a runner too. So the place alone goes to standard
//! error; the message goes into the run's record, where secrets are taken out, and nowhere else.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;

use crate::event::{Blame, Breakage};
use crate::publish::{broke_at, print};
use crate::report::words;
use crate::trouble::Trouble;
use crate::verdict::ExitCode;

/// Where bugs are reported.
const ISSUES: &str = "https://github.com/mattermost-upgrade-gate/mattermost-upgrade-gate/issues";
/// Characters of a message that are kept.
const MESSAGE: usize = 1_000;
/// Bugs that are kept; one in a loop is one, and more than these nobody reads.
const MOST: usize = 20;

static NOTED: Mutex<Vec<Noted>> = Mutex::new(Vec::new());
static WATCHED: AtomicBool = AtomicBool::new(false);

/// A panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bug {
    message: String,
    /// File, line and column of the source.
    place: String,
}

#[derive(Debug)]
struct Noted {
    bug: Bug,
    told: bool,
}

impl Bug {
    /// What it is to a run.
    pub(crate) fn breakage(&self) -> Breakage {
        let message = format!("it broke at {}: {}", self.place, self.message);
        let remedy = format!("This is a bug of the gate: please report it at {ISSUES}, with events.jsonl.");
        Breakage { blame: Blame::Gate, trouble: Trouble::new("gate", message, remedy) }
    }
}

/// Notes every panic of this process from now on, in whatever thread or task.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        broke_at(&place);
        note(Bug { message: message(panic.payload()), place });
    }));
    WATCHED.store(true, Ordering::SeqCst);
}

/// The result of `work`; nothing when it panicked, which is noted.
pub(crate) async fn caught<T>(work: impl Future<Output = T>) -> Option<T> {
    settled(AssertUnwindSafe(work).catch_unwind().await)
}

/// The same for what does not wait.
pub(crate) fn caught_now<T>(work: impl FnOnce() -> T) -> Option<T> {
    settled(catch_unwind(AssertUnwindSafe(work)))
}

fn settled<T>(ended: Result<T, Box<dyn Any + Send>>) -> Option<T> {
    match ended {
        Ok(done) => Some(done),
        Err(payload) => {
            // Where nobody watches, as in tests, the place is lost and the bug is not.
            if !WATCHED.load(Ordering::SeqCst) {
                note(Bug { message: message(payload.as_ref()), place: "an unknown place".into() });
            }
            None
        }
    }
}

/// The bugs that nobody was told of yet.
pub(crate) fn untold() -> Vec<Bug> {
    let mut noted = noted();
    let new = noted.iter_mut().filter(|noted| !noted.told);
    new.map(|noted| {
        noted.told = true;
        noted.bug.clone()
    })
    .collect()
}

/// The exit code of a command that ended so: 70 where a bug is left of which no report tells.
pub(crate) fn exit_code(ended: Option<ExitCode>) -> ExitCode {
    let left = untold();
    for bug in &left {
        print(&format!("This is a bug of the gate, at {}. Please report it at {ISSUES}.", bug.place));
    }
    match ended {
        Some(code @ (ExitCode::INTERRUPTED | ExitCode::TERMINATED)) => code,
        Some(code) if left.is_empty() => code,
        _ => ExitCode::GATE_BUG,
    }
}

fn note(bug: Bug) {
    let mut noted = noted();
    if noted.len() < MOST && noted.iter().all(|known| known.bug != bug) {
        noted.push(Noted { bug, told: false });
    }
}

fn noted() -> MutexGuard<'static, Vec<Noted>> {
    NOTED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    words::cut(text.unwrap_or("it did not say why"), MESSAGE)
}

/// What is noted is one for the whole process: tests that look at it take turns.
#[cfg(test)]
pub(crate) static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bug_is_told_once_and_ends_with_seventy() {
        let _turn = TURN.lock().await;
        drop(untold());
        assert_eq!(caught(async { 1 }).await, Some(1));
        assert_eq!(exit_code(Some(ExitCode::FAILED)), ExitCode::FAILED);
        assert_eq!(caught(async { assert_eq!(1, 2, "of a future") }).await, None);
        assert_eq!(caught_now(|| panic!("of a call")), None::<()>);
        assert_eq!(caught_now(|| panic!("of a call")), None::<()>);
        let bugs = untold();
        assert_eq!(bugs.len(), 2, "{bugs:?}");
        assert!(
            bugs[0].breakage().trouble.message.ends_with("of a future")
                || bugs[0].message.contains("of a future")
        );
        assert_eq!((bugs[1].message.as_str(), bugs[1].breakage().blame), ("of a call", Blame::Gate));
        assert!(untold().is_empty());
        assert_eq!(exit_code(Some(ExitCode::PASSED)), ExitCode::PASSED, "reports have told of them");

        assert_eq!(caught_now(|| panic!("{}", "x".repeat(5_000))), None::<()>);
        assert_eq!(exit_code(Some(ExitCode::PASSED)), ExitCode::GATE_BUG);
        assert_eq!(exit_code(None), ExitCode::GATE_BUG);
        assert_eq!(caught_now(|| std::panic::panic_any(7)), None::<()>);
        assert_eq!(exit_code(Some(ExitCode::TERMINATED)), ExitCode::TERMINATED);
    }
}
