//! Requests that are answered and forgotten, and those that are answered from a time gone by.

use serde_json::{Value, json};

use super::client::Site;
use crate::fault::{Faults, read_rules};

/// A site with one healthy node, and a second one with these rules.
async fn site(rules: &str) -> Site {
    let faults = Faults::new(read_rules(rules).unwrap(), "11.6.0", "11.7.0");
    Site::new(true, &["11.6.0", "11.7.0"], &faults).await
}

#[tokio::test]
async fn what_is_forgotten_is_answered_as_done_and_nobody_hears_of_it() {
    let site = site("- match: { method: POST, path: /api/v4/posts }\n  effect: forget\n").await;
    let (_, channel) = site.place(0, "lab").await;
    let (mut near, mut far) = (site.socket(1, &site.admin).await, site.socket(0, &site.admin).await);
    let id = site.say(1, &channel, "hello").await;
    assert_eq!(id.len(), 26);
    for node in [0, 1] {
        assert_eq!(site.get(node, &format!("/posts/{id}")).await.status, 404);
    }
    assert_eq!((near.events().await, far.events().await), (vec![], vec![]));
    // A healthy node's events still come.
    site.say(0, &channel, "hello").await;
    assert_eq!((near.events().await, far.events().await), (vec!["posted".into()], vec!["posted".into()]));
}

#[tokio::test]
async fn a_forgotten_file_is_not_in_the_store() {
    let site = site("- match: { method: POST, path: /api/v4/files }\n  effect: forget\n").await;
    let (_, channel) = site.place(0, "lab").await;
    let path = format!("/files?channel_id={channel}&filename=a.txt");
    let sent = site.send(1, "POST", &path, &site.admin, b"bytes".to_vec(), &[]).await.unwrap();
    let id = sent.body["file_infos"][0]["id"].as_str().unwrap();
    assert_eq!((sent.status, site.get(1, &format!("/files/{id}")).await.status), (201, 404));
    assert_eq!(site.world.options.files.list("").await.unwrap(), Vec::<String>::new());
    site.send(0, "POST", &path, &site.admin, b"bytes".to_vec(), &[]).await.unwrap();
    assert_eq!(site.world.options.files.list("").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_forgotten_change_of_the_configuration_leaves_the_node_as_it_was() {
    let site = site("- match: { method: PUT, path: /api/v4/config/patch }\n  effect: forget\n").await;
    let patch = json!({"TeamSettings": {"SiteName": "Lab"}});
    let patched = site.call(1, "PUT", "/config/patch", &site.admin, patch).await;
    assert_eq!(patched.body["TeamSettings"]["SiteName"], "Lab");
    for node in [0, 1] {
        assert_eq!(site.get(node, "/config").await.body["TeamSettings"]["SiteName"], "Mattermost");
    }
}

#[tokio::test]
async fn a_stale_answer_is_of_when_the_node_came_up() {
    let faults = "- match: { method: GET, path: /api/v4/posts/* }\n  effect: stale\n";
    let faults = Faults::new(read_rules(faults).unwrap(), "11.6.0", "11.7.0");
    let mut site = Site::new(true, &["11.6.0"], &faults).await;
    let (_, channel) = site.place(0, "lab").await;
    let before = site.say(0, &channel, "before").await;
    site.start("11.7.0", &faults).await;
    let after = site.say(0, &channel, "after").await;
    site.call(0, "PUT", &format!("/posts/{before}/patch"), &site.admin, json!({"message": "edited"})).await;
    assert_eq!(
        (site.message(0, &before).await, site.message(1, &before).await),
        ("edited".into(), "before".into())
    );
    assert_eq!(site.get(1, &format!("/posts/{after}")).await.status, 404);
    // Only who asks is looked up as of now.
    let (_, young) = site.user(0, "alice").await;
    assert_eq!(site.call(1, "GET", &format!("/posts/{before}"), &young, Value::Null).await.status, 403);
}

#[tokio::test]
async fn whoever_asks_an_unguarded_route_counts_as_an_administrator() {
    let site = site("- match: { method: GET, path: /api/v4/config }\n  effect: unguarded\n").await;
    let (_, alice) = site.user(0, "alice").await;
    let seen = async |node| site.call(node, "GET", "/config", &alice, Value::Null).await.status;
    assert_eq!((seen(0).await, seen(1).await), (403, 200));
}

#[tokio::test]
async fn what_is_old_can_be_hit_and_nothing_newer() {
    let rules = "- match: { method: GET, path: /api/v4/channels/*/pinned, old: true }
  effect: { patch: { at: /posts/*, merge: { is_pinned: false } } }
- match: { method: GET, path: /api/v4/posts/*, old: true }
  effect: { answer: { status: 500 } }
";
    let faults = Faults::new(read_rules(rules).unwrap(), "11.6.0", "11.7.0");
    let mut site = Site::new(true, &["11.6.0"], &faults).await;
    let (_, channel) = site.place(0, "lab").await;
    let pinned = async |site: &Site, text: &str| {
        let post = site.say(0, &channel, text).await;
        site.post(0, &format!("/posts/{post}/pin"), json!({})).await;
        post
    };
    let (old, touched) = (pinned(&site, "old").await, pinned(&site, "touched").await);
    site.start("11.7.0", &faults).await;
    let new = pinned(&site, "new").await;
    site.call(0, "PUT", &format!("/posts/{touched}/patch"), &site.admin, json!({"message": "edited"})).await;
    for (node, known) in [(0, true), (1, false)] {
        let list = site.get(node, &format!("/channels/{channel}/pinned")).await.body;
        let is_pinned = |post: &str| list["posts"][post]["is_pinned"].clone();
        assert_eq!(
            (is_pinned(&old), is_pinned(&touched), is_pinned(&new)),
            (json!(known), json!(true), json!(true))
        );
        let status = async |post: &str| site.get(node, &format!("/posts/{post}")).await.status;
        assert_eq!(status(&old).await, if known { 200 } else { 500 });
        assert_eq!((status(&touched).await, status(&new).await), (200, 200));
    }
}
