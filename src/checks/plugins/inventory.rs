//! `plugins.inventory`: the plugins that should run do, on every node, in the version that they should have.
//!
//! What should be is told by three things: what ran on stable, what the node's image packages, and what the gate brought.
//! A server takes a packaged plugin in place of an older one only when its signature lies beside it in the image.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use semver::Version;
use tokio::time::Instant;

use crate::checks::prelude::*;
use crate::cluster::{ImageFacts, Packaged};
use crate::mattermost::PluginStatus;
use crate::wait;

pub(crate) const CHECK: Check = Check::new(
    "plugins.inventory",
    "every node runs the plugins that its image packages and that stable had, none older, none strange",
    &["S1.2c"],
    |cx| Box::pin(run(cx)),
);

/// The state of a plugin that its server's edition or licence does not allow: the server's own number for a failed start.
const UNLICENSED: i64 = 3;

/// The plugins of one node: version and state, by id. Of failed ones it has only those that are [`UNLICENSED`].
type Inventory = BTreeMap<String, (String, i64)>;

/// The plugins of stable's first node.
const OF_STABLE: Entry<Inventory> = Entry::new("the plugins that run");

/// What one node has: its plugins, and how the configuration switches them.
struct NodePlugins<'a> {
    place: &'a Place,
    inventory: Inventory,
    settings: Value,
}

async fn run(cx: &Context<'_>) {
    let mut found: Vec<NodePlugins<'_>> = Vec::new();
    for place in cx.places {
        let Ok(one) = find(cx, place).await else { return };
        found.push(one);
    }
    for NodePlugins { place, inventory, .. } in &found {
        let words: Vec<_> = inventory.iter().map(|(id, (v, s))| format!("{id} {v} state {s}")).collect();
        let words = if words.is_empty() { "no plugins".into() } else { words.join(", ") };
        cx.fact(place.name.clone(), words);
    }
    for (n, NodePlugins { place, inventory, settings }) in found.iter().enumerate() {
        let name = format!("{} runs what is switched on, and nothing else", place.name);
        cx.judge(name, as_switched(place, inventory, settings));
        if let Some(model) = found[..n].iter().find(|earlier| earlier.place.side == place.side) {
            let name = format!("{} and {} agree", model.place.name, place.name);
            cx.judge(name, same(place, &model.inventory, inventory));
        }
        if cx.image(place.side).is_ok_and(|image| image.plugins.is_empty()) {
            continue;
        }
        let name = format!("{} has what its image packages, and no stranger", place.name);
        cx.judge(name, as_packaged(cx, place, inventory, settings));
    }
    tell_of_images(cx, &found[0].inventory);
    tell_of_editions(cx, &found);
    let before = OF_STABLE.kept(cx);
    OF_STABLE.keep(cx, &found[0].inventory);
    let brought = cx.brought.plugins.iter().map(|(id, version)| (id.clone(), (version.clone(), 2)));
    let (before, whose) =
        before.map_or_else(|| (brought.collect(), "the gate brought"), |b| (b, "stable had"));
    for NodePlugins { place, inventory, .. } in found.iter().filter(|_| !before.is_empty()) {
        let name = format!("{} has what {whose}", place.name);
        cx.judge(name, kept(place, &before, inventory));
    }
}

async fn find<'a>(cx: &Context<'_>, place: &'a Place) -> Result<NodePlugins<'a>, Reported> {
    let name = format!("{} lists its plugins, none starting or failed", place.name);
    let inventory = cx.step(name, settled(cx, place)).await?;
    let config = async { place.admin().config().await.expecting("the configuration") };
    let config = cx.step(format!("{} tells which are switched on", place.name), config).await?;
    Ok(NodePlugins { place, inventory, settings: config["PluginSettings"].clone() })
}

/// Activation is asynchronous: a plugin may be starting for a while after its node answers.
async fn settled(cx: &Context<'_>, place: &Place) -> Result<Inventory, StepError> {
    let admin = place.admin();
    wait::until_ok(Instant::now() + Duration::from_secs(30), || async {
        let statuses = match admin.plugin_statuses().await {
            Err(error) if error.id() == "app.plugin.disabled.app_error" => return Ok(Inventory::new()),
            other => other.expecting("the plugin statuses")?,
        };
        let (unlicensed, others): (Vec<_>, Vec<_>) = statuses.iter().partition(|s| s.is_unlicensed());
        if let Some(bad) = others.iter().find(|status| !matches!(status.state, 0 | 2)) {
            let got = format!("state {} {}", bad.state, bad.error);
            return Err(place.failed(format!("{} running or off", bad.plugin_id), got));
        }
        if cx.clustered() {
            every_node_has_each(cx, place, &statuses)?;
        }
        // Statuses cover the whole cluster and do not say which node is which; this list is the node's own.
        let own = admin.plugins().await.expecting("the list of plugins")?;
        let active = own.active.into_iter().map(|manifest| (manifest, 2));
        let may_not = |id: &str| unlicensed.iter().any(|status| status.plugin_id == id);
        let all = active.chain(own.inactive.into_iter().map(|manifest| {
            let state = if may_not(&manifest.id) { UNLICENSED } else { 0 };
            (manifest, state)
        }));
        Ok(all.map(|(manifest, state)| (manifest.id, (manifest.version, state))).collect())
    })
    .await
}

/// With clustering each answer covers all nodes: every plugin must be there once per node. While two versions run, one
/// of them may package what the other does not have.
fn every_node_has_each(cx: &Context<'_>, place: &Place, statuses: &[PluginStatus]) -> Result<(), StepError> {
    let mut nodes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for status in statuses {
        nodes.entry(&status.plugin_id).or_default().insert(&status.cluster_id);
    }
    let mixed = matches!(cx.stage, Stage::Mixed(_));
    match nodes.iter().find(|(_, ids)| ids.len() != cx.places.len() && !mixed) {
        None => Ok(()),
        Some((id, ids)) => {
            Err(place.failed(format!("{id} on {} nodes", cx.places.len()), format!("{id} on {}", ids.len())))
        }
    }
}

/// `PluginStates` of the configuration against what runs.
fn as_switched(place: &Place, inventory: &Inventory, settings: &Value) -> Result<(), StepError> {
    for (id, (_, state)) in inventory {
        let wanted = if switched_on(settings, id) { 2 } else { 0 };
        // The retired Apps plugin has a feature flag of its own that keeps it off.
        if !is_as_switched(*state, wanted) && id != "com.mattermost.apps" {
            let expected = format!("{id} in state {wanted}, as PluginSettings.PluginStates says");
            return Err(place.failed(expected, format!("state {state}")));
        }
    }
    Ok(())
}

/// Switched on and not allowed: whether that is right, stable tells.
fn is_as_switched(state: i64, wanted: i64) -> bool {
    state == wanted || (state == UNLICENSED && wanted == 2)
}

/// What stable's edition did not run, another may.
fn is_kept(before: i64, now: i64) -> bool {
    now == before || (before == UNLICENSED && now == 2)
}

fn switched_on(settings: &Value, id: &str) -> bool {
    settings["PluginStates"][id]["Enable"] == Value::Bool(true)
}

fn same(place: &Place, model: &Inventory, found: &Inventory) -> Result<(), StepError> {
    for (id, (version, state)) in model {
        let expected = format!("{id} {version} in state {state}");
        match found.get(id) {
            Some((v, s)) if v == version && s == state => {}
            Some((v, s)) => {
                return Err(place.failed(expected, format!("{id} {v} in state {s}")));
            }
            None => return Err(place.failed(expected, format!("no {id}"))),
        }
    }
    match found.keys().find(|id| !model.contains_key(*id)) {
        None => Ok(()),
        Some(id) => Err(place.failed(format!("no {id}, as on the other nodes"), format!("{id} is there"))),
    }
}

/// Each plugin has the version that the image packages, or is one that was there before; and what the image packages and
/// the configuration switches on is there.
fn as_packaged(
    cx: &Context<'_>,
    place: &Place,
    found: &Inventory,
    settings: &Value,
) -> Result<(), StepError> {
    let image = cx.image(place.side)?;
    // A new node may bring its newer plugins to the old ones: told to them in a cluster, else read from the common file store
    // when they start the next time.
    let newer = if place.side == Side::Stable { cx.image(Side::Release).ok() } else { None };
    let before = OF_STABLE.kept(cx).unwrap_or_default();
    let was = |id: &str| before.get(id).map(|(version, _)| version).or_else(|| cx.brought.plugins.get(id));
    for (id, (version, _)) in found {
        verdict(image, newer, id, version, was(id).map(String::as_str))
            .map_err(|expected| place.failed(expected, format!("{id} {version}")))?;
    }
    let automatic = settings["AutomaticPrepackagedPlugins"] == Value::Bool(true);
    let due = |p: &&Packaged| p.signed && p.id.as_deref().is_some_and(|id| switched_on(settings, id));
    for packaged in image.plugins.iter().filter(|_| automatic).filter(due) {
        let id = packaged.id.as_deref().unwrap_or_default();
        if !found.contains_key(id) {
            let expected = format!("{id} {}, packaged and switched on", packaged.version);
            return Err(place.failed(expected, format!("no {id}")));
        }
    }
    Ok(())
}

/// Whether a plugin may have this version; else what it should be. `was` is its version before this node's image.
fn verdict(
    image: &ImageFacts,
    newer: Option<&ImageFacts>,
    id: &str,
    version: &str,
    was: Option<&str>,
) -> Result<(), String> {
    let is = |packaged: &Packaged| packaged.has_version(version);
    if image.of(id).any(is) || newer.is_some_and(|newer| newer.of(id).any(is)) {
        return Ok(());
    }
    let newest = image.of(id).map(|packaged| &packaged.version).max_by(|a, b| a.cmp_precedence(b));
    let Some(newest) = newest else {
        return if was.is_some() {
            Ok(())
        } else {
            Err("only plugins that the image packages or stable had".into())
        };
    };
    let ahead = Version::parse(version).is_ok_and(|version| version.cmp_precedence(newest).is_gt());
    let unsigned = image.of(id).all(|packaged| !packaged.signed);
    if was == Some(version) && (ahead || unsigned) {
        return Ok(());
    }
    Err(format!("{id} {newest}, as the image packages it"))
}

/// Says where an image does not tell what should be: it packages nothing, or what servers don't take.
fn tell_of_images(cx: &Context<'_>, found: &Inventory) {
    for (side, word) in [(Side::Stable, "stable"), (Side::Release, "release")] {
        let Ok(image) = cx.image(side) else { continue };
        if !cx.places.iter().any(|place| place.side == side) {
            continue;
        }
        if image.plugins.is_empty() {
            let name = format!("{word} nodes have what their image packages, and no stranger");
            cx.not_applicable(name, "the image packages no plugins");
        }
        // On stable the gate itself brought them.
        let unsigned = image.plugins.iter().filter(|packaged| side == Side::Release && !packaged.signed);
        let here = unsigned.filter(|packaged| found.keys().any(|id| packaged.is(id)));
        let words: Vec<_> = here.map(|packaged| format!("{} {}", packaged.name, packaged.version)).collect();
        if !words.is_empty() {
            cx.not_applicable(
                "plugins of the release image take the place of older ones",
                format!("no signature lies beside them in the image, so servers ignore {}", words.join(", ")),
            );
        }
    }
}

/// Names what nodes have and may not run.
fn tell_of_editions(cx: &Context<'_>, found: &[NodePlugins<'_>]) {
    for NodePlugins { place, inventory, .. } in found {
        for (id, _) in inventory.iter().filter(|(_, (_, state))| *state == UNLICENSED) {
            let reason =
                format!("this edition has no {id}: the server does not start it without a licence for it");
            cx.not_applicable(format!("{} runs {id}", place.name), reason);
        }
    }
}

/// What ran on stable must run on every later node, not in an older version; on old nodes in the same one or a newer
/// one, because a new leader may bring a newer plugin to the whole cluster.
fn kept(place: &Place, before: &Inventory, now: &Inventory) -> Result<(), StepError> {
    let side = if place.side == Side::Stable { "stable" } else { "the release" };
    for (id, (version, state)) in before {
        let expected = format!("{id} {version} or newer in state {state} on {side}");
        let Some((found, now_state)) = now.get(id) else {
            return Err(place.failed(expected, format!("no {id}")));
        };
        let older = matches!(
            (Version::parse(found), Version::parse(version)),
            (Ok(found), Ok(version)) if found.cmp_precedence(&version).is_lt()
        );
        if older || !is_kept(*state, *now_state) {
            let why =
                if *now_state == UNLICENSED { ": its edition or licence does not allow it" } else { "" };
            let got = format!("{id} {found} in state {now_state}{why}");
            return Err(place.failed(expected, got));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(files: &[&str]) -> ImageFacts {
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        ImageFacts::new(BTreeMap::new(), &files)
    }

    #[test]
    fn a_signed_bundle_must_have_come_and_an_unsigned_one_cannot_have() {
        let signed =
            image(&["mattermost-plugin-boards-v9.2.5.tar.gz", "mattermost-plugin-boards-v9.2.5.tar.gz.sig"]);
        let unsigned = image(&["mattermost-plugin-boards-v9.2.5.tar.gz"]);
        let boards = |image, version, was| verdict(image, None, "focalboard", version, was).is_ok();
        assert!(boards(&signed, "9.2.5", Some("9.2.4")));
        assert!(!boards(&signed, "9.2.4", Some("9.2.4")), "the packaged one is newer and signed");
        assert!(boards(&signed, "9.3.0", Some("9.3.0")), "the user's own is newer still");
        assert!(!boards(&signed, "9.3.0", Some("9.2.4")), "nobody brought that version");
        assert!(boards(&unsigned, "9.2.4", Some("9.2.4")));
        assert!(!boards(&unsigned, "9.2.3", Some("9.2.4")));
    }

    #[test]
    fn what_an_edition_does_not_run_is_no_failure_where_stable_did_not_run_it_either() {
        assert!(is_as_switched(UNLICENSED, 2) && is_as_switched(0, 0));
        assert!(!is_as_switched(UNLICENSED, 0), "nobody switched it on");
        assert!(is_kept(UNLICENSED, UNLICENSED) && is_kept(UNLICENSED, 2));
        assert!(!is_kept(UNLICENSED, 0));
        assert!(!is_kept(2, UNLICENSED), "the release alone refuses it");
    }

    #[test]
    fn strangers_are_those_that_nobody_packaged_and_stable_had_not() {
        let one = image(&["mattermost-plugin-boards-v9.2.5.tar.gz"]);
        assert!(verdict(&one, None, "acme.tool", "1.0.0", Some("1.0.0")).is_ok());
        assert!(verdict(&one, None, "acme.tool", "1.0.0", None).is_err());
        let newer = image(&["acme.tool-1.0.0.tar.gz"]);
        assert!(verdict(&one, Some(&newer), "acme.tool", "1.0.0", None).is_ok());
    }
}
