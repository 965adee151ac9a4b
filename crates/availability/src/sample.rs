//! One request, as it is counted.

use std::sync::Arc;

use super::harm::Harm;

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The node that was asked; nothing behind a balancer.
    pub node: Option<Arc<str>>,
    /// The version that answered, where the answer told.
    pub version: Option<Arc<str>>,
    /// What was wrong; nothing for the right answer, however late.
    pub harm: Option<Harm>,
}

/// A request and its answer. The time counts from the instant at which it was to be sent: whoever measures from the sending leaves
/// out how long users waited while the measurer was kept waiting too (*coordinated omission*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its number on its route, from 0 and without a gap.
    pub number: u64,
    /// Milliseconds from the watch's start to the instant at which it was to be sent.
    pub at_ms: u64,
    /// Microseconds from that instant to the answer's last byte, or to the failure.
    pub took_us: u64,
    /// What came.
    pub answer: Answer,
}

impl Sample {
    /// Milliseconds from the watch's start to the answer's last byte.
    #[must_use]
    pub fn ended_ms(&self) -> u64 {
        self.at_ms + self.took_us / 1000
    }
}
