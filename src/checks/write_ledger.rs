//! `ledger`: every write that a server acknowledged is there on every node, once and as it was written.
//!
//! The run writes from stable to release and looks for all of it at the end ([`crate::stages`] has the ledger's story); this row
//! says that it is planned, and answers where nothing was written.

use super::prelude::*;

/// The check's id: the plan has steps of its own for it.
pub(crate) const WRITE_LEDGER: &str = "ledger";

pub(super) const CHECK: Check = Check::new(
    WRITE_LEDGER,
    "no acknowledged write is lost, doubled, altered, back again or unseen on a node",
    &["E1"],
    |cx| {
        let missing = "nothing was written";
        Box::pin(async move { cx.not_applicable("acknowledged writes are looked for", missing) })
    },
)
.in_stages(Stages::Last)
.needs(&[Need::Plugin("focalboard"), Need::Plugin("playbooks")])
.alone();
