//! Kinds of rows that nothing but a look at old ones asks for: made, shown, changed, gone; and what needs a licence.

use serde_json::{Value, json};

use super::client::Site;
use crate::fault::Faults;

/// A row's life: made by a POST, found in its list, changed by this method and path, gone by a DELETE.
async fn lives(site: &Site, list: &str, made: Value, (method, change): (&str, &str), changed: Value) {
    let row = site.post(0, list.split('?').next().unwrap(), made).await;
    assert_eq!(row.status, 201, "{list}: {:?}", row.body);
    let path = format!("{}/{}", list.split('?').next().unwrap(), row.id());
    let listed = site.get(0, list).await.body;
    assert!(listed.as_array().unwrap().contains(&row.body), "{list}: {listed}");
    let after = site.call(0, method, &format!("{path}{change}"), &site.admin, changed).await;
    assert_eq!(after.status, 200, "{list}: {:?}", after.body);
    assert_ne!(site.get(0, list).await.body, listed, "{list}");
    assert_eq!(site.call(0, "DELETE", &path, &site.admin, Value::Null).await.status, 200, "{list}");
    assert!(!site.get(0, list).await.body.to_string().contains(&row.id()), "{list}");
}

#[tokio::test]
async fn rows_are_made_listed_changed_and_deleted() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let (team, channel) = site.place(0, "lab").await;
    let named =
        json!({"name": "x", "display_name": "X", "scope": "team", "source": "custom", "user_ids": []});
    lives(&site, "/oauth/apps", json!({"name": "app"}), ("PUT", ""), json!({"name": "other"})).await;
    lives(&site, "/schemes", named.clone(), ("PUT", "/patch"), json!({"display_name": "Y"})).await;
    lives(&site, "/groups", named, ("PUT", "/patch"), json!({"display_name": "Y"})).await;
    let link = json!({"display_name": "a", "type": "link", "link_url": "https://example.com"});
    let bookmarks = format!("/channels/{channel}/bookmarks");
    lives(&site, &bookmarks, link, ("PATCH", ""), json!({"display_name": "b"})).await;
    let command = json!({"team_id": team, "trigger": "gate", "method": "P", "url": "http://127.0.0.1:9/"});
    let commands = format!("/commands?team_id={team}");
    let changed = json!({"team_id": team, "display_name": "Gate"});
    lives(&site, &commands, command, ("PUT", ""), changed).await;
}

#[tokio::test]
async fn what_needs_a_licence_is_refused_as_recorded() {
    let site = Site::new(false, &["11.6.0"], &Faults::none()).await;
    let (team, channel) = site.place(0, "lab").await;
    let post = site.say(0, &channel, "hello").await;
    let refused = async |path: &str| {
        let reply = site.post(0, path, json!({"channel_id": channel, "name": "x", "team_id": team})).await;
        (reply.status, reply.body["id"].as_str().unwrap_or_default().to_owned())
    };
    for (path, status, id) in [
        ("/posts/schedule".to_owned(), 400, "api.scheduled_posts.license_error"),
        (format!("/users/me/posts/{post}/ack"), 501, "<untranslated>"),
        (
            format!("/channels/{channel}/bookmarks"),
            501,
            "api.channel.bookmark.channel_bookmark.license.error",
        ),
        ("/custom_profile_attributes/fields".into(), 403, "api.custom_profile_attributes.license_error"),
        ("/schemes".into(), 501, "api.scheme.create_scheme.license.error"),
    ] {
        assert_eq!(refused(&path).await, (status, id.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn what_a_member_has_not_read_is_counted_until_they_look() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let (team, channel) = site.place(0, "lab").await;
    let (alice, token) = site.user(0, "alice").await;
    site.post(0, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": alice})).await;
    site.post(0, &format!("/channels/{channel}/members"), json!({"user_id": alice})).await;
    let name = site.get(0, &format!("/users/{alice}")).await.body["username"].clone();
    site.say(0, &channel, &format!("hello @{}", name.as_str().unwrap())).await;
    let unread = async || {
        let path = format!("/users/{alice}/channels/{channel}/unread");
        let told = site.call(0, "GET", &path, &token, Value::Null).await.body;
        (told["msg_count"].clone(), told["mention_count"].clone())
    };
    assert_eq!(unread().await, (json!(1), json!(1)));
    let view = json!({"channel_id": channel});
    site.call(0, "POST", &format!("/channels/members/{alice}/view"), &token, view).await;
    assert_eq!(unread().await, (json!(0), json!(0)));
}
