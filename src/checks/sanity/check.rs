//! `startup`: what the sanity of each node found while it came up, before it took traffic.
//!
//! The stage that brings nodes up does the looking and leaves its steps here to be reported.

use crate::checks::carried::Carried;
use crate::checks::prelude::*;
use crate::checks::step::worst;
use crate::outcome::{CheckResult, Step};

/// Its id.
pub(crate) const ID: &str = "startup";

pub(in crate::checks) const CHECK: Check = Check::new(
    ID,
    "each node that came up is healthy and the version it should be, before it takes traffic",
    &["S2.0", "E2"],
    |cx| Box::pin(run(cx)),
)
// No node comes up in `migrated`.
.also_in(&[Stage::Rollback])
.in_history();

/// What the stage saw of the nodes that came up for it.
const SEEN: Entry<Vec<Step>> = Entry::new("the sanity of nodes");

async fn run(cx: &Context<'_>) {
    let steps = SEEN.kept(cx).unwrap_or_default();
    if steps.is_empty() {
        let reason = "no node came up in this stage";
        cx.judge("nodes came up", Err(StepError::NotMeasured(reason.into())));
    }
    for step in steps {
        cx.note(step);
    }
}

/// Leaves steps for the check of the coming stage.
pub(crate) fn leave(carried: &Carried, steps: &[Step]) {
    let mut all = SEEN.take(carried, CHECK.id).unwrap_or_default();
    all.extend_from_slice(steps);
    SEEN.set(carried, CHECK.id, all);
}

/// The check's result for a stage that never began because a node was not sane, from the steps that were left.
#[must_use]
pub(crate) fn result(carried: &Carried, stage: Stage) -> Option<CheckResult> {
    let steps = SEEN.take(carried, CHECK.id)?;
    Some(CheckResult {
        stage,
        check: CHECK.id.to_owned(),
        title: CHECK.title.to_owned(),
        lines: CHECK.lines.iter().map(|&line| line.to_owned()).collect(),
        outcome: worst(steps.iter().map(|step| &step.outcome)),
        took_ms: steps.iter().map(|step| step.took_ms).sum(),
        steps,
        facts: indexmap::IndexMap::new(),
    })
}

/// Forgets the steps of a stage that has reported them.
pub(crate) fn forget(carried: &Carried) {
    SEEN.take(carried, CHECK.id);
}
