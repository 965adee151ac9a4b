//! `availability`: what users would have felt while nodes were replaced.
//!
//! The run watches from stable to release ([`crate::stages`] has the watch's story) and answers in a step of its own; this row says that
//! it is planned, and answers where nothing was watched.

use super::prelude::*;

/// The check's id: the plan has steps of its own for it.
pub(crate) const AVAILABILITY: &str = "availability";

pub(super) const CHECK: Check = Check::new(
    AVAILABILITY,
    "users can work while nodes are replaced: requests, websockets, speed",
    &["E1"],
    |cx| {
        let missing = "nothing was watched";
        Box::pin(async move { cx.not_applicable("users can work while nodes are replaced", missing) })
    },
)
.in_stages(Stages::Release)
.alone();
