//! The plugins of one node: what is installed there, and whether it runs.

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
    /// Whether it came with the release and not from the file store.
    prepackaged: bool,
    /// Whether a fault keeps it from starting.
    broken: bool,
}

impl Plugins {
    /// Installs a plugin that came with the release.
    pub(super) fn prepackage(&self, id: &str, version: &str, broken: bool) {
        let manifest = json!({
            "id": id, "name": id, "description": "", "version": version, "min_server_version": "9.0.0",
            "server": {"executables": {"linux-amd64": "server/dist/plugin-linux-amd64"}, "executable": ""},
            "webapp": {"bundle_path": "webapp/dist/main.js"},
        });
        self.put(id, Plugin { manifest, state: STOPPED, error: String::new(), prepackaged: true, broken });
    }

    /// Makes the uploaded plugins those of the file store.
    pub(super) fn sync(&self, bundles: &IndexMap<String, Value>) {
        let mut installed = self.locked();
        installed.retain(|id, plugin| plugin.prepackaged || bundles.contains_key(id));
        for (id, manifest) in bundles {
            let plugin = Plugin {
                manifest: manifest.clone(),
                state: STOPPED,
                error: String::new(),
                prepackaged: false,
                broken: false,
            };
            if installed.get(id).is_none_or(|old| old.manifest != *manifest) {
                installed.insert(id.clone(), plugin);
            }
        }
    }

    /// Starts and stops plugins as the configuration says.
    pub(super) fn follow(&self, config: &Value) {
        for (id, plugin) in self.locked().iter_mut() {
            let wanted = config["PluginSettings"]["PluginStates"][id.as_str()]["Enable"] == json!(true);
            let hollow = plugin.manifest.get("server").is_none() && plugin.manifest.get("webapp").is_none();
            (plugin.state, plugin.error) = if !wanted {
                (STOPPED, String::new())
            } else if hollow {
                (FAILED, "unable to start plugin: must at least have a web app or server component".into())
            } else if plugin.broken {
                (FAILED, format!("failed to activate plugin {id}: exit status 1"))
            } else {
                (RUNNING, String::new())
            };
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

    fn put(&self, id: &str, plugin: Plugin) {
        self.locked().insert(id.to_owned(), plugin);
    }

    fn locked(&self) -> MutexGuard<'_, IndexMap<String, Plugin>> {
        self.installed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
