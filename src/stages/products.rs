//! The plugins that a run needs on stable and the server does not install by itself.
//!
//! Products come with the image: Boards is packaged with official images and neither switched on nor installable without
//! the marketplace, and a packaged plugin without its signature is ignored by the server. So the gate reads the bundle
//! out of the image and uploads it. The user's own plugins come from files.
//!
//! They go through the first node, before the others start: a node without clustering installs what the file store has
//! only when it starts. Measured on a busy 11.6: three products take 11 s through one node and make the start of the
//! others 5 s longer; uploaded to the others as well, 12 s, with as many writes of each bundle as there are nodes.

use std::time::Duration;

use tokio::time::Instant;

use super::blame::broken;
use super::session::RunSession;
use crate::checks::{InstalledPlugins, Side};
use crate::cluster::{ImageFacts, Packaged};
use crate::event::{Blame, Breakage};
use crate::mattermost::{Client, PluginStatus};
use crate::plan::Bundle;
use crate::telling::{self, LOOKED_AT};
use crate::trouble::Trouble;
use crate::wait;

/// How long a plugin may take to start; Calls looks for a STUN server for 20 s where there is none.
const START: Duration = Duration::from_secs(60);

/// Uploads and switches on what is missing, through the first node. A product that cannot be brought is left with the
/// reason: its checks say so.
///
/// # Errors
/// The [`Breakage`] of an own plugin that stable does not take: the run would not be what was asked for.
pub(super) async fn install(session: &mut RunSession<'_>, products: &[String]) -> Result<(), Breakage> {
    let Some(node) = session.places.first().map(|place| place.name.clone()) else { return Ok(()) };
    let admin = session.home()?.admin.clone();
    let image = session.image(Side::Stable, Some(&node)).await.ok();
    let mut brought = InstalledPlugins::default();
    for (id, packaged) in products.iter().filter_map(|id| Some((id, newest(image.as_deref()?, id)?))) {
        match product(session, &node, &admin, id, packaged).await {
            Ok(Some(version)) => {
                brought.plugins.insert(id.clone(), version);
            }
            Ok(None) => {}
            Err(why) => {
                session
                    .events
                    .warn(format!("{} of the stable image was not installed: {why}", packaged.name));
                brought.left.insert(id.clone(), why);
            }
        }
    }
    for bundle in &session.plan.plugins {
        own(session, &node, &admin, bundle).await?;
        brought.plugins.insert(bundle.id.clone(), bundle.version.clone());
        let next = bundle.next.as_ref().map(|next| (next.path.clone(), next.version.clone()));
        brought.next.extend(next.map(|next| (bundle.id.clone(), next)));
    }
    session.brought = brought;
    Ok(())
}

/// The newest bundle of a product that the image packages.
fn newest<'a>(image: &'a ImageFacts, product: &str) -> Option<&'a Packaged> {
    let packaged = image.plugins.iter().filter(|packaged| packaged.is(product));
    packaged.max_by(|a, b| a.version.cmp_precedence(&b.version))
}

/// The version that was brought, as the bundle's own manifest tells it; nothing where the product was there already.
async fn product(
    session: &RunSession<'_>,
    node: &str,
    admin: &Client,
    id: &str,
    packaged: &Packaged,
) -> Result<Option<String>, String> {
    if admin.plugins().await.map_err(|error| error.explained())?.find(id).is_some() {
        return Ok(None);
    }
    let bytes = session.cluster.inside().bundle(node, packaged).await?;
    match upload(admin, id, bytes).await {
        Ok(version) => Ok(Some(version)),
        Err(why) => {
            // A plugin that failed to start would end the bring-up of the other nodes.
            let _ = admin.remove_plugin(id).await;
            let log = session.cluster.nodes().log(node, Some(LOOKED_AT)).await;
            Err(unlicensed(id, &log).unwrap_or(why))
        }
    }
}

/// The words with which a plugin did not start for want of a licence. A server answers the upload of one that is switched on
/// with 500 and no reason (11.6, Playbooks); its log has it.
fn unlicensed(id: &str, log: &[String]) -> Option<String> {
    let is_why = |line: &&String| {
        let line = line.to_lowercase();
        line.contains(id) && line.contains("requires") && line.contains("license")
    };
    let line = log.iter().rev().find(is_why)?;
    Some(format!("this edition has no {id}: {}", telling::plain(line)))
}

async fn own(session: &RunSession<'_>, node: &str, admin: &Client, bundle: &Bundle) -> Result<(), Breakage> {
    let installed = match tokio::fs::read(&bundle.path).await {
        Ok(bytes) => upload(admin, &bundle.id, bytes).await,
        Err(error) => Err(error.to_string()),
    };
    let Err(why) = installed else { return Ok(()) };
    let message = format!("{} {} could not be installed on stable: {why}", bundle.id, bundle.version);
    let remedy = format!(
        "Try {} on this version by hand, or leave it out of the input plugins.",
        bundle.path.display()
    );
    let log_tail = session.cluster.nodes().complaints(node).await;
    Err(broken(Blame::Environment, Trouble::new(node, message, remedy).with_log(log_tail)))
}

/// Uploads a bundle and switches it on; returns the version that its manifest tells.
async fn upload(admin: &Client, id: &str, bytes: Vec<u8>) -> Result<String, String> {
    let manifest = admin.upload_plugin(bytes, true).await.map_err(|error| error.explained())?;
    admin.enable_plugin(id).await.map_err(|error| error.explained())?;
    let running = wait::until_ok(Instant::now() + START, || async {
        let statuses = admin.plugin_statuses().await.map_err(|error| error.to_string())?;
        match statuses.into_iter().find(|status| status.plugin_id == id) {
            // A failed start will not get better: that is an answer too.
            Some(status) if matches!(status.state, 2..=4) => Ok(status),
            Some(status) => Err(format!("it is in state {} still", status.state)),
            None => Err("the server does not list it".to_owned()),
        }
    });
    match running.await? {
        PluginStatus { state: 2, .. } => Ok(manifest.version),
        status if status.is_unlicensed() => Err(format!("this edition has no {id}: {}", status.error)),
        PluginStatus { error, .. } => Err(format!("it did not start: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_that_an_edition_does_not_run_is_named_as_that() {
        let log = [
            r#"{"level":"info","msg":"Installing plugin","plugin_id":"playbooks"}"#,
            r#"{"level":"error","msg":"Unable to activate plugin.","plugin_id":"playbooks","error":"this plugin requires a professional license or higher"}"#,
            r#"{"level":"info","msg":"Removing plugin","plugin_id":"playbooks"}"#,
        ]
        .map(str::to_owned);
        let told = unlicensed("playbooks", &log).unwrap();
        assert_eq!(
            told,
            "this edition has no playbooks: Unable to activate plugin: this plugin requires a professional license or higher"
        );
        assert_eq!(unlicensed("focalboard", &log), None);
        assert_eq!(unlicensed("playbooks", &log[..1]), None);
    }
}
