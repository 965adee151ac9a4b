//! Waiting in a test that has no runtime of its own.

use std::time::{Duration, Instant};

/// Asks until there is an answer, or the time is up. Always at the same short pace, unlike `wait::until_ok`: a signal that is
/// to come at a certain moment of a run must not come long after it.
pub(crate) fn until<T>(deadline: Instant, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
