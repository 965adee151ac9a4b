//! What a clock says, in the numbers that events and records have.

use tokio::time::Instant;

/// Milliseconds since `began`.
#[must_use]
pub fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
