//! A plugin bundle: a `tar.gz` with a `plugin.json` somewhere near its top.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::files::store::FileStore;
use crate::node::answer::Refusal;
use crate::release::StandInRelease;
use basics::tarball;

/// The key of a bundle in the file store.
pub(crate) fn key(id: &str) -> String {
    format!("plugins/{id}.tar.gz")
}

/// Stores a bundle where the product keeps it.
pub(crate) async fn keep(files: &dyn FileStore, id: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
    files.put(&key(id), bytes).await.map_err(|error| {
        Refusal::new(
            500,
            "app.plugin.store_bundle.app_error",
            "Unable to store the plugin to the configured file store.",
        )
        .detail(error.to_string())
    })
}

/// The manifest in a bundle.
pub(crate) fn manifest(bytes: &[u8]) -> Result<Value, Refusal> {
    let broken = |why: String| {
        Refusal::new(400, "app.plugin.extract.app_error", "An error occurred extracting the plugin bundle.")
            .detail(why)
    };
    let mut archive = tar::Archive::new(GzDecoder::new(bytes));
    for entry in archive.entries().map_err(|error| broken(error.to_string()))? {
        let mut entry = entry.map_err(|error| broken(error.to_string()))?;
        let is_manifest = entry.path().is_ok_and(|path| {
            path.file_name().is_some_and(|name| name == "plugin.json") && path.components().count() <= 3
        });
        if is_manifest {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|error| broken(error.to_string()))?;
            let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
            if manifest["id"].as_str().is_some_and(|id| !id.is_empty()) {
                return Ok(manifest);
            }
        }
    }
    Err(Refusal::new(400, "app.plugin.manifest.app_error", "Unable to find manifest for the plugin."))
}

/// The manifest of a plugin that comes with a release.
pub(crate) fn shipped(id: &str, version: &str) -> Value {
    json!({
        "id": id, "name": id, "description": "", "version": version, "min_server_version": "9.0.0",
        "server": {"executables": {"linux-amd64": "server/dist/plugin-linux-amd64"}, "executable": ""},
        "webapp": {"bundle_path": "webapp/dist/main.js"},
    })
}

impl StandInRelease {
    /// The bundle of a plugin that comes with this release: a manifest without the files that it names.
    #[must_use]
    pub fn bundle(&self, id: &str) -> Option<Vec<u8>> {
        let (_, version) = self.plugins.iter().find(|(own, _)| own == id)?;
        let text = shipped(id, version).to_string();
        tarball::pack(&[(&format!("{id}/plugin.json"), text.as_bytes())]).ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::release;

    #[test]
    fn what_comes_with_a_release_can_be_uploaded() {
        let release = release::known("11.6.0");
        let bytes = release.bundle("focalboard").unwrap();
        assert_eq!(super::manifest(&bytes).unwrap()["version"], release.plugins[1].1.as_str());
        assert!(release.bundle("none").is_none());
    }
}
