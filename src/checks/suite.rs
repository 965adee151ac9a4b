//! `suite`: the user's own comprehensive tests against the upgraded cluster.
//!
//! The stage runs them after everything else ([`crate::stages`] has the suite's story); this row says that they are
//! planned, and answers where none were given.

use super::check::{Check, Need, Stages};

pub(super) const CHECK: Check = Check {
    id: "suite",
    title: "your own test suite, run against the upgraded cluster, ends well and none of its tests fails",
    lines: &["E3"],
    stages: Stages::Release,
    alone: true,
    needs: &[Need::Input("suite-image or suite-command")],
    environment: &[],
    run: |cx| {
        Box::pin(async move {
            cx.not_applicable("the suite runs", "no suite-image or suite-command was given");
            Ok(())
        })
    },
};
