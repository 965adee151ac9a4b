//! What last looks found, kept until somebody verifies.

use std::collections::BTreeMap;

use ledger_findings::{CellCount, CellPlace, WriteFinding};

/// What last looks found, until somebody asks.
#[derive(Debug, Default)]
pub(crate) struct LastLooks {
    /// What is wrong.
    pub(crate) findings: Vec<WriteFinding>,
    /// What was looked at.
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
