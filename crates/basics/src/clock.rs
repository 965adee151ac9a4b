//! What a clock says, in the numbers that events and records have.

use std::time::Duration;

use tokio::time::Instant;

/// Milliseconds since `began`.
#[must_use]
pub fn millis(began: Instant) -> u64 {
    millis_of(began.elapsed())
}

/// Whole milliseconds of a time.
#[must_use]
pub fn millis_of(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
