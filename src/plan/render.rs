//! The plan as people read it.

use std::fmt::Write as _;

use super::types::{AttachedPlan, Bundle, Mode, Plan};
use crate::outcome::Stage;

/// The plan as text, one line per thing that will happen.
#[must_use]
pub fn text(plan: &Plan) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    line(format!("stable   {}", plan.stable.image));
    line(format!("release  {}", plan.release.image));
    line(format!("mode     {}: {}", plan.mode, plan.mode_reason));
    line(format!("nodes    {}", plan.order.join(", ")));
    if let Some(AttachedPlan { nodes, balancer, .. }) = &plan.attached {
        line(format!("cluster  attached: {balancer}"));
        for node in nodes {
            line(format!("         {} at {}", node.name, node.url));
        }
    }
    for Bundle { path, id, version } in &plan.plugins {
        line(format!("plugin   {id} {version}, {}", path.display()));
    }
    for waiver in &plan.waivers.list {
        line(format!("waiver   {waiver}"));
    }
    line(String::new());
    line(match plan.attached {
        None => "1. bring up on stable: networks, images, database, store, balancer, then the nodes".into(),
        Some(_) => "1. find the nodes on stable, and make accounts and a team of the gate's own".into(),
    });
    let mut number = 2;
    let mut numbered = |text: String| {
        let _ = writeln!(out, "{number}. {text}");
        number += 1;
    };
    for (n, stage) in plan.stages.iter().enumerate() {
        if n > 0 {
            match (plan.mode, stage.stage) {
                (Mode::StopStart, _) => {
                    numbered("stop all nodes, start all on release, sanity of each".into())
                }
                (Mode::Rolling, Stage::Mixed(n)) => numbered(replaced(plan, &plan.order[n - 1])),
                (Mode::Rolling, _) => {
                    numbered(replaced(plan, plan.order.last().map_or("the last node", String::as_str)))
                }
            }
        }
        numbered(format!("{}: {}", stage.stage, stage.checks.join(", ")));
    }
    if let Some(suite) = &plan.suite {
        let what = suite.image.as_ref().map_or_else(|| "here".into(), |image| format!("in {image}"));
        numbered(format!("your suite against the release, {what}, {} s at most", suite.timeout_s));
    }
    numbered(match (&plan.attached, plan.keep) {
        (Some(_), _) => "reports; the gate's accounts are deactivated, its teams archived".into(),
        (None, true) => "reports; the cluster stays".into(),
        (None, false) => "reports, tear down".into(),
    });
    for left in &plan.left_out {
        let _ = writeln!(out, "left out: {} ({})", left.check, left.why);
    }
    out
}

fn replaced(plan: &Plan, node: &str) -> String {
    let Some(attached) = &plan.attached else {
        return format!("{node}: drain, stop, release image, ready, sanity, undrain");
    };
    let drain = if attached.drain.is_some() { "drain-command, " } else { "" };
    let undrain = if attached.undrain.is_some() { ", undrain-command" } else { "" };
    format!("{node}: {drain}replace-command, ready, sanity{undrain}")
}
