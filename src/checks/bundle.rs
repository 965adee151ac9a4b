//! Plugin bundles made in memory: the smallest that a server takes, and one that it must not start.

use super::prelude::*;
use crate::tarball;

/// A plugin that consists of a web app of one line. Seen on real servers: it is installed, runs and is replaced like any
/// other; a server part would have to be built for each platform.
pub(super) fn webapp_only(id: &str, version: &str) -> Vec<u8> {
    let manifest = json!({
        "id": id, "name": "Upgrade gate", "description": "Made by mattermost-upgrade-gate; may be removed.",
        "version": version, "min_server_version": "9.0.0", "webapp": {"bundle_path": "webapp/main.js"},
    });
    let script =
        format!("window.registerPlugin(\"{id}\",{{initialize(){{}},uninitialize(){{}}}});// {version}\n");
    packed(id, &manifest, &[(&format!("{id}/webapp/main.js"), script.as_bytes())])
}

/// A plugin with neither web app nor server part: it can be installed, and fails to start.
pub(super) fn hollow(id: &str) -> Vec<u8> {
    let manifest =
        json!({"id": id, "name": "Upgrade gate", "version": "0.1.0", "min_server_version": "9.0.0"});
    packed(id, &manifest, &[])
}

/// One folder with a manifest and more. Packing to memory cannot fail; if it did, the server would refuse what is empty.
fn packed(folder: &str, manifest: &Value, more: &[(&str, &[u8])]) -> Vec<u8> {
    let (path, text) = (format!("{folder}/plugin.json"), manifest.to_string());
    let files: Vec<(&str, &[u8])> =
        std::iter::once((path.as_str(), text.as_bytes())).chain(more.iter().copied()).collect();
    tarball::pack(&files).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_bundle_is_a_folder_with_a_manifest() {
        let bytes = webapp_only("gate.tiny", "0.2.0");
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let mut texts = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_string_lossy().into_owned();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            texts.push((path, text));
        }
        assert_eq!(texts[0].0, "gate.tiny/plugin.json");
        assert_eq!(serde_json::from_str::<Value>(&texts[0].1).unwrap()["version"], "0.2.0");
        assert_eq!(texts[1].0, "gate.tiny/webapp/main.js");
        assert!(texts[1].1.contains("registerPlugin(\"gate.tiny\""));
    }
}
