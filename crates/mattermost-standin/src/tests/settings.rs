//! Settings, feature flags, secrets and roles: how they are, and how each fault of them shows.

use serde_json::{Value, json};

use super::client::{Site, faults};
use super::faults::{Before, NEW, OLD};
use crate::fault::Faults;
use crate::node::{Node, StartError};
use crate::release;

const FLAG: [(&str, &str); 1] = [("MM_FEATUREFLAGS_TESTFEATURE", "on")];

/// The flag as anybody sees it.
async fn flag(site: &Site, node: usize) -> Value {
    let client = site.call(node, "GET", "/config/client?format=old", "", Value::Null).await;
    client.body["FeatureFlagTestFeature"].clone()
}

async fn patch(site: &Site, node: usize, patch: Value) -> Value {
    site.call(node, "PUT", "/config/patch", &site.admin, patch).await.body
}

/// A public link to the file from before.
async fn link(site: &Site, before: &Before) -> String {
    patch(site, NEW, json!({"FileSettings": {"EnablePublicLink": true}})).await;
    let told = site.get(NEW, &format!("/files/{}/link", before.file)).await.body;
    let link = told["link"].as_str().unwrap().to_owned();
    link[link.find("/files/").unwrap()..].to_owned()
}

/// Whether the release node has this fault; nothing when it is none of settings.
pub(super) async fn shows(fault: &str, site: &mut Site, before: &Before) -> Option<bool> {
    let same = site.nodes[NEW].running.core.faults.clone();
    let get = async |site: &Site, path: &str| site.get(NEW, path).await.body;
    let seen = match fault {
        "flag-ignored" | "flag-not-told" => {
            site.start_with("11.7.0", &same, &FLAG).await;
            flag(site, 2).await == "off"
        }
        "flag-stored" => {
            site.start_with("11.7.0", &same, &FLAG).await;
            site.start("11.7.0", &same).await;
            flag(site, 3).await == "on"
        }
        "flag-patch-sticks" => {
            let told = patch(site, NEW, json!({"FeatureFlags": {"TestFeature": "on"}})).await;
            told["FeatureFlags"]["TestFeature"] == "on"
        }
        "setting-lost" => get(site, "/config").await["TeamSettings"].get("MaxUsersPerTeam").is_none(),
        "setting-reset" => get(site, "/config").await["PasswordSettings"]["MinimumLength"] == 5,
        "role-permission-lost" => {
            let roles = |node| site.get(node, "/roles/name/team_user");
            roles(NEW).await.body["permissions"] != roles(OLD).await.body["permissions"]
        }
        "client-config-changed" => {
            get(site, "/config/client?format=old").await["EnableCustomEmoji"] == "false"
        }
        "edition-swapped" => get(site, "/config/client?format=old").await["BuildEnterpriseReady"] == "false",
        "licence-lessened" => get(site, "/license/client?format=old").await["SkuShortName"] == "professional",
        "history-hidden" => get(site, "/limits/server").await["postHistoryLimit"] == 10_000,
        "licence-less" => get(site, "/license/client?format=old").await["SkuShortName"] == "",
        "counts-shrunk" => get(site, "/analytics/old?name=standard").await[3]["value"] == 0,
        "mask-stored" => {
            let path = attached(site, before).await;
            assert_eq!(site.call(NEW, "GET", &format!("!{path}"), "", Value::Null).await.bytes, b"old bytes");
            let shown = get(site, "/config").await;
            let put = site.call(NEW, "PUT", "/config", &site.admin, shown.clone()).await;
            assert_eq!((put.status, put.body), (200, shown));
            site.call(NEW, "GET", &format!("!{path}"), "", Value::Null).await.status == 400
        }
        "config-event-lost" => {
            let mut near = site.socket(NEW, &site.admin).await;
            patch(site, NEW, json!({"TeamSettings": {"SiteName": "Lab"}})).await;
            !near.events().await.contains(&"config_changed".to_owned())
        }
        "config-open-to-members" => {
            let change = json!({"TeamSettings": {"SiteName": "Lab"}});
            site.call(NEW, "PUT", "/config/patch", &before.token, change).await.status == 200
        }
        "environment-key-changed" => {
            let told = patch(site, NEW, json!({"TeamSettings": {"MaxUsersPerTeam": 1}})).await;
            told["TeamSettings"]["MaxUsersPerTeam"] == 1
        }
        _ => return None,
    };
    Some(seen)
}

/// A link needs a post that shows the file.
async fn attached(site: &Site, before: &Before) -> String {
    let post = json!({"channel_id": before.channel, "message": "see", "file_ids": [before.file]});
    assert_eq!(site.post(OLD, "/posts", post).await.status, 201);
    link(site, before).await
}

#[tokio::test]
async fn a_node_that_dies_of_a_flag_says_how() {
    let site = Site::new(true, &[], &Faults::none()).await;
    let listen = "127.0.0.1:0".parse().unwrap();
    let faults = faults("flag-kills");
    let start = async |environment: &[(String, String)]| {
        let release = release::known("11.7.0");
        Node::start_with(site.world.clone(), "node1", release, faults.clone(), listen, environment).await
    };
    let flags = FLAG.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert!(matches!(start(&flags).await, Err(StartError::Exited { code: 1, .. })));
    assert!(start(&[]).await.is_ok());
}

#[tokio::test]
async fn a_flag_lives_in_the_environment_of_its_node_alone() {
    let mut site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    site.start_with("11.6.0", &Faults::none(), &FLAG).await;
    assert_eq!((flag(&site, 0).await, flag(&site, 1).await), (json!("off"), json!("on")));
    assert_eq!(site.get(1, "/system/ping").await.body["TestFeatureFlag"], "on");
    assert!(site.get(0, "/system/ping").await.body.get("TestFeatureFlag").is_none());
    // Another change through its node does not store it.
    patch(&site, 1, json!({"TeamSettings": {"SiteName": "Lab"}})).await;
    assert_eq!((flag(&site, 0).await, flag(&site, 1).await), (json!("off"), json!("on")));
    assert_eq!(site.get(0, "/config").await.body["TeamSettings"]["SiteName"], "Lab");
}

#[tokio::test]
async fn without_clustering_a_patch_that_changes_nothing_stores_an_old_belief() {
    let site = Site::new(false, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let name = async |node| {
        site.post(node, "/config/reload", Value::Null).await;
        site.get(node, "/config").await.body["TeamSettings"]["SiteName"].clone()
    };
    patch(&site, 0, json!({"TeamSettings": {"SiteName": "Lab"}})).await;
    patch(&site, 1, json!({"FeatureFlags": {"TestFeature": "on"}})).await;
    assert_eq!(name(0).await, "Mattermost");
}
