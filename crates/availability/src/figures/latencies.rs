//! Latencies as a histogram.

use hdrhistogram::Histogram;

use super::route_figures::Figure;

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
        Figure { sent: self.sent, failed: self.failed, p50_us, p95_us, p99_us, max_us: self.good.max() }
    }
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
