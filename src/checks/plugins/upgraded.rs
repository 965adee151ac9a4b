//! `plugins.upgraded`: a plugin of the user's own makes way for another version of it, and every node runs that.
//!
//! Run before the other checks of the release, so that they find what the new versions do: the products' old boards and runs, what
//! servers log, what the ledger looks for. Without clustering a node has what was uploaded to it alone, until it starts anew.

use std::path::Path;
use std::time::Duration;

use crate::checks::prelude::*;
use crate::mattermost::Client;
use crate::wait;

/// The check's id: the plan has a step of its own for it.
pub(crate) const PLUGIN_UPGRADE: &str = "plugins.upgraded";

pub(crate) const CHECK: Check = Check::new(
    PLUGIN_UPGRADE,
    "your plugins make way for their new versions, which every node runs",
    &["S1.4a"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Release)
.alone()
.needs(&[Need::Input("plugins with old => new")]);

/// How long a node may take: a product of a hundred MiB is fetched, unpacked and started, and its data is migrated.
const UPGRADED: Duration = Duration::from_secs(60);

async fn run(cx: &Context<'_>) {
    if cx.brought.next.is_empty() {
        return cx.not_applicable("plugins make way for new versions", "none was given as old => new");
    }
    for (id, (path, version)) in &cx.brought.next {
        cx.part(upgrade(cx, id, path, version)).await;
    }
}

async fn upgrade(cx: &Context<'_>, id: &str, path: &Path, version: &str) -> Result<(), Reported> {
    let read = async {
        let wrong = |error: std::io::Error| StepError::NotMeasured(format!("{}: {error}", path.display()));
        tokio::fs::read(path).await.map_err(wrong)
    };
    let bytes = cx.prepare(format!("read the bundle of {id} {version}"), read).await?;
    let through = if cx.clustered() { &cx.places[..1] } else { cx.places };
    for place in through {
        let installed = installed(place.admin(), id, version, bytes.clone());
        cx.step(format!("{place} takes {id} {version}"), installed).await?;
    }
    cx.on_each_at_once(cx.places, &format!("runs {id} {version}"), |place| async move {
        let deadline = cx.deadline_in(UPGRADED);
        cx.in_time(wait::until_ok(deadline, || runs(place, id, version))).await
    })
    .await;
    Ok(())
}

async fn installed(admin: &Client, id: &str, version: &str, bytes: Vec<u8>) -> Result<(), StepError> {
    let manifest = admin.upload_plugin(bytes, true).await.expecting("201 and the manifest")?;
    if manifest.id == id && manifest.version == version {
        return Ok(());
    }
    let got = format!("{} {}", manifest.id, manifest.version);
    Err(StepError::failed_at(admin.node(), format!("the manifest of {id} {version}"), got))
}

async fn runs(place: &Place, id: &str, version: &str) -> Result<(), StepError> {
    let installed = place.admin().plugins().await.expecting("the list of plugins")?;
    let got = match installed.find(id) {
        Some((manifest, true)) if manifest.version == version => return Ok(()),
        Some((manifest, true)) => format!("{} runs", manifest.version),
        Some((manifest, false)) => format!("{} is there and does not run", manifest.version),
        None => "it is not there".into(),
    };
    Err(place.failed(format!("{id} {version} runs"), got))
}
