//! `suite`: the user's own comprehensive tests against the upgraded cluster.
//!
//! The stage runs them after everything else ([`crate::stages`] has the suite's story); this row says that they are
//! planned, and answers where none were given.

use super::prelude::*;

pub(super) const CHECK: Check = Check::new(
    "suite",
    "your own test suite, run against the upgraded cluster, ends well and none of its tests fails",
    &["E3"],
    |cx| {
        let missing = "no suite-image or suite-command was given";
        Box::pin(async move { cx.not_applicable("the suite runs", missing) })
    },
)
.in_stages(Stages::Release)
.alone()
.needs(&[Need::Input("suite-image or suite-command")]);
