//! Kinds of rows that nothing but a look at old ones asks for: made, shown, changed, gone; and what needs a licence.

use serde_json::{Value, json};

use super::client::Site;
use super::product_probes;
use crate::db::world::Options;
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

#[tokio::test]
async fn a_file_of_a_board_is_read_by_its_name_and_by_the_boards_people_alone() {
    let options = Options { switched_on: vec!["focalboard".into()], ..Options::default() };
    let site = Site::of(options, &["11.6.0"], &Faults::none()).await;
    let (team, channel) = site.place(0, "lab").await;
    let board = product_probes::make(&site, &team, &channel).await.board().to_owned();
    let form = "multipart/form-data; boundary=xyz";
    let headers = [("X-Requested-With", "XMLHttpRequest"), ("Content-Type", form)];
    let sent = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.TXT\"\r\n\r\nnotes\r\n--xyz--\r\n";
    let path = format!("!/plugins/focalboard/api/v2/teams/{team}/{board}/files");
    let sent = site.send(0, "POST", &path, &site.admin, sent.into(), &headers).await.unwrap();
    let name = sent.body["fileId"].as_str().unwrap();
    assert_eq!((sent.status, name.len(), &name[27..]), (200, 31, ".txt"));
    let file = format!("/files/teams/{team}/{board}/{name}");
    assert_eq!(product_probes::boards(&site, 0, "GET", &file, Value::Null).await.bytes, b"notes");
    let info = product_probes::boards(&site, 0, "GET", &format!("{file}/info"), Value::Null).await.body;
    assert_eq!(
        (&info["name"], &info["size"], &info["id"]),
        (&json!("a.TXT"), &json!(5), &json!(name[1..27]))
    );
    let (_, stranger) = site.user(0, "alice").await;
    let path = format!("!/plugins/focalboard/api/v2{file}");
    let refused = site.send(0, "GET", &path, &stranger, Vec::new(), &headers[..1]).await.unwrap();
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_retrospective_has_values_of_the_metrics_of_its_playbook_and_no_others() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let (team, _) = site.place(0, "lab").await;
    let api = product_probes::PLAYBOOKS;
    let playbook = json!({
        "title": "lab", "team_id": team, "public": true, "reminder_timer_default_seconds": 3600,
        "metrics": [{"type": "metric_integer", "title": "lost", "target": null}],
    });
    let playbook = site.post(0, &format!("{api}/playbooks"), playbook).await.id();
    let metrics = site.get(0, &format!("{api}/playbooks/{playbook}")).await.body["metrics"].clone();
    assert_eq!((&metrics[0]["title"], &metrics[0]["target"]), (&json!("lost"), &Value::Null));
    let run =
        json!({"name": "lab", "owner_user_id": site.admin_id, "team_id": team, "playbook_id": playbook});
    let run = format!("{api}/runs/{}", site.post(0, &format!("{api}/runs"), run).await.id());
    let value = json!({"metric_config_id": metrics[0]["id"], "value": 7});
    let told =
        json!({"retrospective": "well", "metrics": [value, {"metric_config_id": "other", "value": 1}]});
    let published = site.post(0, &format!("{run}/retrospective/publish"), told).await;
    assert_eq!((published.status, published.bytes.len()), (200, 0));
    let shown = site.get(0, &run).await.body;
    assert_eq!((&shown["retrospective"], &shown["metrics_data"]), (&json!("well"), &json!([value])));
    assert!(shown["retrospective_published_at"].as_i64() > Some(0));
    site.post(0, &format!("{run}/retrospective"), json!({"retrospective": "better"})).await;
    let shown = site.get(0, &run).await.body;
    assert_eq!((&shown["retrospective"], &shown["metrics_data"]), (&json!("better"), &json!([value])));
}
