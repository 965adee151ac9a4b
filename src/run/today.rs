//! The day of the run: the core takes it as a value.

use time::OffsetDateTime;

use crate::day::Day;

/// Today, in UTC.
pub(crate) fn today() -> Day {
    Day(OffsetDateTime::now_utc().date())
}
