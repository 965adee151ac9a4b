//! Two nodes: what crosses with clustering, and what does not without.

use serde_json::{Value, json};

use super::client::Site;
use crate::fault::Faults;

const PAIR: [&str; 2] = ["11.6.0", "11.6.0"];

async fn clustered() -> Site {
    Site::new(true, &PAIR, &Faults::none()).await
}

async fn shared() -> Site {
    Site::new(false, &PAIR, &Faults::none()).await
}

/// Status of `/users/me` at the second node, before and after a logout at the first.
async fn around_a_logout(site: &Site) -> (u16, u16, String) {
    let token = site.login(0, "sysadmin").await;
    let before = site.call(1, "GET", "/users/me", &token, Value::Null).await.status;
    site.call(0, "POST", "/users/logout", &token, Value::Null).await;
    (before, site.call(1, "GET", "/users/me", &token, Value::Null).await.status, token)
}

#[tokio::test]
async fn a_logout_crosses_with_clustering() {
    assert_eq!(around_a_logout(&clustered().await).await.1, 401);
}

#[tokio::test]
async fn without_clustering_a_session_lives_on_until_caches_are_invalidated_there() {
    let site = shared().await;
    let (before, after, token) = around_a_logout(&site).await;
    assert_eq!((before, after), (200, 200));
    site.post(0, "/caches/invalidate", Value::Null).await;
    assert_eq!(site.call(1, "GET", "/users/me", &token, Value::Null).await.status, 200);
    site.post(1, "/caches/invalidate", Value::Null).await;
    assert_eq!(site.call(1, "GET", "/users/me", &token, Value::Null).await.status, 401);
}

async fn site_name(site: &Site, node: usize) -> Value {
    site.call(node, "GET", "/config/client?format=old", "", Value::Null).await.body["SiteName"].clone()
}

#[tokio::test]
async fn a_setting_crosses_with_clustering_and_else_after_a_reload() {
    let patch = json!({"TeamSettings": {"SiteName": "Lab"}});
    let site = clustered().await;
    site.call(0, "PUT", "/config/patch", &site.admin, patch.clone()).await;
    assert_eq!(site_name(&site, 1).await, "Lab");
    let site = shared().await;
    site.call(0, "PUT", "/config/patch", &site.admin, patch).await;
    assert_eq!(site_name(&site, 1).await, "Mattermost");
    site.post(1, "/config/reload", Value::Null).await;
    assert_eq!(site_name(&site, 1).await, "Lab");
}

#[tokio::test]
async fn accounts_by_id_are_remembered_and_by_name_are_not() {
    let site = shared().await;
    let (alice, _) = site.user(0, "alice").await;
    let by_id = format!("/users/{alice}");
    assert_eq!(site.get(1, &by_id).await.body["nickname"], "");
    let patch = json!({"nickname": "Al"});
    site.call(0, "PUT", &format!("{by_id}/patch"), &site.admin, patch).await;
    assert_eq!(site.get(0, &by_id).await.body["nickname"], "Al");
    assert_eq!(site.get(1, &by_id).await.body["nickname"], "");
    assert_eq!(site.get(1, "/users/username/alice").await.body["nickname"], "Al");
    site.post(1, "/caches/invalidate", Value::Null).await;
    assert_eq!(site.get(1, &by_id).await.body["nickname"], "Al");
}

#[tokio::test]
async fn headers_reactions_and_pages_are_remembered_and_posts_are_not() {
    let site = shared().await;
    let (_, alpha) = site.place(0, "lab").await;
    let post = site.say(0, &alpha, "one").await;
    let (channel, page) = (format!("/channels/{alpha}"), format!("/channels/{alpha}/posts"));
    let reactions = format!("/posts/{post}/reactions");
    assert_eq!(site.get(1, &channel).await.body["header"], "");
    assert_eq!(site.get(1, &reactions).await.body, json!([]));
    let etag = site.get(1, &page).await.header("etag").to_owned();
    site.call(0, "PUT", &format!("{channel}/patch"), &site.admin, json!({"header": "new"})).await;
    let smile = json!({"user_id": site.admin_id, "post_id": post, "emoji_name": "smile"});
    assert_eq!(site.post(0, "/reactions", smile).await.status, 200);
    let second = site.say(0, &alpha, "two").await;
    assert_eq!(site.get(1, &channel).await.body["header"], "");
    assert_eq!(site.get(1, &reactions).await.body, json!([]));
    assert_eq!(site.message(1, &second).await, "two");
    let known = async |node| {
        let etag = [("If-None-Match", etag.as_str())];
        site.send(node, "GET", &page, &site.admin, Vec::new(), &etag).await.unwrap().status
    };
    assert_eq!((known(0).await, known(1).await), (200, 304));
    site.post(1, "/caches/invalidate", Value::Null).await;
    assert_eq!(site.get(1, &channel).await.body["header"], "new");
    assert_eq!(site.get(1, &reactions).await.body[0]["emoji_name"], "smile");
    assert_eq!(known(1).await, 200);
}

#[tokio::test]
async fn a_removed_member_still_reads_on_the_other_node_without_clustering() {
    for (site, expected) in [(shared().await, 200), (clustered().await, 403)] {
        let (team, _) = site.place(0, "lab").await;
        let (alice, token) = site.user(0, "alice").await;
        site.post(0, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": alice})).await;
        let secret = json!({"team_id": team, "name": "secret", "display_name": "Secret", "type": "P"});
        let secret = format!("/channels/{}", site.post(0, "/channels", secret).await.id());
        site.post(0, &format!("{secret}/members"), json!({"user_id": alice})).await;
        assert_eq!(site.call(1, "GET", &secret, &token, Value::Null).await.status, 200);
        let member = format!("{secret}/members/{alice}");
        site.call(0, "DELETE", &member, &site.admin, Value::Null).await;
        assert_eq!(site.call(0, "GET", &secret, &token, Value::Null).await.status, 403);
        assert_eq!(site.call(1, "GET", &secret, &token, Value::Null).await.status, expected);
    }
}

#[tokio::test]
async fn events_reach_every_node_only_with_clustering() {
    for (site, crosses) in [(clustered().await, true), (shared().await, false)] {
        let (_, alpha) = site.place(0, "lab").await;
        let (mut near, mut far) = (site.socket(0, &site.admin).await, site.socket(1, &site.admin).await);
        let post = site.say(0, &alpha, "hello").await;
        let frame = near.event("posted").await;
        assert!(frame["data"]["post"].as_str().unwrap().contains(&post));
        assert_eq!((&frame["seq"], &frame["broadcast"]["channel_id"]), (&json!(1), &json!(alpha)));
        assert_eq!(far.events().await, if crosses { vec!["posted"] } else { vec![] });
    }
}

#[tokio::test]
async fn the_cluster_lists_its_nodes_and_their_plugins() {
    let site = clustered().await;
    let status = site.get(0, "/cluster/status").await.body;
    assert_eq!(status.as_array().unwrap().len(), 2);
    assert_ne!(status[0]["id"], status[1]["id"]);
    assert_eq!(status[0]["config_hash"], status[1]["config_hash"]);
    assert_eq!(site.get(0, "/plugins/statuses").await.body.as_array().unwrap().len(), 4);
    assert!(site.get(0, "/users/me").await.header("x-version-id").ends_with(".true"));
    let site = shared().await;
    assert_eq!(site.get(0, "/cluster/status").await.body, json!([]));
    let plugins = site.get(0, "/plugins/statuses").await.body;
    let states: Vec<&Value> = plugins.as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, [2, 2], "Boards comes with a release and is not switched on");
}

#[tokio::test]
async fn with_clustering_a_switched_plugin_switches_everywhere() {
    let site = clustered().await;
    let route = "!/plugins/playbooks/api/v0/playbooks";
    site.post(0, "/plugins/playbooks/disable", Value::Null).await;
    assert_eq!(site.get(1, route).await.status, 404);
    site.post(0, "/plugins/playbooks/enable", Value::Null).await;
    assert_eq!(site.get(1, route).await.status, 200);
    let site = shared().await;
    site.post(0, "/plugins/playbooks/disable", Value::Null).await;
    assert_eq!((site.get(0, route).await.status, site.get(1, route).await.status), (404, 200));
    site.post(1, "/config/reload", Value::Null).await;
    assert_eq!(site.get(1, route).await.status, 404);
}
