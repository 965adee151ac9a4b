//! Every fault of the catalogue, observed at a node that runs the release; and a healthy node, where none is.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{PASSWORD, Site, faults};
use super::{
    account_probes, browser_probes, content, due, held_mails, integrations, mail_probes, plugins, probes,
    product_probes, rot, settings, traffic_probes, usage, web_probes,
};
use crate::Options;
use crate::fault::{Effect, Faults, catalogue};

/// What was there before the release came.
pub(super) struct Before {
    pub(super) team: String,
    pub(super) channel: String,
    pub(super) post: String,
    pub(super) file: String,
    pub(super) user: String,
    pub(super) token: String,
    /// The token of an invitation of early@lab.test to the team.
    pub(super) invitation: String,
    pub(super) products: product_probes::Made,
}

/// The node on stable, and the one on the release.
pub(super) const OLD: usize = 0;
pub(super) const NEW: usize = 1;

/// A clustered site half way through an upgrade.
async fn half_way(faults: &Faults) -> (Site, Before) {
    let options = Options { switched_on: vec!["focalboard".into()], ..Options::default() };
    let mut site = Site::of(options, &["11.6.0"], faults).await;
    let (team, channel) = site.place(OLD, "lab").await;
    let post = site.say(OLD, &channel, "before").await;
    let (user, token) = site.user(OLD, "alice").await;
    let member = json!({"team_id": team, "user_id": user});
    site.post(OLD, &format!("/teams/{team}/members"), member).await;
    let path = format!("/files?channel_id={channel}&filename=old.txt");
    let file = site.send(OLD, "POST", &path, &site.admin, b"old bytes".to_vec(), &[]).await.unwrap();
    let file = file.body["file_infos"][0]["id"].as_str().unwrap().to_owned();
    site.post(OLD, &format!("/teams/{team}/invite/email"), json!(["early@lab.test"])).await;
    let invitation = account_probes::token_of(&site, "early@lab.test");
    let products = product_probes::make(&site, &team, &channel).await;
    site.start("11.7.0", faults).await;
    (site, Before { team, channel, post, file, user, token, invitation, products })
}

async fn misbehaves(fault: &str, faults: &Faults) -> bool {
    let (mut site, before) = half_way(faults).await;
    if let Some(seen) = rot::seen(fault, &mut site, &before).await {
        return seen;
    }
    if let Some(seen) = goes_out(fault, &site, &before).await {
        return seen;
    }
    if let Some(seen) = browser_probes::seen(fault, &site).await {
        return seen;
    }
    if let Some(seen) = due::seen(fault, &site, &before) {
        return seen;
    }
    if let Some(seen) = held_mails::seen(fault, &site, &before).await {
        return seen;
    }
    if let Some(seen) = usage::seen(fault, &site) {
        return seen;
    }
    if let Some(seen) = mail_probes::seen(fault, &site, &before).await {
        return seen;
    }
    if let Some(seen) = traffic_probes::seen(fault, &site, &before).await {
        return seen;
    }
    if let Some(seen) = web_probes::seen(fault, &site).await {
        return seen;
    }
    if let Some(seen) = plugins::seen(fault, &site).await {
        return seen;
    }
    if let Some(seen) = settings::shows(fault, &mut site, &before).await {
        return seen;
    }
    if let Some(seen) = product_probes::seen(fault, &site, &before).await {
        return seen;
    }
    if let Some(seen) = probes::data(fault, &site, &before).await {
        return seen;
    }
    match content::content(fault, &site, &before).await {
        Some(seen) => seen,
        None if integrations::knows(fault) => integrations::shows(fault, &mut site, &before).await,
        None => server(fault, &mut site, &before).await.unwrap_or_else(|| panic!("no probe for {fault}")),
    }
}

/// Faults that never get as far as a probe, or show on the old node: tests of their own. What is about an announced change or passes is played whole,
/// between its own versions, by tests/faults.
const APART: [&str; 8] = [
    "exits-at-start",
    "never-ready",
    "posts-hang",
    "flag-kills",
    "first-pin-refused",
    "search-falls-back",
    "boards-too-new",
    "upload-handed-over-refused",
];

#[tokio::test]
async fn every_fault_of_the_catalogue_shows_and_only_on_the_release() {
    let plain = catalogue().iter().filter(|fault| fault.about.is_empty() && !fault.passes);
    // What shows only where a node went back is played by tests/faults, which has such nodes.
    let plain = plain.filter(|fault| !fault.is_of_rollback());
    // So is what hits old rows alone; how that works is told by `forgotten`.
    let plain = plain.filter(|fault| !fault.rules.iter().any(|rule| rule.matches.old));
    let names = plain.map(|fault| fault.id.as_str()).filter(|id| !APART.contains(id));
    let mut wrong = Vec::new();
    for name in names {
        if !misbehaves(name, &faults(name)).await {
            wrong.push(format!("{name} does not show"));
        }
        if misbehaves(name, &Faults::none()).await {
            wrong.push(format!("{name} shows on a healthy server"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Whether the node is out after a channel was made; nothing when the fault is no outage. How each kind looks is told by `outages`.
async fn goes_out(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let rule = &crate::fault::find(fault)?.rules[0];
    let Effect::Outage(order) = rule.effect else { return None };
    let body = json!({"team_id": before.team, "name": "new", "display_name": "New", "type": "O"});
    drop(site.send(NEW, "POST", "/channels", &site.admin, body.to_string().into_bytes(), &[]).await);
    let outages = site.nodes[NEW].running.core.faults.outages();
    let wanted = if order.everywhere { 2 } else { 1 };
    Some(outages.len() == wanted && outages.iter().all(|outage| outage.kind == order.kind))
}

#[tokio::test]
async fn a_hanging_answer_never_comes() {
    let (site, before) = half_way(&faults("posts-hang")).await;
    let path = format!("/channels/{}/posts", before.channel);
    assert_eq!(site.get(OLD, &path).await.status, 200);
    assert!(tokio::time::timeout(Duration::from_millis(200), site.get(NEW, &path)).await.is_err());
}

/// Faults of the server itself: what it runs, who is logged in, how it is set.
async fn server(fault: &str, site: &mut Site, before: &Before) -> Option<bool> {
    let client = async |node| site.get(node, "/config/client?format=old").await.body;
    let plugin = async |id: &'static str| {
        let statuses = site.get(NEW, "/plugins/statuses").await.body;
        let cluster = site.get(NEW, "/cluster/status").await.body;
        let new = &cluster[1]["id"];
        let mut all = statuses.as_array().unwrap().clone().into_iter();
        all.find(|one| one["plugin_id"] == id && (one["cluster_id"] == *new))
    };
    let seen = match fault {
        "wrong-version" => client(NEW).await["Version"] == "11.6.0",
        "caught-panic" => {
            let log = site.nodes[NEW].log();
            log.iter().any(|line| line.contains("http: panic serving"))
        }
        "wrong-hash" => {
            site.start("11.7.0", &faults_like(site)).await;
            let hash =
                async |node| site.get(node, "/config/client?format=old").await.body["BuildHash"].clone();
            hash(1).await != hash(2).await
        }
        "schema-one-short" => {
            let list = site.get(NEW, "/system/schema/version").await.body;
            client(NEW).await["SchemaVersion"].as_str()?.parse::<u32>().ok()? != list[0]["version"]
        }
        "schema-row-lost" => {
            let rows =
                async |node| site.get(node, "/system/schema/version").await.body.as_array().unwrap().len();
            rows(NEW).await < rows(OLD).await
        }
        "plugin-missing" => plugin("playbooks").await.is_none(),
        "plugin-not-running" => plugin("playbooks").await?["state"] == 3,
        "playbooks-unlicensed-later" => {
            plugin("playbooks").await?["error"].as_str()?.contains("requires a professional license")
        }
        "plugin-wrong-version" => plugin("playbooks").await?["version"] == "1.0.0",
        "node-missing-from-cluster" => {
            site.get(OLD, "/cluster/status").await.body.as_array().unwrap().len() == 1
        }
        "ping-unhealthy" => {
            site.get(NEW, "/system/ping?get_server_status=true").await.body["database_status"] == "UNHEALTHY"
        }
        "event-lost" => {
            let mut far = site.socket(OLD, &site.admin).await;
            site.say(NEW, &before.channel, "hello").await;
            far.events().await.is_empty()
        }
        "posted-never-sent" | "posted-sent-twice" | "edit-event-lost" => {
            let mut near = site.socket(NEW, &site.admin).await;
            let post = site.say(NEW, &before.channel, "hello").await;
            let patch = json!({"message": "edited"});
            site.call(NEW, "PUT", &format!("/posts/{post}/patch"), &site.admin, patch).await;
            near.events().await != ["posted", "post_edited"]
        }
        "sessions-wiped" => {
            site.call(NEW, "GET", "/users/me", &before.token, Value::Null).await.status == 401
        }
        "stale-session" => {
            let token = site.login(NEW, "alice").await;
            site.call(NEW, "POST", "/users/logout", &token, Value::Null).await;
            let here = site.call(NEW, "GET", "/users/me", &token, Value::Null).await.status;
            assert_eq!(here, 401);
            site.call(OLD, "GET", "/users/me", &token, Value::Null).await.status == 200
        }
        "login-token-dead" => {
            let token = site.login(NEW, "alice").await;
            site.call(NEW, "GET", "/users/me", &token, Value::Null).await.status == 401
        }
        "any-password" => {
            let wrong = json!({"login_id": "alice", "password": "wrong"});
            site.call(NEW, "POST", "/users/login", "", wrong).await.status == 200
        }
        "login-500" => {
            let right = json!({"login_id": "alice", "password": PASSWORD});
            site.call(NEW, "POST", "/users/login", "", right).await.status == 500
        }
        "logout-500" => {
            site.call(NEW, "POST", "/users/logout", &before.token, Value::Null).await.status == 500
        }
        "me-is-empty" => site.get(NEW, "/users/me").await.id().is_empty(),
        "config-500" | "config-not-saved" | "config-not-shared" => {
            let patch = json!({"TeamSettings": {"SiteName": "Lab"}});
            let patched = site.call(NEW, "PUT", "/config/patch", &site.admin, patch).await;
            assert_eq!(patched.status == 500, fault == "config-500" && patched.status != 200);
            site.post(OLD, "/config/reload", Value::Null).await;
            let (here, there) =
                (client(NEW).await["SiteName"] == "Lab", client(OLD).await["SiteName"] == "Lab");
            match fault {
                "config-500" => patched.status == 500,
                "config-not-saved" => !here,
                _ => here && !there,
            }
        }
        _ => return None,
    };
    Some(seen)
}

/// The faults of the site's newest node, for one more node.
fn faults_like(site: &Site) -> Faults {
    site.nodes[NEW].running.core.faults.clone()
}
