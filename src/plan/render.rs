//! The plan as people read it.

use std::fmt::Write as _;

use super::types::{AttachedPlan, Bundle, Mode, Plan};
use crate::outcome::Stage;
use crate::shown::Shown;

/// The port of a Mattermost server that nothing is said about.
const USUAL_PORT: u16 = 8065;

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
    let to_ask: Vec<&str> = plan.to_ask().iter().map(|(which, _)| *which).collect();
    if !to_ask.is_empty() {
        let then = if plan.wanted_mode == "auto" { ", and the mode decided then" } else { "" };
        line(format!("version  of {}: asked of the image when the run starts{then}", to_ask.join(" and ")));
    }
    if let Some(lock) = &plan.lock {
        let when = lock.made_at.as_deref().unwrap_or("an unknown day");
        line(format!("lock     {} images, as they were on {}", lock.images.len(), Shown::plain(when)));
    }
    line(format!("nodes    {}", nodes(plan)));
    if let Some(built) = &plan.built {
        let spares = if built.drained { "" } else { ", which cannot be told to spare a node" };
        match &built.balancer {
            Some(balancer) => {
                let front = built.front.as_ref();
                let users = front.map(|(url, port)| format!(", users come by {url} (to its port {port})"));
                line(format!("balancer {balancer}{}{spares}", users.unwrap_or_default()));
            }
            None => line("balancer none".into()),
        }
    }
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
        None => format!("1. bring up on stable: networks, images, {}the nodes", before_the_nodes(plan)),
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
    for warning in &plan.warnings {
        let _ = writeln!(out, "note: {warning}");
    }
    out
}

/// Their names, and their ports where these are not the usual one.
fn nodes(plan: &Plan) -> String {
    let ports = plan.built.iter().flat_map(|built| built.ports.iter().map(|port| Some(*port)));
    let urls = plan.built.iter().flat_map(|built| built.urls.iter().map(Option::as_deref));
    let with_port = |((name, port), url): ((&String, Option<u16>), Option<&str>)| {
        let port = port.filter(|port| *port != USUAL_PORT).map(|port| format!("port {port}"));
        let more: Vec<String> = port.into_iter().chain(url.map(|url| format!("as {url}"))).collect();
        if more.is_empty() { name.clone() } else { format!("{name} ({})", more.join(", ")) }
    };
    let nodes = plan.order.iter().zip(ports.chain(std::iter::repeat(None)));
    let names: Vec<String> = nodes.zip(urls.chain(std::iter::repeat(None))).map(with_port).collect();
    names.join(", ")
}

/// What is started before the nodes: what the file has, or what the stand-in plays.
fn before_the_nodes(plan: &Plan) -> String {
    match &plan.built {
        Some(built) if built.others.is_empty() => "then ".into(),
        Some(built) => format!("{}, then ", built.others.join(", ")),
        None => "database, store, balancer, then ".into(),
    }
}

fn replaced(plan: &Plan, node: &str) -> String {
    let Some(attached) = &plan.attached else {
        let drained = plan.built.as_ref().is_none_or(|built| built.drained);
        let (drain, undrain) = if drained { ("drain, ", ", undrain") } else { ("", "") };
        return format!("{node}: {drain}stop, release image, ready, sanity{undrain}");
    };
    let drain = if attached.drain.is_some() { "drain-command, " } else { "" };
    let undrain = if attached.undrain.is_some() { ", undrain-command" } else { "" };
    format!("{node}: {drain}replace-command, ready, sanity{undrain}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Inputs;
    use crate::plan::{BuiltPlan, make};

    #[test]
    fn nothing_is_said_that_will_not_be_done() {
        let inputs = Inputs::given(&[("stable", "11.5.1"), ("release", "11.6.0"), ("only", "identity")]);
        let mut plan = make(&inputs, Some(vec!["app".into(), "app2".into()])).unwrap();
        let built = |balancer: Option<&str>, drained| BuiltPlan {
            others: vec!["postgres".into()],
            ports: vec![8065, 80],
            urls: Vec::new(),
            front: None,
            balancer: balancer.map(str::to_owned),
            drained,
        };
        plan.built = Some(built(None, false));
        let bare = text(&plan);
        for word in ["drain", "store", "database", "suite"] {
            assert!(!bare.replace("left out: suite", "").contains(word), "{word} in:\n{bare}");
        }
        assert!(bare.contains("1. bring up on stable: networks, images, postgres, then the nodes"), "{bare}");
        assert!(bare.contains("balancer none\n"), "{bare}");
        assert!(bare.contains("nodes    app, app2 (port 80)\n"), "{bare}");
        assert!(bare.contains("app: stop, release image, ready, sanity\n"), "{bare}");
        plan.built = Some(built(Some("lb"), true));
        assert!(text(&plan).contains("app: drain, stop, release image, ready, sanity, undrain\n"));
        plan.built = Some(built(Some("lb"), false));
        assert!(text(&plan).contains("balancer lb, which cannot be told to spare a node\n"));
        let named = BuiltPlan {
            urls: vec![Some("https://chat.test".into()), None],
            front: Some(("https://chat.test/sub".into(), 443)),
            ..built(Some("lb"), true)
        };
        plan.built = Some(named);
        let told = text(&plan);
        assert!(
            told.contains("balancer lb, users come by https://chat.test/sub (to its port 443)\n"),
            "{told}"
        );
        assert!(told.contains("nodes    app (as https://chat.test), app2 (port 80)\n"), "{told}");
    }
}
