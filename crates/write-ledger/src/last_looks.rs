//! What last looks found, kept until somebody verifies.

use std::collections::BTreeMap;

use ledger_findings::{CellCount, CellPlace, WriteFinding};

/// What last looks found, until somebody asks.
#[derive(Debug, Default)]
pub(crate) struct LastLooks {
    /// What is wrong, as far as it stands when it was done again.
    pub(crate) findings: Vec<WriteFinding>,
    /// What was looked at, as if nothing were wrong.
    pub(crate) counts: BTreeMap<CellPlace, CellCount>,
    /// Whether something did not arrive: it is red already, and writing must go on.
    pub(crate) late: bool,
}

impl LastLooks {
    /// What was found and looked at since somebody asked.
    pub(crate) fn take(&mut self) -> (Vec<WriteFinding>, BTreeMap<CellPlace, CellCount>) {
        (std::mem::take(&mut self.findings), std::mem::take(&mut self.counts))
    }
}
