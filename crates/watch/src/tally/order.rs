//! Samples in the order in which they were to be sent.

use std::collections::BTreeMap;

use availability::Sample;

/// Holds back samples until those before them have ended. As many as can be on their way at once wait here, and those that ended
/// while the oldest of them did not.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    next: u64,
    waiting: BTreeMap<u64, Sample>,
}

impl Order {
    pub(super) fn put(&mut self, sample: Sample) {
        self.waiting.insert(sample.number, sample);
    }

    /// The next one, if it has ended.
    pub(super) fn take(&mut self) -> Option<Sample> {
        let sample = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(sample)
    }

    /// What is left when no more will end, in its order.
    pub(super) fn rest(self) -> impl Iterator<Item = Sample> {
        self.waiting.into_values()
    }
}
