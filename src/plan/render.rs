//! The plan as people read it.

use std::fmt::Write as _;

use super::types::{Bundle, Mode, Plan};
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
    for Bundle { path, id, version } in &plan.plugins {
        line(format!("plugin   {id} {version}, {}", path.display()));
    }
    line(String::new());
    line("1. bring up on stable: networks, images, database, store, balancer, then the nodes".into());
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
                (Mode::Rolling, Stage::Mixed(n)) => numbered(replaced(&plan.order[n - 1])),
                (Mode::Rolling, _) => {
                    numbered(replaced(plan.order.last().map_or("the last node", String::as_str)))
                }
            }
        }
        numbered(format!("{}: {}", stage.stage, stage.checks.join(", ")));
    }
    if let Some(suite) = &plan.suite {
        let what = suite.image.as_ref().map_or_else(|| "here".into(), |image| format!("in {image}"));
        numbered(format!("your suite against the release, {what}, {} s at most", suite.timeout_s));
    }
    numbered(if plan.keep { "reports; the cluster stays".into() } else { "reports, tear down".into() });
    for left in &plan.left_out {
        let _ = writeln!(out, "left out: {} ({})", left.check, left.why);
    }
    out
}

fn replaced(node: &str) -> String {
    format!("{node}: drain, stop, release image, ready, sanity, undrain")
}
