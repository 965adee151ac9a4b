//! The look itself: read-only, one node alone.

use std::time::Duration;

use tokio::time::Instant;

use crate::checks::step::{Expect as _, StepError, ensure};
use crate::clock::millis;
use crate::mattermost::{Client, PluginStatus, VersionFacts};
use crate::outcome::{Outcome, Step};
use crate::versions::Version;
use crate::wait;

/// How long a failed start of a plugin is not believed.
const INSTALLING: Duration = Duration::from_secs(5);

/// Looks at one node that just answered its first ping. `admin` is missing only before the first user exists.
///
/// Returns what the node says it is, and the steps; a red step means that it must not take traffic.
pub(crate) async fn look(
    node: &Client,
    expected: &Version,
    admin: Option<&Client>,
) -> (Option<VersionFacts>, Vec<Step>) {
    let mut steps = Vec::new();
    let name = node.node();
    note(&mut steps, format!("{name}: database and file store answer"), parts_answer(node)).await;
    let facts =
        note(&mut steps, format!("{name}: runs version {expected}"), is_version(node, expected)).await;
    if let Some(admin) = admin {
        let admin = admin.at(node);
        note(&mut steps, format!("{name}: no plugin failed to start"), plugins_start(&admin)).await;
    }
    (facts, steps)
}

async fn note<T>(
    steps: &mut Vec<Step>,
    name: String,
    work: impl Future<Output = Result<T, StepError>>,
) -> Option<T> {
    let began = Instant::now();
    let (outcome, value) = match work.await {
        Ok(value) => (Outcome::Passed, Some(value)),
        Err(error) => (error.into_outcome(), None),
    };
    steps.push(Step { name, outcome, took_ms: millis(began) });
    value
}

async fn parts_answer(node: &Client) -> Result<(), StepError> {
    let told = node.ping_deep().await.expecting("an answer to the deep ping")?;
    for part in ["database_status", "filestore_status"] {
        let status = told.get(part).map_or("missing", String::as_str);
        ensure(node.node(), status == "OK", format!("{part} OK"), format!("{part} {status}"))?;
    }
    Ok(())
}

async fn is_version(node: &Client, expected: &Version) -> Result<VersionFacts, StepError> {
    let facts = node.version_facts().await.expecting("the client configuration")?;
    let got = format!("version {} (build {})", facts.version, facts.build_number);
    ensure(node.node(), expected.admits(&facts.version), format!("version {expected}"), got)?;
    Ok(facts)
}

/// States 3 and 4 are failures; 0, 1 and 2 are judged by the inventory, which knows what should be active, as it does what an
/// edition does not run: stable may not have run it either.
async fn plugins_start(admin: &Client) -> Result<(), StepError> {
    // In a cluster the answer covers all nodes, and one that is still installing what another told it shows a failed start.
    wait::until_ok(Instant::now() + INSTALLING, || async {
        let statuses = match admin.plugin_statuses().await {
            // Plugins switched off as a whole: nothing can fail to start.
            Err(error) if error.id() == "app.plugin.disabled.app_error" => return Ok(()),
            other => other.expecting("the plugin statuses")?,
        };
        let failed = |status: &&PluginStatus| matches!(status.state, 3 | 4) && !status.is_unlicensed();
        if !statuses.iter().any(|status| failed(&status)) {
            return Ok(());
        }
        // A newer plugin that this node brought to the whole cluster may be one that older nodes cannot run, and theirs is
        // the inventory's to judge. Statuses do not say which node is which; the list of plugins is the node's own.
        let own = admin.plugins().await.expecting("the list of plugins")?;
        let runs_here = |status: &PluginStatus| own.find(&status.plugin_id).is_some_and(|(_, runs)| runs);
        match statuses.iter().find(|status| failed(status) && !runs_here(status)) {
            Some(bad) => Err(StepError::failed_at(
                admin.node(),
                format!("plugin {} running or off", bad.plugin_id),
                format!("state {} {}", bad.state, bad.error),
            )),
            None => Ok(()),
        }
    })
    .await
}
