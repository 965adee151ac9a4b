//! `plugins.lifecycle`: a plugin of our own is installed, switched, replaced and removed, and every node follows.
//!
//! With clustering each act goes through another node, and all nodes must show it. Without, a node keeps what it has
//! until it starts anew, so the whole cycle runs on each node by itself; they share one file store and one configuration.
//! What stays is an entry in `PluginSettings.PluginStates` that says "off": the product keeps it on removal.

use std::time::Duration;

use crate::checks::bundle;
use crate::checks::prelude::*;
use crate::mattermost::{ApiError, Client};
use crate::wait;

pub(crate) const CHECK: Check = Check::new(
    "plugins.lifecycle",
    "a plugin is installed, enabled, replaced by a newer one, disabled and removed, on every node",
    &["S1.4a", "S1.4b"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Ends)
.alone()
.needs(&[Need::PluginUploads, Need::Bucket]);

/// The plugin that goes through the cycle. The same in every run: what the product keeps of it is kept once.
const TINY: &str = "upgrade-gate.tiny";
/// How long a node may take to follow: it fetches the bundle, unpacks it and starts the plugin, and while it is at it an order of
/// a moment later makes it show a failed start (state 3), which it mends when it is done (seen on a busy cluster of 11.6).
const INSTALLED: Duration = Duration::from_secs(30);
/// The plugin that must not start.
const HOLLOW: &str = "upgrade-gate.hollow";

async fn run(cx: &Context<'_>) {
    let config = async { cx.actor().admin().config().await.expecting("the configuration") };
    let Ok(config) = cx.step("read the plugin settings", config).await else { return };
    if let Some(why) = closed(&config["PluginSettings"]) {
        return cx.not_applicable("install, switch, replace and remove a plugin", why);
    }
    let everyone: Vec<&Place> = cx.places.iter().collect();
    if cx.clustered() {
        cx.part(cycle(cx, &everyone, &everyone)).await;
        clean(cx).await;
        return;
    }
    for place in cx.places {
        // A node saves the whole configuration as it knows it: it must know what others saved.
        cx.verify(format!("{} reads the configuration anew", place.name), cx.refresh(place)).await;
        cx.part(cycle(cx, &[place], &[place])).await;
        clean(cx).await;
    }
    cx.not_applicable(
        "what one node installs, switches and removes, the others follow",
        cx.why_not_clustered(),
    );
}

/// The setting that keeps plugins from being uploaded.
fn closed(settings: &Value) -> Option<&'static str> {
    if settings["Enable"] == Value::Bool(false) {
        Some("PluginSettings.Enable is off")
    } else if settings["EnableUploads"] != Value::Bool(true) {
        Some(
            "PluginSettings.EnableUploads is off; set MM_PLUGINSETTINGS_ENABLEUPLOADS: \"true\" on the nodes",
        )
    } else if settings["RequirePluginSignature"] == Value::Bool(true) {
        Some("PluginSettings.RequirePluginSignature is on: servers take no upload without a signature then")
    } else {
        None
    }
}

/// The cycle: acts go through `hands`, one after the other, and each of `watchers` must show what came of it.
async fn cycle(cx: &Context<'_>, hands: &[&Place], watchers: &[&Place]) -> Result<(), Reported> {
    let mut turns = (0..).map(|n| hands[n % hands.len()]);
    let mut hand = move || {
        let place = turns.next().unwrap_or(hands[0]);
        (place, place.admin())
    };
    let (place, admin) = hand();
    cx.step(format!("install 0.1.0 through {}", place.name), upload(admin, "0.1.0", false)).await?;
    all_show(cx, watchers, "0.1.0 is there, off", Some(("0.1.0", 0))).await?;
    // Where nobody may look into the bucket, the cycle goes on.
    let name = format!("the bundle of {} is an object in the bucket", place.name);
    cx.verify(name, stored(cx, true)).await;

    let (place, admin) = hand();
    let enable = async { admin.enable_plugin(TINY).await.map(drop).expecting("200 to enabling") };
    cx.step(format!("enable it through {}", place.name), enable).await?;
    all_show(cx, watchers, "0.1.0 runs", Some(("0.1.0", 2))).await?;

    let (place, admin) = hand();
    cx.step(format!("{} refuses 0.2.0 over it without force", place.name), refused(admin)).await?;
    cx.step(format!("install 0.2.0 by force through {}", place.name), upload(admin, "0.2.0", true)).await?;
    all_show(cx, watchers, "0.2.0 runs", Some(("0.2.0", 2))).await?;

    let (place, admin) = hand();
    let disable = async { admin.disable_plugin(TINY).await.map(drop).expecting("200 to disabling") };
    cx.step(format!("disable it through {}", place.name), disable).await?;
    all_show(cx, watchers, "0.2.0 is there, off", Some(("0.2.0", 0))).await?;

    let (place, admin) = hand();
    let remove = async { admin.remove_plugin(TINY).await.map(drop).expecting("200 to removing") };
    cx.step(format!("remove it through {}", place.name), remove).await?;
    all_show(cx, watchers, "it is gone", None).await?;
    cx.verify("the bundle is gone from the bucket", stored(cx, false)).await;
    let again = async {
        is_refusal(admin, admin.remove_plugin(TINY).await, 404, "app.plugin.not_installed.app_error")
    };
    cx.step(format!("{} has nothing to remove a second time", place.name), again).await?;

    let (place, admin) = hand();
    cx.step(format!("{} installs a plugin with no part to run, and says that it fails", place.name), async {
        admin.upload_plugin(bundle::hollow(HOLLOW), false).await.expecting("201 to the upload")?;
        admin.enable_plugin(HOLLOW).await.expecting("200 to enabling")?;
        wait::until_ok(cx.event_deadline(), || fails(admin)).await?;
        admin.remove_plugin(HOLLOW).await.map(drop).expecting("200 to removing")
    })
    .await
}

async fn upload(admin: &Client, version: &str, force: bool) -> Result<(), StepError> {
    let uploaded = admin.upload_plugin(bundle::webapp_only(TINY, version), force).await;
    let manifest = uploaded.expecting("201 and the manifest")?;
    if manifest.id == TINY && manifest.version == version {
        Ok(())
    } else {
        let got = format!("{} {}", manifest.id, manifest.version);
        Err(StepError::failed_at(admin.node(), format!("the manifest of {TINY} {version}"), got))
    }
}

async fn refused(admin: &Client) -> Result<(), StepError> {
    let answer = admin.upload_plugin(bundle::webapp_only(TINY, "0.2.0"), false).await;
    is_refusal(admin, answer, 400, "app.plugin.install_id.app_error")
}

fn is_refusal<T>(
    admin: &Client,
    answer: Result<T, ApiError>,
    status: u16,
    id: &str,
) -> Result<(), StepError> {
    let expected = format!("{status} {id}");
    match answer {
        Ok(_) => Err(StepError::failed_at(admin.node(), expected, "success")),
        Err(error) if error.status() == Some(status) && error.id() == id => Ok(()),
        Err(error) => Err(error).expecting(&expected),
    }
}

/// Each watcher has the plugin in this version and state, or not at all; browsers are told to load it only while it runs.
async fn all_show(
    cx: &Context<'_>,
    watchers: &[&Place],
    what: &str,
    wanted: Option<(&str, i64)>,
) -> Result<(), Reported> {
    // With clustering every answer has an entry for each node.
    let entries = if cx.clustered() { cx.places.len() } else { 1 };
    let mut all = true;
    for place in watchers {
        let seen = async {
            let deadline = cx.deadline_in(INSTALLED);
            cx.in_time(wait::until_ok(deadline, || shows(place.admin(), entries, wanted))).await
        };
        all &= cx.step(format!("{place}: {what}"), seen).await.is_ok();
    }
    if all { Ok(()) } else { Err(Reported) }
}

async fn shows(admin: &Client, entries: usize, wanted: Option<(&str, i64)>) -> Result<(), StepError> {
    let installed = admin.plugins().await.expecting("the list of plugins")?;
    let here =
        installed.find(TINY).map(|(manifest, runs)| (manifest.version.as_str(), if runs { 2 } else { 0 }));
    let statuses = admin.plugin_statuses().await.expecting("the plugin statuses")?;
    let statuses: Vec<_> =
        statuses.iter().filter(|s| s.plugin_id == TINY).map(|s| (s.version.as_str(), s.state)).collect();
    let webapps = admin.webapp_plugins().await.expecting("the web apps of plugins")?;
    let webapp =
        webapps.iter().find(|manifest| manifest.id == TINY).map(|manifest| manifest.version.as_str());
    let all = wanted.map_or(Vec::new(), |wanted| vec![wanted; entries]);
    let loaded = wanted.filter(|(_, state)| *state == 2).map(|(version, _)| version);
    if here == wanted && statuses == all && webapp == loaded {
        return Ok(());
    }
    let say = |here: &dyn std::fmt::Debug, all: &dyn std::fmt::Debug, web: Option<&str>| {
        format!("installed {here:?}, statuses {all:?}, web app {}", web.unwrap_or("none"))
    };
    Err(StepError::failed_at(admin.node(), say(&wanted, &all, loaded), say(&here, &statuses, webapp)))
}

/// The plugin without parts is in state 3; releases from 10 on also say why.
async fn fails(admin: &Client) -> Result<(), StepError> {
    const WHY: &str = "must at least have a web app or server component";
    let statuses = admin.plugin_statuses().await.expecting("the plugin statuses")?;
    let states: Vec<_> = statuses.iter().filter(|s| s.plugin_id == HOLLOW).collect();
    if states.iter().any(|s| s.state == 3 && (s.error.is_empty() || s.error.contains(WHY))) {
        return Ok(());
    }
    let got = states.iter().map(|s| format!("state {} {}", s.state, s.error)).collect::<Vec<_>>().join(", ");
    let got = if got.is_empty() { "not listed".into() } else { got };
    Err(StepError::failed_at(admin.node(), format!("state 3 and \"{WHY}\""), got))
}

/// Whether the bundle is an object of the bucket, as it should be or not.
async fn stored(cx: &Context<'_>, wanted: bool) -> Result<(), StepError> {
    let found = cx.bucket.as_ref()?.head(&key(TINY)).await?;
    if found.is_some() == wanted {
        return Ok(());
    }
    let word = |there: bool| format!("{} {}", if there { "the object" } else { "no object" }, key(TINY));
    Err(StepError::failed(word(wanted), word(!wanted)))
}

/// Where the product keeps a bundle in its file store.
fn key(id: &str) -> String {
    format!("plugins/{id}.tar.gz")
}

/// Leaves nothing behind, wherever the cycle ended: what is left on a node would be a stranger to later checks.
async fn clean(cx: &Context<'_>) {
    for place in cx.places {
        let admin = place.admin();
        let Ok(installed) = admin.plugins().await else { continue };
        for id in [TINY, HOLLOW] {
            if installed.find(id).is_some() {
                let _ = admin.remove_plugin(id).await;
            }
        }
    }
    if let Ok(bucket) = &cx.bucket {
        for id in [TINY, HOLLOW] {
            let _ = bucket.delete(&key(id)).await;
        }
    }
}
