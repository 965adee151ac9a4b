//! A setting of a plugin: one of the gate's own, which Calls does not know and leaves alone.
//!
//! The settings of all plugins are saved at once (`maps … are merged as a single value`, server/channels/utils/merge.go), and a server
//! shows no settings of plugins that are not installed: in a cluster that is not the gate's own they might be lost. So nothing is saved
//! there. Calls reads its settings and never writes them (0.20 to 1.12).

use super::unmade::not_here;
use crate::checks::prelude::*;
use crate::cluster::Origin;
use crate::mattermost::ApiError;

/// Whose setting it is.
const PLUGIN: &str = "com.mattermost.calls";
/// Its name; the product has them in lower case.
const KEY: &str = "upgrade_gate";

/// Whether there can be one: it is tried.
///
/// # Errors
/// Not applicable where the configuration is not to be saved, not the API's, or not one for all nodes; or what failed.
pub(super) async fn can_be(cx: &Context<'_>, place: &Place) -> Result<(), StepError> {
    let no = |reason: String| Err(StepError::NotApplicable(reason));
    if cx.origin == Origin::Found {
        return no(
            "attached: the settings of all plugins are saved at once, and not all of them are shown".into()
        );
    }
    let admin = place.admin();
    let installed = match admin.plugins().await {
        Ok(installed) => installed,
        Err(error) => match not_here(&error) {
            Some(reason) => return no(reason),
            None => return Err(error).expecting("the list of plugins"),
        },
    };
    if installed.find(PLUGIN).is_none() {
        return no(format!("the plugin {PLUGIN} is not installed, and settings of no others are shown"));
    }
    let owned = admin.config_environment().await.expecting("the settings that the environment sets")?;
    if owned["PluginSettings"]["Plugins"] == true {
        return no("the environment sets PluginSettings.Plugins".into());
    }
    set(cx, place, "tried").await.expecting("a setting of a plugin to be saved")?;
    if cx.clustered() {
        return Ok(());
    }
    for other in cx.places {
        let config = other.admin().config().await.expecting("the configuration")?;
        if config["PluginSettings"]["Plugins"][PLUGIN][KEY] != "tried" {
            let name = &other.name;
            return no(format!("the configuration of {name} is its own, not in the database (MM_CONFIG)"));
        }
    }
    Ok(())
}

/// Saves it through a node, with all others as they are. Where nodes do not hear of each other, all read their configuration anew.
///
/// # Errors
/// What was refused.
pub(super) async fn set(cx: &Context<'_>, place: &Place, value: &str) -> Result<(), ApiError> {
    let alone = !cx.clustered();
    if alone {
        place.admin().reload_config().await?;
    }
    let mut all = place.admin().config().await?["PluginSettings"]["Plugins"].take();
    all[PLUGIN][KEY] = value.into();
    place.admin().patch_config(&json!({ "PluginSettings": { "Plugins": all } })).await?;
    if alone {
        for other in cx.places {
            other.admin().reload_config().await?;
        }
    }
    Ok(())
}
