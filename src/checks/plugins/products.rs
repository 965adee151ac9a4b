//! `products`: Boards, Playbooks and Calls run and answer on every node, go away when switched off, and come back.
//!
//! Without clustering a switch is a line of the shared configuration that another node reads when it is told to reload:
//! there the others are asserted after a refresh.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

use crate::checks::prelude::*;
use crate::checks::product;
use crate::mattermost::{Client, Installed};
use crate::wait;

pub(crate) const CHECK: Check = Check::new(
    "products",
    "Boards, Playbooks and Calls answer on every node, are gone when disabled and back when enabled",
    &["S1.2d", "S1.5"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Ends)
.alone()
.needs(&[Need::Plugin("playbooks"), Need::Plugin("focalboard"), Need::Plugin("com.mattermost.calls")]);

/// A product: a plugin that the case asks for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Product {
    /// The plugin's id.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// A route that answers 200 to a member while it runs; the id of a team is appended to one that ends in `=`.
    pub route: &'static str,
}

/// The products.
pub(crate) const PRODUCTS: [Product; 3] = [
    Product { id: "focalboard", name: "Boards", route: "/plugins/focalboard/hello" },
    Product { id: "playbooks", name: "Playbooks", route: "/plugins/playbooks/api/v0/playbooks?team_id=" },
    Product { id: "com.mattermost.calls", name: "Calls", route: "/plugins/com.mattermost.calls/version" },
];

/// How long a product may take to start; Calls looks for a STUN server for 20 s where there is none.
const START: Duration = Duration::from_secs(25);

/// What there can be of a product that a node has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Switch {
    Running,
    Off,
}

impl Switch {
    fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Off => "off",
        }
    }
}

/// What stable had of each product, by id.
const OF_STABLE: Entry<BTreeMap<&'static str, Switch>> = Entry::new("the products that there are");

async fn run(cx: &Context<'_>) {
    let mut lists: Vec<Installed> = Vec::new();
    for place in cx.places {
        let list = async {
            match place.admin().plugins().await {
                Err(error) if error.id() == "app.plugin.disabled.app_error" => {
                    Ok(Installed { active: Vec::new(), inactive: Vec::new() })
                }
                other => other.expecting("the list of plugins"),
            }
        };
        // A list alone proves nothing: without any product the check does not apply.
        let Ok(list) = cx.prepare(format!("{} lists its plugins", place.name), list).await else { return };
        lists.push(list);
    }
    let mut running = Vec::new();
    for product in PRODUCTS {
        let Some(switch) = present(cx, product, &lists).await else { continue };
        let (what, on) = match switch {
            Switch::Running => ("runs and answers on every node", true),
            Switch::Off => ("is off and answers on no node", false),
        };
        if phase(cx, product, what, on).await.is_ok() && on {
            running.push(product);
        }
    }
    if !running.is_empty() {
        switched(cx, &running).await;
    }
}

/// What there is of a product here, against what stable had; what is missing or wrong with that is told.
async fn present(cx: &Context<'_>, product: Product, lists: &[Installed]) -> Option<Switch> {
    let found: Vec<bool> =
        lists.iter().filter_map(|list| list.find(product.id)).map(|(_, runs)| runs).collect();
    let now = match (found.is_empty(), found.contains(&true)) {
        (true, _) => None,
        (false, true) => Some(Switch::Running),
        (false, false) => Some(Switch::Off),
    };
    let mut of_stable = OF_STABLE.kept(cx).unwrap_or_default();
    let before = of_stable.get(product.id).copied();
    if cx.stage == Stage::Stable
        && let Some(now) = now
    {
        of_stable.insert(product.id, now);
        OF_STABLE.put(cx, of_stable);
    }
    match (now, before) {
        (Some(Switch::Running), _) => now,
        (Some(Switch::Off), None | Some(Switch::Off)) => match unlicensed(cx, product.id).await {
            Some(why) => {
                cx.not_applicable(product.name, format!("this edition has no {}: {why}", product.name));
                None
            }
            None => now,
        },
        (None, None) => {
            cx.not_applicable(product.name, why_missing(cx, product));
            None
        }
        (now, Some(before)) => {
            let got = now.map_or("no node has it".to_owned(), |now| format!("it is {}", now.word()));
            let expected = format!("{} {}, as it was on stable", product.name, before.word());
            let name = format!("{} is there as on stable", product.name);
            cx.judge(name, Err(StepError::failed(expected, got)));
            None
        }
    }
}

/// With what words a server refuses to run a product for want of a licence. A node that does not tell has no such words.
async fn unlicensed(cx: &Context<'_>, id: &str) -> Option<String> {
    for place in cx.places {
        if let Ok(Some(why)) = product::unlicensed(place, id).await {
            return Some(why);
        }
    }
    None
}

fn why_missing(cx: &Context<'_>, product: Product) -> String {
    if let Some(why) = cx.brought.left.get(product.id) {
        return format!("the bundle of the stable image could not be installed on stable: {why}");
    }
    let where_ = if cx.stage == Stage::Stable { "stable does not have it" } else { "neither release has it" };
    format!("{where_}: the image packages no {} and the input plugins names none", product.id)
}

/// Off and on again, all products at once: each node is refreshed once for all of them.
async fn switched(cx: &Context<'_>, products: &[Product]) {
    // Without clustering a node saves the configuration as it knows it, so one and the same must do both.
    let first = &cx.places[0];
    let (off_hand, on_hand) = if cx.clustered() { cx.actor_and_reader() } else { (first, first) };
    if !cx.clustered() {
        cx.verify(format!("{} reads the configuration anew", off_hand.name), cx.refresh(off_hand)).await;
    }
    for (hand, on) in [(off_hand, false), (on_hand, true)] {
        let verb = if on { "enable" } else { "disable" };
        for product in products {
            let switch = async {
                let answer = match on {
                    true => hand.admin().enable_plugin(product.id).await,
                    false => hand.admin().disable_plugin(product.id).await,
                };
                answer.expecting("200 to the switch")
            };
            cx.verify(format!("{verb} {} through {}", product.name, hand.name), switch).await;
        }
        if !cx.clustered() {
            let others = cx.places.iter().filter(|place| place.name != hand.name);
            let refreshed = try_join_all(others.map(|place| cx.refresh(place)));
            cx.verify("the other nodes read the configuration anew", refreshed).await;
        }
        for product in products {
            let what = if on { "is back on every node" } else { "is gone from every node" };
            cx.part(phase(cx, *product, what, on)).await;
        }
    }
}

/// One step: the product is so on every node. Stopping takes a moment; starting may take up to [`START`].
async fn phase(cx: &Context<'_>, product: Product, what: &str, on: bool) -> Result<(), Reported> {
    let soon = !on || cx.late();
    let deadline = if soon { cx.event_deadline() } else { Instant::now() + START };
    let nodes = cx
        .places
        .iter()
        .map(async |place| wait::until_ok(deadline, || is_so(cx, place.admin(), product, on)).await);
    let all = cx.in_time(try_join_all(nodes));
    cx.step(format!("{} {what}", product.name), all).await.map(drop)
}

/// Its state on this node, and its route.
async fn is_so(cx: &Context<'_>, admin: &Client, product: Product, on: bool) -> Result<(), StepError> {
    let installed = admin.plugins().await.expecting("the list of plugins")?;
    let word = |runs: bool| if runs { "running" } else { "off" };
    match installed.find(product.id) {
        Some((_, runs)) if runs == on => {}
        Some((_, runs)) => return Err(StepError::failed_at(admin.node(), word(on), word(runs))),
        None => return Err(StepError::failed_at(admin.node(), word(on), format!("no {}", product.id))),
    }
    let team = if product.route.ends_with('=') { cx.home.team_id.as_str() } else { "" };
    let path = format!("{}{team}", product.route);
    let status = if on { 200 } else { 404 };
    let answer = admin.plugin_route(&path, status).await;
    answer.map(drop).expecting(&format!("{status} from the product's route"))
}
