//! `matrix`: what was written through one version is read through the other.
//!
//! The run crosses writers and readers in each stage and judges that at the end ([`crate::stages`] has the ledger's story); this
//! row says that it is planned, and answers where nothing was crossed.

use super::prelude::*;

/// The check's id: the plan has steps of its own for it.
pub(crate) const WRITE_MATRIX: &str = "matrix";

pub(super) const CHECK: Check = Check::new(
    WRITE_MATRIX,
    "each kind of write made through one version is read through the other, by asking and by websocket",
    &["E1"],
    |cx| {
        let missing = "nothing was crossed";
        Box::pin(async move { cx.not_applicable("writers and readers are crossed", missing) })
    },
)
.in_stages(Stages::Release)
.needs(&[Need::Plugin("focalboard"), Need::Plugin("playbooks")])
.alone();
