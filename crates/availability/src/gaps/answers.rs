//! When right answers came, in the order in which they came: samples are told in the order in which they were to be sent.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::stretch::Stretch;

/// The longest time without a right answer. It keeps the answers of requests that were on their way at the same time, and no more.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    coming: BinaryHeap<Reverse<u64>>,
    last_ms: Option<u64>,
    longest_ms: u64,
}

impl Answers {
    /// A right answer that came at `ended_ms`.
    pub(super) fn came(&mut self, ended_ms: u64) {
        self.coming.push(Reverse(ended_ms));
    }

    /// Every later sample was to be sent at `at_ms` or after, so that no answer from before it is missing.
    pub(super) fn known_until(&mut self, at_ms: u64) {
        while let Some(&Reverse(ended_ms)) = self.coming.peek().filter(|Reverse(ended_ms)| *ended_ms <= at_ms)
        {
            self.coming.pop();
            self.longest_ms = self.longest_ms.max(self.since_last(ended_ms));
            self.last_ms = Some(ended_ms);
        }
    }

    /// A gap begins: the time without an answer is counted from the last one that came.
    pub(super) fn begin(&mut self, at_ms: u64) {
        self.last_ms.get_or_insert(at_ms);
        self.longest_ms = 0;
    }

    /// The gap with the longest time without a right answer, where until `now_ms` nothing comes but what is on its way.
    pub(super) fn told(&self, gap: Stretch, now_ms: u64) -> Stretch {
        let mut all = self.clone();
        all.known_until(u64::MAX);
        Stretch { unanswered_ms: all.longest_ms.max(all.since_last(now_ms)), ..gap }
    }

    fn since_last(&self, at_ms: u64) -> u64 {
        self.last_ms.map_or(0, |last_ms| at_ms.saturating_sub(last_ms))
    }
}
