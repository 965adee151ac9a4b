//! What a verification found.

use serde::{Deserialize, Serialize};

use crate::finding::{AnnouncedRefusal, UnreadRows, WriteFinding};
use crate::matrix::WriteMatrix;

/// How many findings are listed; what is more is counted.
pub(crate) const MOST_LISTED: usize = 200;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The stage in which it was made.
    pub stage: String,
    /// The nodes that were read.
    pub nodes: Vec<String>,
    /// Rows that were looked for, each on every node.
    pub rows: u64,
    /// Rows that a later write changed while they were looked for: nothing is said of them this time.
    pub moved: u64,
    /// What is wrong, the earliest write first.
    pub findings: Vec<WriteFinding>,
    /// What one node did not show though another one did, and each of them did every time that the same was done again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsteady: Vec<WriteFinding>,
    /// What else is wrong.
    pub unlisted: u64,
    /// What could not be read, and so is not known.
    pub unread: Vec<UnreadRows>,
    /// What was refused as the vendor announced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announced: Vec<AnnouncedRefusal>,
    /// Writes whose answer was lost and that were found there.
    pub turned_out_there: u64,
    /// Writes whose answer was lost and that were not there.
    pub turned_out_absent: u64,
    /// Who wrote, who read, and what came of it: of this verification alone.
    pub matrix: WriteMatrix,
    /// Milliseconds.
    pub took_ms: u64,
}

/// Counts a refusal among others that were announced.
pub(crate) fn announce(all: &mut Vec<AnnouncedRefusal>, refusal: AnnouncedRefusal) {
    let same = |one: &&mut AnnouncedRefusal| {
        (&one.kind, &one.writer, &one.reader, &one.what)
            == (&refusal.kind, &refusal.writer, &refusal.reader, &refusal.what)
    };
    match all.iter_mut().find(same) {
        Some(known) => known.times += refusal.times,
        None => all.push(refusal),
    }
}

impl Verification {
    /// Whether every row was read on every node and is as it should be.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.unread.is_empty()
    }

    /// Counts a refusal that was announced.
    pub fn announce(&mut self, refusal: AnnouncedRefusal) {
        announce(&mut self.announced, refusal);
    }

    /// Sorts what was found, and leaves the list at a length that can be read.
    pub fn trim(&mut self) {
        self.findings.sort_by(|a, b| (a.seq, &a.reader, &a.id, a.way).cmp(&(b.seq, &b.reader, &b.id, b.way)));
        // What a last look found is found again where the write that was to go over it was refused.
        self.findings
            .dedup_by(|a, b| (a.seq, a.wrong, a.way, &a.reader) == (b.seq, b.wrong, b.way, &b.reader));
        let more = self.findings.len().saturating_sub(MOST_LISTED);
        self.unlisted += u64::try_from(more).unwrap_or(u64::MAX);
        self.findings.truncate(MOST_LISTED);
    }
}
