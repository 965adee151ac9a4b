//! `startup`: what the sanity of each node found while it came up, before it took traffic.
//!
//! The stage that brings nodes up does the looking ([`super::sanity`]) and leaves its steps here to be reported.

use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Halt, Stop};
use crate::outcome::Step;

pub(super) const CHECK: Check = Check {
    id: "startup",
    title: "each node that came up is healthy and the version it should be, before it takes traffic",
    lines: &["S2.0", "E2"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// The key under which the stage leaves the steps.
pub(super) const STEPS: &str = "startup/steps";

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let steps: Vec<Step> = cx.carried("steps").unwrap_or_default();
    if steps.is_empty() {
        let reason = "no node came up in this stage";
        return cx.judge("nodes came up", Err(Stop::NotMeasured(reason.into())));
    }
    for step in steps {
        cx.note(step);
    }
    Ok(())
}
