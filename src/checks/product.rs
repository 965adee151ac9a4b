//! Whether a product can be checked here: which nodes run its plugin, and what that means after what stable had.

use super::prelude::*;
use crate::wait;

/// Where a product's plugin stands on one node.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// It runs, in this version.
    Running(String),
    /// It is installed and does not run.
    Off,
    /// It is switched on, and the server's edition or licence does not allow it.
    Unlicensed(String),
    /// It is not installed.
    Absent,
    /// `PluginSettings.Enable` is off, so nothing is.
    AllOff,
}

impl Standing {
    fn words(&self, plugin: &str) -> String {
        match self {
            Self::Running(version) => format!("{plugin} {version} runs"),
            Self::Off => format!("the plugin {plugin} is installed but does not run"),
            Self::Unlicensed(error) => {
                format!("this edition has no {plugin}: {}", error.trim_end_matches('.'))
            }
            Self::Absent => format!("the plugin {plugin} is not installed"),
            Self::AllOff => "plugins are switched off (PluginSettings.Enable)".into(),
        }
    }
}

/// Whether stable ran it.
const HAD: Entry<bool> = Entry::new("whether stable ran the product");

/// Whether every node runs a product, so that its check can go on; else it is told why not.
///
/// A product that stable had is missing where it does not run; one that stable never had is not applicable until all
/// nodes have it.
pub(super) async fn runs(cx: &Context<'_>, plugin: &str) -> bool {
    let before = HAD.kept(cx);
    let mut standings: Vec<(&Place, Standing)> = Vec::new();
    for place in cx.places {
        // Told as a step only where it fails: a check of nothing but such steps would count as passed.
        let name = format!("{place} tells whether it runs {plugin}");
        let standing = cx.prepare(name, settled(cx, place, plugin, before == Some(true))).await;
        let Ok(standing) = standing else { return false };
        cx.fact(place.name.clone(), standing.words(plugin));
        standings.push((place, standing));
    }
    let running = |standing: &Standing| matches!(standing, Standing::Running(_));
    let any = standings.iter().any(|(_, standing)| running(standing));
    HAD.put_first(cx, any);
    let Some((place, standing)) = standings.iter().find(|(_, standing)| !running(standing)) else {
        return true;
    };
    let name = format!("every node runs {plugin}");
    if before.unwrap_or(any) {
        let expected =
            if before.is_some() { format!("{plugin} running, as on stable") } else { name.clone() };
        cx.judge(name, Err(place.failed(expected, standing.words(plugin))));
        return false;
    }
    let why = match cx.brought.left.get(plugin) {
        Some(left) if *standing == Standing::Absent => format!("{plugin} could not be installed ({left})"),
        _ => standing.words(plugin),
    };
    let reason = match (before.is_some(), any) {
        (false, _) => format!("{why} on stable"),
        (true, false) => format!("{why}, neither on stable nor here"),
        (true, true) => format!("{why} on {}, and stable did not run it", place.name),
    };
    cx.not_applicable(name, reason);
    false
}

/// Activation is asynchronous: a product that should run gets a while to do so.
async fn settled(
    cx: &Context<'_>,
    place: &Place,
    plugin: &str,
    expected: bool,
) -> Result<Standing, StepError> {
    if expected {
        let running = wait::until_ok(cx.event_deadline(), || async {
            match standing(place, plugin).await? {
                Standing::Running(version) => Ok(Standing::Running(version)),
                other => Err(StepError::NotMeasured(other.words(plugin))),
            }
        });
        if let Ok(standing) = cx.in_time(running).await {
            return Ok(standing);
        }
    }
    standing(place, plugin).await
}

/// Asked by the list of manifests and not by the statuses: those cover the whole cluster without naming nodes.
async fn standing(place: &Place, plugin: &str) -> Result<Standing, StepError> {
    let installed = match place.admin().plugins().await {
        Err(error) if error.id() == "app.plugin.disabled.app_error" => return Ok(Standing::AllOff),
        lists => lists.expecting("the list of plugins")?,
    };
    Ok(match installed.find(plugin) {
        Some((manifest, true)) => Standing::Running(manifest.version.clone()),
        Some((_, false)) => match unlicensed(place, plugin).await? {
            Some(error) => Standing::Unlicensed(error),
            None => Standing::Off,
        },
        None => Standing::Absent,
    })
}

/// With what words the server refuses to run a plugin for want of a licence; nothing where that is not why.
pub(super) async fn unlicensed(place: &Place, plugin: &str) -> Result<Option<String>, StepError> {
    let statuses = place.admin().plugin_statuses().await.expecting("the plugin statuses")?;
    let refused = statuses.into_iter().find(|status| status.plugin_id == plugin && status.is_unlicensed());
    Ok(refused.map(|status| status.error))
}
