//! The end of a run: what is known, and what it means.

use crate::record::Record;
use crate::verdict::Verdict;

/// What a run leaves to those who tell others about it.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) record: Record,
    pub(super) verdict: Verdict,
}
