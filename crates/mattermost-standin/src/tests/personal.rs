//! What belongs to one user alone, and lists in pages.

use serde_json::{Value, json};

use super::client::Site;
use crate::fault::Faults;

#[tokio::test]
async fn a_draft_is_kept_for_its_channel_and_thread_until_it_is_taken_away() {
    let site = Site::new(true, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let (team, channel) = site.place(0, "lab").await;
    let root = site.say(0, &channel, "root").await;
    let mut socket = site.socket(1, &site.admin).await;
    for (root, message) in [("", "first"), ("", "later"), (root.as_str(), "answer")] {
        let draft = json!({"channel_id": channel, "root_id": root, "message": message});
        assert_eq!(site.post(0, "/drafts", draft).await.status, 201);
    }
    let messages = async |node| {
        let list = site.get(node, &format!("/users/me/teams/{team}/drafts")).await.body;
        let list = list.as_array().unwrap().clone();
        list.into_iter().map(|draft| draft["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(messages(1).await, ["answer", "later"]);
    let path = format!("/users/me/channels/{channel}/drafts");
    for path in [path.clone(), format!("{path}/{root}")] {
        assert_eq!(site.call(1, "DELETE", &path, &site.admin, Value::Null).await.status, 200);
    }
    assert_eq!(messages(0).await, Vec::<String>::new());
    let made = ["draft_created", "draft_created", "draft_created", "draft_deleted", "draft_deleted"];
    assert_eq!(socket.events().await, made);
}

#[tokio::test]
async fn preferences_are_their_owners() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let (alice, token) = site.user(0, "alice").await;
    let path = format!("/users/{alice}/preferences");
    let row = json!([{"user_id": alice, "category": "lab", "name": "x", "value": "1"}]);
    let save = async |token: &str, row: &Value| site.call(0, "PUT", &path, token, row.clone()).await.status;
    assert_eq!(save(&token, &row).await, 200);
    let others = json!([{"user_id": site.admin_id, "category": "lab", "name": "x", "value": "1"}]);
    assert_eq!(save(&token, &others).await, 403);
    assert_eq!(site.get(0, &format!("{path}/lab")).await.body, row);
    assert_eq!(site.get(0, &format!("{path}/lab/name/x")).await.body, row[0]);
    let gone = site.call(0, "POST", &format!("{path}/delete"), &token, row).await;
    assert_eq!((gone.status, site.get(0, &format!("{path}/lab")).await.status), (200, 404));
}

#[tokio::test]
async fn a_custom_status_is_shown_with_its_user() {
    let site = Site::new(true, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let (alice, token) = site.user(0, "alice").await;
    let path = "/users/me/status/custom";
    let shown =
        async |node| site.get(node, &format!("/users/{alice}")).await.body["props"]["customStatus"].clone();
    assert_eq!(shown(1).await, Value::Null);
    let status = json!({"emoji": "smile", "text": "x"});
    assert_eq!(site.call(0, "PUT", path, &token, status).await.status, 200);
    let said: Value = serde_json::from_str(shown(1).await.as_str().unwrap()).unwrap();
    assert_eq!(
        said,
        json!({"emoji": "smile", "text": "x", "duration": "", "expires_at": "0001-01-01T00:00:00Z"})
    );
    assert_eq!(site.call(0, "PUT", path, &token, json!({})).await.status, 400);
    site.call(0, "DELETE", path, &token, Value::Null).await;
    assert_eq!(shown(1).await, Value::Null);
}

#[tokio::test]
async fn a_category_takes_its_channels_out_of_the_others() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let (team, channel) = site.place(0, "lab").await;
    let path = format!("/users/me/teams/{team}/channels/categories");
    let sidebar = async || {
        let body = site.get(0, &path).await.body;
        let of = |one: &Value| {
            let channels = one["channel_ids"].as_array().unwrap();
            (one["type"].as_str().unwrap().to_owned(), channels.contains(&json!(channel)))
        };
        body["categories"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let of = |kind: &str, has: bool| (kind.to_owned(), has);
    let fresh = [of("favorites", false), of("channels", true), of("direct_messages", false)];
    assert_eq!(sidebar().await, fresh);
    let mut category = json!({
        "user_id": site.admin_id, "team_id": team, "display_name": "Mine", "type": "custom", "channel_ids": [channel],
    });
    let id = site.post(0, &path, category.clone()).await.id();
    assert_eq!(sidebar().await[1..3], [of("custom", true), of("channels", false)]);
    category["channel_ids"] = json!([]);
    let changed = site.call(0, "PUT", &format!("{path}/{id}"), &site.admin, category).await;
    assert_eq!((changed.status, &changed.body["display_name"]), (200, &json!("Mine")));
    let gone = site.call(0, "DELETE", &format!("{path}/{id}"), &site.admin, Value::Null).await;
    assert_eq!((gone.status, sidebar().await), (200, fresh.to_vec()));
}

#[tokio::test]
async fn members_are_listed_in_pages() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let (team, channel) = site.place(0, "lab").await;
    for n in 0..4 {
        let (user, _) = site.user(0, &format!("user{n}")).await;
        site.post(0, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": user})).await;
        site.post(0, &format!("/channels/{channel}/members"), json!({"user_id": user})).await;
    }
    for path in [format!("/teams/{team}/members"), format!("/channels/{channel}/members")] {
        let page = async |n: usize| {
            let body = site.get(0, &format!("{path}?page={n}&per_page=2")).await.body;
            body.as_array().unwrap().len()
        };
        assert_eq!([page(0).await, page(1).await, page(2).await, page(3).await], [2, 2, 1, 0], "{path}");
    }
}
