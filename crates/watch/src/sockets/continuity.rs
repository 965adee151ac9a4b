//! The numbers of a connection's events: each one higher than the one before, or something is missing, doubled or out of order.

use std::collections::BTreeSet;

/// As many missing numbers as are remembered, to tell late ones from doubled ones.
const REMEMBERED: usize = 1000;

/// How the numbers of one connection have gone on.
#[derive(Debug, Default)]
pub(super) struct Continuity {
    /// The number that comes next.
    next: i64,
    missing: BTreeSet<i64>,
    /// Numbers that never came.
    pub(super) missed: u64,
    /// Numbers that came again.
    pub(super) doubled: u64,
    /// Numbers that came after higher ones.
    pub(super) reordered: u64,
}

impl Continuity {
    /// The number that the connection waits for.
    pub(super) fn next(&self) -> i64 {
        self.next
    }

    /// Another connection: its numbers begin at 0.
    pub(super) fn begin(&mut self) {
        self.next = 0;
        self.missing.clear();
    }

    /// The next event.
    pub(super) fn take(&mut self, seq: i64) {
        if seq < self.next {
            if self.missing.remove(&seq) {
                self.missed -= 1;
                self.reordered += 1;
            } else {
                self.doubled += 1;
            }
            return;
        }
        self.missed += u64::try_from(seq - self.next).unwrap_or(0);
        // Of a leap without measure only its end is remembered.
        let from = self.next.max(seq.saturating_sub(REMEMBERED as i64));
        self.missing.extend(from..seq);
        while self.missing.len() > REMEMBERED {
            self.missing.pop_first();
        }
        self.next = seq.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(numbers: &[i64]) -> (u64, u64, u64) {
        let mut continuity = Continuity::default();
        numbers.iter().for_each(|seq| continuity.take(*seq));
        (continuity.missed, continuity.doubled, continuity.reordered)
    }

    #[test]
    fn numbers_tell_what_is_missing_doubled_or_out_of_order() {
        assert_eq!(read(&[0, 1, 2, 3]), (0, 0, 0));
        assert_eq!(read(&[0, 1, 4, 5]), (2, 0, 0));
        assert_eq!(read(&[0, 1, 1, 2]), (0, 1, 0));
        assert_eq!(read(&[0, 2, 1, 3]), (0, 0, 1));
        assert_eq!(read(&[0, 3, 1, 4]), (1, 0, 1));
    }

    #[test]
    fn a_resumed_connection_goes_on_and_another_one_begins_anew() {
        let mut continuity = Continuity::default();
        [0, 1, 2].iter().for_each(|seq| continuity.take(*seq));
        assert_eq!(continuity.next(), 3);
        continuity.take(3);
        continuity.begin();
        [0, 1].iter().for_each(|seq| continuity.take(*seq));
        assert_eq!((continuity.missed, continuity.doubled, continuity.reordered), (0, 0, 0));
    }

    #[test]
    fn a_leap_without_measure_costs_no_memory() {
        let mut continuity = Continuity::default();
        continuity.take(i64::MAX - 1);
        continuity.take(i64::MAX);
        assert!(continuity.missing.len() <= REMEMBERED);
    }
}
