//! A gap in figures: when, how long, how many requests, what was wrong with them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::harm::Harm;

/// A gap in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Milliseconds from the watch's start to the instant at which the first bad request was to be sent.
    pub start_ms: u64,
    /// Milliseconds from the watch's start to the instant at which the first bad answer came, or the first failure: of a request that was
    /// on its way when its node was stopped, that is when the node was stopped.
    pub struck_ms: u64,
    /// Milliseconds from the watch's start to the instant at which its last bad request was to be sent.
    #[serde(default)]
    pub last_bad_ms: u64,
    /// Milliseconds until the next good request was to be sent; where answers were late, until they came again.
    pub length_ms: u64,
    /// The longest time in it without any right answer, late or not, from the coming of one to that of the next, in milliseconds: what
    /// somebody who asks all the time is kept waiting. 0 of websockets, which are not asked.
    #[serde(default)]
    pub unanswered_ms: u64,
    /// Requests that were to be sent in it, good ones too: where one of three nodes is gone, two of three are good.
    pub sent: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those with the right answer, too late.
    pub late: u64,
    /// What was wrong, and how often; the most frequent first.
    pub harms: Vec<HarmCount>,
    /// The nodes that gave the bad answers, where it is known who was asked.
    pub nodes: BTreeSet<String>,
    /// The version that answered last before it.
    pub version_before: Option<String>,
    /// The version that answered first after it.
    pub version_after: Option<String>,
    /// Whether it was still there when the watch ended.
    pub open: bool,
}

/// How often a harm was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HarmCount {
    /// What.
    pub harm: Harm,
    /// How often.
    pub times: u64,
}

impl Stretch {
    /// A stretch that begins now.
    pub fn begin(at_ms: u64, version_before: Option<String>) -> Self {
        Self {
            start_ms: at_ms,
            struck_ms: at_ms,
            last_bad_ms: at_ms,
            length_ms: 0,
            unanswered_ms: 0,
            sent: 0,
            failed: 0,
            late: 0,
            harms: Vec::new(),
            nodes: BTreeSet::new(),
            version_before,
            version_after: None,
            open: true,
        }
    }

    /// Counts something bad.
    pub fn count(&mut self, harm: Harm) {
        *(if harm.is_failure() { &mut self.failed } else { &mut self.late }) += 1;
        match self.harms.iter_mut().find(|known| known.harm == harm) {
            Some(known) => known.times += 1,
            None => self.harms.push(HarmCount { harm, times: 1 }),
        }
        // Stable: of equals, the one that came first stays first.
        self.harms.sort_by_key(|known| std::cmp::Reverse(known.times));
    }

    /// What was wrong most often.
    #[must_use]
    pub fn harm(&self) -> Harm {
        self.harms.first().map_or(Harm::Silent, |most| most.harm)
    }

    /// Milliseconds from the watch's start to its end.
    #[must_use]
    pub fn end_ms(&self) -> u64 {
        // A record may be somebody else's: what is no time ends at the end of time.
        self.start_ms.saturating_add(self.length_ms)
    }

    /// How long it and the time from `start` to `end` overlap, in milliseconds.
    #[must_use]
    pub fn overlap_ms(&self, start: u64, end: u64) -> u64 {
        end.min(self.end_ms()).saturating_sub(start.max(self.start_ms))
    }
}
