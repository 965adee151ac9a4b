//! The plan as people read it: what it is about, and its steps with their numbers.

use std::fmt::Write as _;

use super::steps::PlanStep;
use super::types::{AttachedPlan, BrowserPlan, Bundle, Plan};
use crate::cluster::what_is_cut_off;
use crate::inputs::NextBundle;
use crate::shown::Shown;

/// The port of a Mattermost server that nothing is said about.
const USUAL_PORT: u16 = 8065;

/// The plan as text, one line per thing that will happen.
#[must_use]
pub(crate) fn text(plan: &Plan) -> String {
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
    line(format!("rollback {}: {}", plan.rollback, plan.rollback_reason));
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
    if plan.site_copy.is_some() {
        line(format!(
            "data     your site's; nothing leaves the run, and off is {}",
            what_is_cut_off().join(", ")
        ));
    }
    for Bundle { path, id, version, next } in &plan.plugins {
        line(format!("plugin   {id} {version}, {}", path.display()));
        if let Some(NextBundle { path, version }) = next {
            line(format!("         then {version}, {}", path.display()));
        }
    }
    match &plan.browser {
        Some(BrowserPlan::Here(browser)) => {
            line(format!("browser  {}: {}", browser.path.display(), Shown::plain(&browser.version)));
        }
        Some(BrowserPlan::Beside { image }) => {
            line(format!("browser  of {image}, in a container of its own"))
        }
        None => {}
    }
    for waiver in &plan.waivers.list {
        line(format!("waiver   {waiver}"));
    }
    line(String::new());
    for (number, step) in (1..).zip(&plan.steps) {
        line(match step {
            PlanStep::Check { checks, .. } if !checks.is_empty() => {
                format!("{number}. {}: {}", step.words(), checks.join(", "))
            }
            _ => format!("{number}. {}", step.words()),
        });
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Inputs;
    use crate::plan::{BuiltPlan, make};

    #[test]
    fn a_browser_is_told_of_where_something_is_looked_at() {
        let shown = |only: &str| {
            let inputs = [
                ("stable", "11.5.1"),
                ("release", "11.6.0"),
                ("browser-image", "my/browser:1"),
                ("only", only),
            ];
            let plan = make(&Inputs::given(&inputs), None).unwrap();
            (text(&plan), plan.images_beside().len())
        };
        let (looks, images) = shown("identity, look");
        assert!(looks.contains("browser  of my/browser:1, in a container of its own\n"), "{looks}");
        assert_eq!(images, 1);
        let (bare, images) = shown("identity");
        assert!(!bare.contains("my/browser"), "{bare}");
        assert_eq!(images, 0);
    }

    #[test]
    fn nothing_is_said_that_will_not_be_done() {
        let inputs = Inputs::given(&[("stable", "11.5.1"), ("release", "11.6.0"), ("only", "identity")]);
        let plan = || make(&inputs, Some(vec!["app".into(), "app2".into()])).unwrap();
        let built = |balancer: Option<&str>, drained| BuiltPlan {
            others: vec!["postgres".into()],
            ports: vec![8065, 80],
            urls: Vec::new(),
            front: None,
            balancer: balancer.map(str::to_owned),
            drained,
        };
        let shown = |built| text(&plan().built_as(built));
        let bare = shown(built(None, false));
        for word in ["drain", "store", "database", "suite"] {
            assert!(!bare.replace("left out: suite", "").contains(word), "{word} in:\n{bare}");
        }
        assert!(bare.contains("1. prepare networks, images, postgres\n"), "{bare}");
        assert!(bare.contains("balancer none\n"), "{bare}");
        assert!(bare.contains("nodes    app, app2 (port 80)\n"), "{bare}");
        assert!(bare.contains("replace app: stop, release image, ready, sanity\n"), "{bare}");
        assert!(
            shown(built(Some("lb"), true))
                .contains("app: drain, stop, release image, ready, sanity, undrain\n")
        );
        assert!(
            shown(built(Some("lb"), false)).contains("balancer lb, which cannot be told to spare a node\n")
        );
        let named = BuiltPlan {
            urls: vec![Some("https://chat.test".into()), None],
            front: Some(("https://chat.test/sub".into(), 443)),
            ..built(Some("lb"), true)
        };
        let told = shown(named);
        assert!(
            told.contains("balancer lb, users come by https://chat.test/sub (to its port 443)\n"),
            "{told}"
        );
        assert!(told.contains("nodes    app (as https://chat.test), app2 (port 80)\n"), "{told}");
    }
}
