//! The one time axis: everything that a record dates, in milliseconds from the run's first event.
//!
//! The watch counts from its own start, phases and stages have instants. A record may be somebody else's and say anything: what
//! lies outside of the run is moved to its edge.

use run_record::record::Record;
use time::OffsetDateTime;

/// Distances of ticks that people can read, in milliseconds.
const STEPS: [u64; 17] = [
    100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
    1_800_000, 3_600_000, 7_200_000,
];
/// Ticks that fit on a telephone.
const TICKS: u64 = 7;

/// The axis of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    began: Option<OffsetDateTime>,
    /// Milliseconds of the whole axis, at least one.
    pub(crate) span_ms: u64,
    /// When the watch began.
    pub(crate) watch_ms: u64,
}

impl Axis {
    /// The axis of a record; none where nothing in it has a length.
    pub(crate) fn of(record: &Record) -> Option<Self> {
        let (took_ms, seen) = (record.took_ms(), record.watched.as_ref());
        let watch_ms = record.started_at.zip(seen).and_then(|(began, seen)| {
            let unix_ms = u64::try_from(began.unix_timestamp_nanos() / 1_000_000).ok()?;
            seen.began_unix_ms.checked_sub(unix_ms).filter(|after| *after <= took_ms)
        });
        let watch_ms = watch_ms.unwrap_or(0);
        let watched = seen.map_or(0, |seen| watch_ms.saturating_add(seen.lasted_ms));
        let span_ms = took_ms.max(watched);
        (span_ms > 0).then_some(Self { began: record.started_at, span_ms, watch_ms })
    }

    /// Where an instant stands.
    pub(crate) fn at(&self, when: OffsetDateTime) -> u64 {
        let since = self.began.map_or(0, |began| (when - began).whole_milliseconds());
        u64::try_from(since).unwrap_or(0).min(self.span_ms)
    }

    /// Where an instant of the watch stands.
    pub(crate) fn watched(&self, ms: u64) -> u64 {
        self.watch_ms.saturating_add(ms).min(self.span_ms)
    }

    /// Where something ends that began here and took this long; what never ended lasts to the end.
    pub(crate) fn end(&self, from: u64, took_ms: Option<u64>) -> u64 {
        took_ms.map_or(self.span_ms, |took| from.saturating_add(took).min(self.span_ms))
    }

    /// Where ticks stand.
    pub(crate) fn ticks(&self) -> Vec<u64> {
        let enough = STEPS.into_iter().find(|step| self.span_ms / step <= TICKS);
        let step = enough.unwrap_or_else(|| (self.span_ms / TICKS).max(1));
        (0..=TICKS).map(|tick| tick.saturating_mul(step)).take_while(|at| *at <= self.span_ms).collect()
    }
}

/// An instant of the axis as people say it: `1:04.2`.
pub(crate) fn clock(ms: u64) -> String {
    let (minutes, seconds) = (ms / 60_000, ms % 60_000);
    format!("{minutes}:{:02}.{}", seconds / 1000, seconds % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(span_ms: u64) -> Axis {
        Axis { began: None, span_ms, watch_ms: 0 }
    }

    #[test]
    fn ticks_are_few_and_within() {
        for span in [1, 99, 700, 204_000, 3_600_000, u64::MAX] {
            let ticks = axis(span).ticks();
            assert!((1..=8).contains(&ticks.len()), "{span}: {ticks:?}");
            assert!(ticks.iter().all(|tick| *tick <= span), "{span}: {ticks:?}");
        }
        assert_eq!(axis(204_000).ticks(), [0, 30_000, 60_000, 90_000, 120_000, 150_000, 180_000]);
    }

    #[test]
    fn nothing_stands_outside() {
        let axis = Axis { watch_ms: 500, ..axis(1000) };
        assert_eq!((axis.watched(100), axis.watched(u64::MAX)), (600, 1000));
        assert_eq!(
            (axis.end(10, None), axis.end(10, Some(u64::MAX)), axis.end(10, Some(5))),
            (1000, 1000, 15)
        );
        assert_eq!(clock(64_250), "1:04.2");
        assert!(Axis::of(&Record::default()).is_none());
    }
}
