//! How long the parts of one thing took.

use tokio::time::Instant;

use crate::clock::millis;

/// Runs from its start; a lap ends a part.
#[derive(Debug)]
pub(super) struct Stopwatch {
    began: Instant,
    last: Instant,
    laps: Vec<(String, u64)>,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        let began = Instant::now();
        Self { began, last: began, laps: Vec::new() }
    }

    /// Ends a part.
    pub(super) fn lap(&mut self, part: &str) {
        self.laps.push((part.to_owned(), millis(self.last)));
        self.last = Instant::now();
    }

    /// Milliseconds since its start.
    pub(super) fn took_ms(&self) -> u64 {
        millis(self.began)
    }

    /// The parts in their order, with milliseconds.
    pub(super) fn laps(self) -> Vec<(String, u64)> {
        self.laps
    }
}
