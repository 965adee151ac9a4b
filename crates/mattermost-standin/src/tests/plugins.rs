//! How each fault of plugins and products shows.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::client::Site;
use super::faults::{NEW, OLD};
use basics::tarball;

/// The id of the plugin that these probes install: the one of the rules.
const TINY: &str = "upgrade-gate.tiny";

/// Whether the release node has this fault; nothing when it is none of plugins.
pub(super) async fn seen(fault: &str, site: &Site) -> Option<bool> {
    let post = async |node, path: &str| site.post(node, path, Value::Null).await.status;
    let tiny = async |node, act: &str| post(node, &format!("/plugins/{TINY}/{act}")).await;
    let hash = async |node| site.get(node, "/config/client?format=old").await.body["BuildHash"].clone();
    let seen = match fault {
        "same-hash" => hash(NEW).await == hash(OLD).await,
        "plugin-stranger" => own(site, NEW, "com.example.stranger").await.is_some(),
        "plugin-switched-off" => own(site, NEW, "playbooks").await.is_none_or(|(_, runs)| !runs),
        "plugin-upload-500" => upload(site, NEW, TINY, "0.1.0", true).await == 500,
        "plugin-enable-ignored" => {
            upload(site, NEW, TINY, "0.1.0", true).await;
            assert_eq!(tiny(NEW, "enable").await, 200);
            !own(site, NEW, TINY).await?.1
        }
        "plugin-disable-500" => {
            upload(site, NEW, TINY, "0.1.0", true).await;
            tiny(NEW, "disable").await == 500
        }
        "plugin-upgrade-ignored" => {
            assert_eq!(upload(site, NEW, TINY, "0.1.0", true).await, 201);
            assert_eq!(upload(site, NEW, TINY, "0.2.0", true).await, 201);
            own(site, NEW, TINY).await?.0 == "0.1.0"
        }
        "plugin-removed-here-only" | "plugin-object-stays" => {
            upload(site, OLD, TINY, "0.1.0", true).await;
            let path = format!("/plugins/{TINY}");
            assert_eq!(site.call(NEW, "DELETE", &path, &site.admin, Value::Null).await.status, 200);
            assert!(own(site, NEW, TINY).await.is_none());
            match fault {
                "plugin-object-stays" => !site.world.options.files.list("plugins/").await.unwrap().is_empty(),
                _ => own(site, OLD, TINY).await.is_some(),
            }
        }
        "plugin-webapps-empty" => site.get(NEW, "/plugins/webapp").await.body == json!([]),
        "hollow-plugin-runs" => {
            upload(site, NEW, TINY, "0.1.0", false).await;
            tiny(NEW, "enable").await;
            own(site, NEW, TINY).await?.1
        }
        "product-disable-ignored" => {
            upload(site, NEW, "focalboard", "9.0.0", true).await;
            post(NEW, "/plugins/focalboard/enable").await;
            assert_eq!(post(NEW, "/plugins/focalboard/disable").await, 200);
            site.get(NEW, "!/plugins/focalboard/hello").await.status == 200
        }
        "product-enable-500" => post(NEW, "/plugins/com.mattermost.calls/enable").await == 500,
        "product-broken-when-revived" => {
            post(OLD, "/plugins/playbooks/disable").await;
            post(OLD, "/plugins/playbooks/enable").await;
            let route = "!/plugins/playbooks/api/v0/playbooks";
            assert_eq!(site.get(OLD, route).await.status, 200);
            site.get(NEW, route).await.status == 500
        }
        _ => return None,
    };
    Some(seen)
}

/// A plugin of this node: its version, and whether it runs.
async fn own(site: &Site, node: usize, id: &str) -> Option<(String, bool)> {
    let lists = site.get(node, "/plugins").await.body;
    ["active", "inactive"].into_iter().find_map(|list| {
        let found = lists[list].as_array()?.iter().find(|manifest| manifest["id"] == id)?;
        Some((found["version"].as_str()?.to_owned(), list == "active"))
    })
}

/// Uploads a bundle by force, with a web app or with nothing to run.
async fn upload(site: &Site, node: usize, id: &str, version: &str, webapp: bool) -> u16 {
    let mut manifest = json!({"id": id, "name": id, "version": version, "min_server_version": "9.0.0"});
    if webapp {
        manifest["webapp"] = json!({"bundle_path": "main.js"});
    }
    let bytes = tarball::pack(&[("top/plugin.json", manifest.to_string().as_bytes())]).unwrap();
    let form = Form::new().part("plugin", Part::bytes(bytes).file_name("x.tar.gz")).text("force", "true");
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let request = client.post(site.url(node, "/plugins")).bearer_auth(&site.admin).multipart(form);
    request.send().await.unwrap().status().as_u16()
}
