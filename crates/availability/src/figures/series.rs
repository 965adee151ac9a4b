//! A route second by second, for a picture of it.

use serde::{Deserialize, Serialize};

/// As many points as a picture can show; a longer watch has wider ones.
const MOST_POINTS: usize = 600;

/// Requests in stretches of equal length, from the watch's start on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// How many seconds a point stands for.
    pub seconds: u64,
    /// Good requests.
    pub good: Vec<u64>,
    /// Failed requests.
    pub failed: Vec<u64>,
    /// Milliseconds that the slowest took, failed or not.
    pub worst_ms: Vec<u64>,
}

impl Default for Series {
    fn default() -> Self {
        Self { seconds: 1, good: Vec::new(), failed: Vec::new(), worst_ms: Vec::new() }
    }
}

impl Series {
    /// Counts a request that was to be sent at `at_ms`.
    pub fn count(&mut self, at_ms: u64, took_ms: u64, failed: bool) {
        let mut at = self.place(at_ms);
        while at >= MOST_POINTS {
            self.widen();
            at = self.place(at_ms);
        }
        if at >= self.good.len() {
            for column in [&mut self.good, &mut self.failed, &mut self.worst_ms] {
                column.resize(at + 1, 0);
            }
        }
        *(if failed { &mut self.failed[at] } else { &mut self.good[at] }) += 1;
        self.worst_ms[at] = self.worst_ms[at].max(took_ms);
    }

    /// When a point begins: milliseconds since the watch's start.
    pub(crate) fn begins_ms(&self, point: usize) -> u64 {
        u64::try_from(point).unwrap_or(u64::MAX).saturating_mul(self.seconds * 1000)
    }

    /// Milliseconds that the slowest took in the point of an instant; 0 where nothing was asked.
    pub(crate) fn worst_ms_at(&self, at_ms: u64) -> u64 {
        self.worst_ms.get(self.place(at_ms)).copied().unwrap_or(0)
    }

    fn place(&self, at_ms: u64) -> usize {
        usize::try_from(at_ms / 1000 / self.seconds).unwrap_or(usize::MAX)
    }

    /// Makes one point of every two.
    fn widen(&mut self) {
        let sum = |column: &[u64]| column.chunks(2).map(|two| two.iter().sum()).collect();
        (self.good, self.failed) = (sum(&self.good), sum(&self.failed));
        self.worst_ms = self.worst_ms.chunks(2).map(|two| two.iter().copied().max().unwrap_or(0)).collect();
        self.seconds *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_a_second() {
        let mut series = Series::default();
        series.count(100, 3, false);
        series.count(2900, 40, true);
        assert_eq!(
            (series.good, series.failed, series.worst_ms),
            (vec![1, 0, 0], vec![0, 0, 1], vec![3, 0, 40])
        );
    }

    #[test]
    fn a_long_watch_has_wider_points_and_no_more_of_them() {
        let mut series = Series::default();
        let hours = 3 * 3600;
        (0..hours).for_each(|second| series.count(second * 1000, second, second % 2 == 1));
        assert_eq!((series.seconds, series.good.len()), (32, 338));
        assert_eq!(series.good.iter().sum::<u64>() + series.failed.iter().sum::<u64>(), hours);
        assert_eq!(series.worst_ms.last(), Some(&(hours - 1)));
    }
}
