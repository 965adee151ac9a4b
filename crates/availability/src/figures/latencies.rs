//! Latencies as a histogram.

use hdrhistogram::Histogram;

use super::route_figures::{Figure, Spread};

/// Counts without a list: its size does not grow with the number of requests.
#[derive(Debug, Clone)]
pub struct Latencies {
    sent: u64,
    failed: u64,
    good: Histogram<u32>,
}

/// The longest time that is told apart: more than any time-out.
const LONGEST_US: u64 = 120_000_000;

impl Default for Latencies {
    /// Nothing counted.
    ///
    /// # Panics
    /// Never: the bounds are constants that the histogram takes.
    fn default() -> Self {
        let good = Histogram::new_with_bounds(1, LONGEST_US, 2);
        Self {
            sent: 0,
            failed: 0,
            good: good.expect("1 to 120,000,000 with two digits are bounds of a histogram"),
        }
    }
}

impl Latencies {
    /// Counts a request that failed, or one that took this long.
    pub fn count(&mut self, took_us: u64, failed: bool) {
        self.sent += 1;
        if failed {
            self.failed += 1;
        } else {
            self.good.saturating_record(took_us.max(1));
        }
    }

    /// Counts what another one counted.
    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.failed += other.failed;
        // Both have the same bounds: what fits into one fits into the other.
        let _ = self.good.add(&other.good);
    }

    /// What they come to.
    #[must_use]
    pub fn figure(&self) -> Figure {
        let at = |quantile| if self.good.is_empty() { 0 } else { self.good.value_at_quantile(quantile) };
        let (p50_us, p95_us, p99_us) = (at(0.5), at(0.95), at(0.99));
        let max_us = self.good.max();
        Figure {
            sent: self.sent,
            failed: self.failed,
            p50_us,
            p95_us,
            p99_us,
            max_us,
            between: self.spread(),
        }
    }

    fn spread(&self) -> Option<Spread> {
        let good = self.good.len();
        let of =
            |percent| ranks(good, percent).map(|rank| self.good.value_at_quantile(rank as f64 / good as f64));
        (good > 0).then(|| Spread { p50_us: of(50), p95_us: of(95), p99_us: of(99) })
    }
}

/// The ranks between which a percentile of `good` requests lies in 99 of 100 runs: how many of them are below it is a binomial
/// count, which is where a bootstrap of a percentile comes to as well, without drawing.
fn ranks(good: u64, percent: u64) -> [u64; 2] {
    /// The square of 2.576, a hundred times.
    const Z_SQUARED: u64 = 664;
    // In hundredths: the middle, and how far the ends are from it.
    let middle = good * percent;
    let half = (good * percent * (100 - percent) * Z_SQUARED / 100).isqrt();
    [middle.saturating_sub(half) / 100, (middle + half).div_ceil(100) + 1]
        .map(|rank| rank.clamp(1, good.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_good_requests() {
        let mut counted = Latencies::default();
        (1..=1000).for_each(|ms| counted.count(ms * 1000, false));
        counted.count(10_000_000, true);
        let figure = counted.figure();
        assert_eq!((figure.sent, figure.failed), (1001, 1));
        for (told, meant) in [
            (figure.p50_us, 500_000),
            (figure.p95_us, 950_000),
            (figure.p99_us, 990_000),
            (figure.max_us, 1_000_000),
        ] {
            assert!(told.abs_diff(meant) <= meant / 100, "{told} for {meant}");
        }
    }

    #[test]
    fn the_fewer_requests_the_less_sure_are_their_percentiles() {
        let width = |requests: u64| {
            let mut counted = Latencies::default();
            (1..=requests).for_each(|n| counted.count(n * 1_000_000 / requests, false));
            let figure = counted.figure();
            let Spread { p50_us: [low, high], p99_us, .. } = figure.between.unwrap();
            assert!(low <= figure.p50_us && figure.p50_us <= high, "{figure:?}");
            assert!(p99_us[1] >= figure.p99_us && figure.p99_us >= p99_us[0], "{figure:?}");
            high - low
        };
        // Of a thousand evenly spread over a second: 2.576 · √(1000 · ½ · ½) = 41 to each side.
        assert!(width(1000).abs_diff(82_000) < 10_000, "{}", width(1000));
        assert!(width(100) > 2 * width(1000));
        assert_eq!(width(1), 0);
    }

    #[test]
    fn two_counts_are_one() {
        let (mut one, mut other) = (Latencies::default(), Latencies::default());
        one.count(1000, false);
        other.count(3000, false);
        other.count(1, true);
        one.add(&other);
        let figure = one.figure();
        assert_eq!((figure.sent, figure.failed), (3, 1));
        assert!(figure.max_us >= 3000);
    }

    #[test]
    fn nothing_counted_is_nothing() {
        assert_eq!(Latencies::default().figure(), Figure::default());
    }
}
