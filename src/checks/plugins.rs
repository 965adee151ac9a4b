//! `plugins.inventory`: the plugins that should run do, on every node, in one version per release.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::{Place, Side};
use crate::mattermost::PluginStatus;
use crate::retry;

pub(super) const CHECK: Check = Check {
    id: "plugins.inventory",
    title: "every node runs the same plugins in the same versions, and none of stable's is missing or older",
    lines: &["S1.2c"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A plugin of one node: its version and its state.
type Inventory = BTreeMap<String, (String, i64)>;

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut found: Vec<(&Place, Inventory)> = Vec::new();
    for place in cx.places {
        let name = format!("{} lists its plugins, none starting or failed", place.name);
        found.push((place, cx.step(name, settled(cx, place)).await?));
    }
    let listed = |inventory: &Inventory| {
        let words: Vec<_> = inventory.iter().map(|(id, (v, s))| format!("{id} {v} state {s}")).collect();
        if words.is_empty() { "no plugins".into() } else { words.join(", ") }
    };
    for (place, inventory) in &found {
        cx.fact(place.name.clone(), listed(inventory));
    }
    let mut halted = Ok(());
    for (n, (place, inventory)) in found.iter().enumerate() {
        let Some((first, model)) = found[..n].iter().find(|(earlier, _)| earlier.side == place.side) else {
            continue;
        };
        halted = halted
            .and(cx.judge(format!("{} and {} agree", first.name, place.name), same(place, model, inventory)));
    }
    match cx.carried::<Inventory>("stable") {
        None => cx.carry("stable", &found[0].1),
        Some(before) => {
            for (place, inventory) in &found {
                let name = format!("{} still has what stable had", place.name);
                halted = halted.and(cx.judge(name, kept(place, &before, inventory)));
            }
        }
    }
    halted
}

/// Activation is asynchronous: a plugin may be starting for a while after its node answers.
async fn settled(cx: &Context<'_>, place: &Place) -> Result<Inventory, Stop> {
    let admin = cx.home.admin.at(&place.anyone);
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    retry::until(deadline, || async {
        let statuses = match admin.plugin_statuses().await {
            Err(error) if error.id() == "app.plugin.disabled.app_error" => return Ok(Inventory::new()),
            other => other.expecting("the plugin statuses")?,
        };
        if let Some(bad) = statuses.iter().find(|status| !matches!(status.state, 0 | 2)) {
            let got = format!("state {} {}", bad.state, bad.error);
            return Err(Stop::failed_at(&place.name, format!("{} running or off", bad.plugin_id), got));
        }
        if cx.clustered() {
            every_node_has_each(cx, place, &statuses)?;
        }
        let own = own_entries(cx, place, statuses).await?;
        Ok(own.into_iter().map(|s| (s.plugin_id, (s.version, s.state))).collect())
    })
    .await
}

/// With clustering each answer covers all nodes: every plugin must be there once per node.
fn every_node_has_each(cx: &Context<'_>, place: &Place, statuses: &[PluginStatus]) -> Result<(), Stop> {
    let mut nodes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for status in statuses {
        nodes.entry(&status.plugin_id).or_default().insert(&status.cluster_id);
    }
    match nodes.iter().find(|(_, ids)| ids.len() != cx.places.len()) {
        None => Ok(()),
        Some((id, ids)) => Err(Stop::failed_at(
            &place.name,
            format!("{id} on {} nodes", cx.places.len()),
            format!("{id} on {}", ids.len()),
        )),
    }
}

/// The entries of this node itself. Without clustering there are no others; with it `GET /plugins` has only the
/// answering node's manifests, which tells which of the entries are its own.
async fn own_entries(
    cx: &Context<'_>,
    place: &Place,
    all: Vec<PluginStatus>,
) -> Result<Vec<PluginStatus>, Stop> {
    if !cx.clustered() {
        return Ok(all);
    }
    let admin = cx.home.admin.at(&place.anyone);
    let reply = admin.get("/api/v4/plugins").await.expecting("the list of plugins")?;
    let lists: BTreeMap<String, Vec<serde_json::Value>> =
        reply.json().expecting("active and inactive plugins")?;
    let word =
        |manifest: &serde_json::Value, key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
    let own: BTreeSet<_> = lists.values().flatten().map(|m| (word(m, "id"), word(m, "version"))).collect();
    let mut seen = BTreeSet::new();
    Ok(all
        .into_iter()
        .filter(|s| {
            own.contains(&(s.plugin_id.clone(), s.version.clone())) && seen.insert(s.plugin_id.clone())
        })
        .collect())
}

fn same(place: &Place, model: &Inventory, found: &Inventory) -> Result<(), Stop> {
    for (id, (version, state)) in model {
        let expected = format!("{id} {version} in state {state}");
        match found.get(id) {
            Some((v, s)) if v == version && s == state => {}
            Some((v, s)) => {
                return Err(Stop::failed_at(&place.name, expected, format!("{id} {v} in state {s}")));
            }
            None => return Err(Stop::failed_at(&place.name, expected, format!("no {id}"))),
        }
    }
    match found.keys().find(|id| !model.contains_key(*id)) {
        None => Ok(()),
        Some(id) => Err(Stop::failed_at(
            &place.name,
            format!("no {id}, as on the other nodes"),
            format!("{id} is there"),
        )),
    }
}

/// What ran on stable must run on every later node, not in an older version; on old nodes in the same one or a newer
/// one, because a new leader may bring a newer plugin to the whole cluster.
fn kept(place: &Place, before: &Inventory, now: &Inventory) -> Result<(), Stop> {
    let side = if place.side == Side::Stable { "stable" } else { "the release" };
    for (id, (version, state)) in before {
        let expected = format!("{id} {version} or newer in state {state} on {side}");
        let Some((found, now_state)) = now.get(id) else {
            return Err(Stop::failed_at(&place.name, expected, format!("no {id}")));
        };
        let older = matches!(
            (semver::Version::parse(found), semver::Version::parse(version)),
            (Ok(found), Ok(version)) if found < version
        );
        if older || now_state != state {
            return Err(Stop::failed_at(&place.name, expected, format!("{id} {found} in state {now_state}")));
        }
    }
    Ok(())
}
