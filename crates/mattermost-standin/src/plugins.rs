//! The plugins of one node: what is installed there, and whether it runs.
//!
//! Simpler than the product: nothing of a bundle but its manifest is kept, switching takes no time, packaged plugins are
//! taken for signed, and those that the product copies into the file store (Boards) stay on their node.

use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::ids;

/// Not running.
pub(super) const STOPPED: u8 = 0;
/// Running.
pub(super) const RUNNING: u8 = 2;
/// Failed to start.
const FAILED: u8 = 3;

/// What is installed on one node.
#[derive(Default)]
pub(super) struct Plugins {
    installed: Mutex<IndexMap<String, Plugin>>,
}

/// One installed plugin.
#[derive(Debug, Clone)]
pub(super) struct Plugin {
    pub(super) manifest: Value,
    pub(super) state: u8,
    error: String,
    /// Whether it ran, was switched off, and runs again.
    pub(super) revived: bool,
    /// Whether it ran since it was installed.
    ran: bool,
}

impl Plugins {
    /// Installs a plugin, in place of what was there; it does not run yet.
    pub(super) fn install(&self, id: &str, manifest: Value) {
        let plugin = Plugin { manifest, state: STOPPED, error: String::new(), revived: false, ran: false };
        self.locked().insert(id.to_owned(), plugin);
    }

    /// Whether a version of a plugin is newer than what is installed.
    pub(super) fn lacks(&self, id: &str, version: &str) -> bool {
        let Some(plugin) = self.get(id) else { return true };
        let read = |text: &str| semver::Version::parse(text).ok();
        read(version) > read(plugin.manifest["version"].as_str().unwrap_or_default())
    }

    /// Starts and stops plugins as the configuration says; `broken` is one that fails to start, with its words, and
    /// `lenient` starts even one that has nothing to start.
    pub(super) fn follow(&self, config: &Value, broken: Option<(&str, &str)>, lenient: bool) {
        for (id, plugin) in self.locked().iter_mut() {
            let wanted = config["PluginSettings"]["PluginStates"][id.as_str()]["Enable"] == json!(true);
            let hollow = plugin.manifest.get("server").is_none() && plugin.manifest.get("webapp").is_none();
            let was = plugin.state;
            (plugin.state, plugin.error) = if !wanted {
                (STOPPED, String::new())
            } else if hollow && !lenient {
                (FAILED, "unable to start plugin: must at least have a web app or server component".into())
            } else if let Some((_, why)) = broken.filter(|(broken, _)| broken == id) {
                (FAILED, why.to_owned())
            } else {
                (RUNNING, String::new())
            };
            if plugin.state == RUNNING {
                plugin.revived |= plugin.ran && was != RUNNING;
                plugin.ran = true;
            }
        }
    }

    /// Takes a plugin away; whether it was there.
    pub(super) fn remove(&self, id: &str) -> bool {
        self.locked().shift_remove(id).is_some()
    }

    /// The plugin of this id.
    pub(super) fn get(&self, id: &str) -> Option<Plugin> {
        self.locked().get(id).cloned()
    }

    /// `/plugins`.
    pub(super) fn listing(&self) -> Value {
        let installed = self.locked();
        let of = |running: bool| -> Vec<Value> {
            let wanted = installed.values().filter(|plugin| (plugin.state == RUNNING) == running);
            wanted.map(|plugin| plugin.manifest.clone()).collect()
        };
        json!({"active": of(true), "inactive": of(false)})
    }

    /// This node's part of `/plugins/statuses`.
    pub(super) fn statuses(&self, cluster_id: &str) -> Vec<Value> {
        let installed = self.locked();
        let status = |(id, plugin): (&String, &Plugin)| {
            let manifest = &plugin.manifest;
            json!({
                "plugin_id": id, "cluster_id": cluster_id, "plugin_path": format!("plugins/{id}"),
                "state": plugin.state, "error": plugin.error, "name": manifest["name"],
                "description": manifest["description"], "version": manifest["version"],
            })
        };
        installed.iter().map(status).collect()
    }

    /// `/plugins/webapp`: what browsers load.
    pub(super) fn webapps(&self) -> Value {
        let installed = self.locked();
        let running = installed.iter().filter(|(_, plugin)| plugin.state == RUNNING);
        let bundles = running.filter(|(_, plugin)| plugin.manifest.get("webapp").is_some());
        let manifest = |(id, plugin): (&String, &Plugin)| {
            let version = plugin.manifest["version"].as_str().unwrap_or_default();
            let hash = &ids::digest(&[id.as_bytes(), version.as_bytes()])[..16];
            json!({
                "id": id, "min_server_version": plugin.manifest["min_server_version"], "version": version,
                "webapp": {"bundle_path": format!("/static/{id}/{id}_{hash}_bundle.js")},
            })
        };
        bundles.map(manifest).collect()
    }

    fn locked(&self) -> MutexGuard<'_, IndexMap<String, Plugin>> {
        self.installed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
