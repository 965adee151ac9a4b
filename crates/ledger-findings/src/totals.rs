//! How many writes there were: per kind, node and version, and what was refused.

use serde::{Deserialize, Serialize};

use crate::finding::ReadThrough;

/// How many writes of one kind one node took, as one version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WriteTally {
    /// Acknowledged.
    pub acknowledged: u64,
    /// Refused by the server's own answer.
    pub refused: u64,
    /// Not sent: no connection came about.
    pub unsent: u64,
    /// The answer was lost.
    pub ambiguous: u64,
    /// Of what was not acknowledged and might be done: found there.
    pub turned_out_there: u64,
    /// Of the same: found not there.
    pub turned_out_absent: u64,
    /// Of the same: overwritten by a later write before anybody looked.
    pub moot: u64,
}

impl WriteTally {
    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unsent += other.unsent;
        self.ambiguous += other.ambiguous;
        self.turned_out_there += other.turned_out_there;
        self.turned_out_absent += other.turned_out_absent;
        self.moot += other.moot;
    }
}

/// One line of the totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyLine {
    /// The kind.
    pub kind: String,
    /// Node and version.
    pub through: ReadThrough,
    /// How many.
    pub tally: WriteTally,
    /// Whether it was asked often enough that a fault of one call in three is found with at least 99.9 %.
    pub enough: bool,
}

/// Writes that were refused in the same way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RefusedWrites {
    /// The stage.
    pub stage: String,
    /// The kind.
    pub kind: String,
    /// Who refused.
    pub through: ReadThrough,
    /// What was answered.
    pub got: String,
}

/// What one node took in one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageCoverage {
    /// The stage.
    pub stage: String,
    /// The node.
    pub node: String,
    /// Writes that it acknowledged.
    pub acknowledged: u64,
    /// Kinds of which it acknowledged none.
    pub without: Vec<String>,
}

/// All writes so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteTotals {
    /// Per kind, node and version.
    pub lines: Vec<TallyLine>,
    /// Per stage and node.
    pub stages: Vec<StageCoverage>,
    /// What was refused, and how often.
    pub refused: Vec<(RefusedWrites, u64)>,
    /// Kinds that these servers do not have, and why.
    pub missing: Vec<(String, String)>,
}

impl WriteTotals {
    /// The sum of all lines.
    #[must_use]
    pub fn sum(&self) -> WriteTally {
        let mut sum = WriteTally::default();
        self.lines.iter().for_each(|line| sum.add(&line.tally));
        sum
    }

    /// How many kinds had an acknowledged write.
    #[must_use]
    pub fn kinds(&self) -> usize {
        let mut kinds: Vec<&str> = self
            .lines
            .iter()
            .filter(|line| line.tally.acknowledged > 0)
            .map(|line| line.kind.as_str())
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.len()
    }
}

/// How often something must be asked, so that a fault of one call in `one_in` is seen with this probability.
#[must_use]
pub fn calls_to_see(one_in: f64, confidence: f64) -> u32 {
    let (mut unseen, mut calls) = (1.0, 0);
    while 1.0 - unseen < confidence && calls < u32::MAX {
        unseen *= 1.0 - 1.0 / one_in;
        calls += 1;
    }
    calls
}

/// How often each node is asked to make each kind: a fault of one call in three is then found with at least 99.9 %.
pub const ENOUGH: u64 = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighteen_calls_see_one_in_three_and_seventeen_do_not() {
        assert_eq!(u64::from(calls_to_see(3.0, 0.999)), ENOUGH);
        assert_eq!(calls_to_see(1.0, 0.999), 1);
    }
}
