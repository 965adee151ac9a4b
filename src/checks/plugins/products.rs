//! `products`: Boards, Playbooks and Calls run and answer on every node, go away when switched off, and come back.
//!
//! Without clustering a switch is a line of the shared configuration that another node reads when it is told to reload:
//! there the others are asserted after a refresh.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::product;
use crate::mattermost::{Client, Installed};
use crate::outcome::Stage;
use crate::retry;

pub(crate) const CHECK: Check = Check {
    id: "products",
    title: "Boards, Playbooks and Calls answer on every node, are gone when disabled and back when enabled",
    lines: &["S1.2d", "S1.5"],
    stages: Stages::Ends,
    alone: true,
    needs: &[Need::Plugin("playbooks"), Need::Plugin("focalboard"), Need::Plugin("com.mattermost.calls")],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A product: a plugin that the case asks for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// The plugin's id.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// A route that answers 200 to a member while it runs; the id of a team is appended to one that ends in `=`.
    pub route: &'static str,
}

/// The products.
pub const PRODUCTS: [Product; 3] = [
    Product { id: "focalboard", name: "Boards", route: "/plugins/focalboard/hello" },
    Product { id: "playbooks", name: "Playbooks", route: "/plugins/playbooks/api/v0/playbooks?team_id=" },
    Product { id: "com.mattermost.calls", name: "Calls", route: "/plugins/com.mattermost.calls/version" },
];

/// How long a product may take to start; Calls looks for a STUN server for 20 s where there is none.
const START: Duration = Duration::from_secs(25);

/// What stable had of a product.
const RUNNING: &str = "running";
const OFF: &str = "off";

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut lists: Vec<Installed> = Vec::new();
    for place in cx.places {
        let list = match cx.home.admin.at(&place.anyone).plugins().await {
            Err(error) if error.id() == "app.plugin.disabled.app_error" => {
                Ok(Installed { active: Vec::new(), inactive: Vec::new() })
            }
            other => other.expecting("the list of plugins"),
        };
        // A list alone proves nothing: without any product the check does not apply.
        match list {
            Ok(list) => lists.push(list),
            Err(stop) => cx.judge(format!("{} lists its plugins", place.name), Err(stop))?,
        }
    }
    let mut halted = Ok(());
    let mut running = Vec::new();
    for product in PRODUCTS {
        match present(cx, product, &lists).await {
            Present::Running => match phase(cx, product, "runs and answers on every node", true).await {
                Ok(()) => running.push(product),
                Err(halt) => halted = Err(halt),
            },
            Present::Off => {
                halted = halted.and(phase(cx, product, "is off and answers on no node", false).await)
            }
            Present::Missing => {}
            Present::Lost => halted = Err(Halt),
        }
    }
    if running.is_empty() {
        return halted;
    }
    halted.and(switched(cx, &running).await)
}

enum Present {
    Running,
    Off,
    Missing,
    Lost,
}

/// What there is of a product here, against what stable had; what is wrong with that is judged.
async fn present(cx: &Context<'_>, product: Product, lists: &[Installed]) -> Present {
    let found: Vec<bool> =
        lists.iter().filter_map(|list| list.find(product.id)).map(|(_, runs)| runs).collect();
    let now = match (found.is_empty(), found.contains(&true)) {
        (true, _) => None,
        (false, true) => Some(RUNNING),
        (false, false) => Some(OFF),
    };
    let before = cx.carried::<String>(product.id);
    if cx.stage == Stage::Stable
        && let Some(now) = now
    {
        cx.carry(product.id, &now);
    }
    match (now, before.as_deref()) {
        (Some(RUNNING), _) => Present::Running,
        (Some(_), None | Some(OFF)) => match unlicensed(cx, product.id).await {
            Some(why) => {
                cx.not_applicable(product.name, format!("this edition has no {}: {why}", product.name));
                Present::Missing
            }
            None => Present::Off,
        },
        (None, None) => {
            cx.not_applicable(product.name, why_missing(cx, product));
            Present::Missing
        }
        (now, Some(before)) => {
            let got = now.map_or("no node has it".to_owned(), |now| format!("it is {now}"));
            let expected = format!("{} {before}, as it was on stable", product.name);
            let lost: Result<(), Halt> =
                cx.judge(format!("{} is there as on stable", product.name), Err(Stop::failed(expected, got)));
            if lost.is_err() { Present::Lost } else { Present::Missing }
        }
    }
}

/// With what words a server refuses to run a product for want of a licence. A node that does not tell has no such words.
async fn unlicensed(cx: &Context<'_>, id: &str) -> Option<String> {
    for place in cx.places {
        if let Ok(Some(why)) = product::unlicensed(cx, place, id).await {
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
async fn switched(cx: &Context<'_>, products: &[Product]) -> Result<(), Halt> {
    let off_hand = &cx.places[0];
    // Without clustering a node saves the configuration as it knows it, so one and the same must do both.
    let on_hand = if cx.clustered() { cx.places.last().unwrap_or(off_hand) } else { off_hand };
    let mut halted = Ok(());
    if !cx.clustered() {
        halted =
            cx.step(format!("{} reads the configuration anew", off_hand.name), cx.refresh(off_hand)).await;
    }
    for (hand, on) in [(off_hand, false), (on_hand, true)] {
        let admin = cx.home.admin.at(&hand.anyone);
        let verb = if on { "enable" } else { "disable" };
        for product in products {
            let switch = async {
                let answer = match on {
                    true => admin.enable_plugin(product.id).await,
                    false => admin.disable_plugin(product.id).await,
                };
                answer.map(drop).expecting("200 to the switch")
            };
            halted =
                halted.and(cx.step(format!("{verb} {} through {}", product.name, hand.name), switch).await);
        }
        if !cx.clustered() {
            let others = cx.places.iter().filter(|place| place.name != hand.name);
            let refreshed = async { try_join_all(others.map(|place| cx.refresh(place))).await.map(drop) };
            halted = halted.and(cx.step("the other nodes read the configuration anew", refreshed).await);
        }
        for product in products {
            let what = if on { "is back on every node" } else { "is gone from every node" };
            halted = halted.and(phase(cx, *product, what, on).await);
        }
    }
    halted
}

/// One step: the product is so on every node. Stopping takes a moment; starting may take up to [`START`].
async fn phase(cx: &Context<'_>, product: Product, what: &str, on: bool) -> Result<(), Halt> {
    let soon = !on || cx.is_late();
    let deadline = if soon { cx.event_deadline() } else { Instant::now() + START };
    let nodes = cx.places.iter().map(async |place| {
        let admin = cx.home.admin.at(&place.anyone);
        retry::until(deadline, || is_so(cx, &admin, product, on)).await
    });
    let seen = async {
        let seen = try_join_all(nodes).await.map(drop);
        if seen.is_err() {
            cx.was_late();
        }
        seen
    };
    cx.step(format!("{} {what}", product.name), seen).await
}

/// Its state on this node, and its route.
async fn is_so(cx: &Context<'_>, admin: &Client, product: Product, on: bool) -> Result<(), Stop> {
    let installed = admin.plugins().await.expecting("the list of plugins")?;
    let word = |runs: bool| if runs { "running" } else { "off" };
    match installed.find(product.id) {
        Some((_, runs)) if runs == on => {}
        Some((_, runs)) => return Err(Stop::failed_at(admin.node(), word(on), word(runs))),
        None => return Err(Stop::failed_at(admin.node(), word(on), format!("no {}", product.id))),
    }
    let team = if product.route.ends_with('=') { cx.home.team_id.as_str() } else { "" };
    let path = format!("{}{team}", product.route);
    let status = if on { 200 } else { 404 };
    let answer = admin.plugin_route(&path, status).await;
    answer.map(drop).expecting(&format!("{status} from the product's route"))
}
