//! The inputs about what a roll may cost users.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::problems::Problems;
use super::row::family;
use super::values::{limit, number};
use crate::clock::millis_of;

family! {
    /// What a drained roll may cost users, as given.
    AvailabilityInputs, "Availability";
    /// Requests that may fail by the ways of users while nodes are replaced, on each path.
    allowed_failures: String = "allowed-failures" "COUNT", Text, Any, "0";
    /// The longest time that a client may be without its websocket meanwhile.
    allowed_websocket_gap: String = "allowed-websocket-gap" "TIME", Text, Any, "5s";
    /// How many times slower 99 of 100 requests may be than while stable's own nodes restart, or at rest where these do not.
    allowed_slowdown: String = "allowed-slowdown" "TIMES", Text, Any, "3";
}

/// What a drained roll may cost users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedHarm {
    /// Requests that may fail.
    pub failures: u64,
    /// The longest time without a websocket, in milliseconds.
    pub websocket_gap_ms: u64,
    /// How many times slower.
    pub slowdown: u64,
}

impl AvailabilityInputs {
    /// What is allowed.
    pub(super) fn judge(&self, problems: &mut Problems) -> AllowedHarm {
        let shortest = Duration::from_millis(1);
        let gap = limit("allowed-websocket-gap", &self.allowed_websocket_gap, shortest, problems);
        AllowedHarm {
            failures: number("allowed-failures", &self.allowed_failures, 0, 1_000_000, problems),
            websocket_gap_ms: millis_of(gap),
            slowdown: number("allowed-slowdown", &self.allowed_slowdown, 1, 1_000, problems),
        }
    }
}
