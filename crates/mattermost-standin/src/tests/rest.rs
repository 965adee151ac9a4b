//! One node: what each area answers.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::client::{PASSWORD, Site};
use crate::fault::Faults;
use basics::tarball;

async fn one() -> Site {
    Site::new(false, &["11.6.0"], &Faults::none()).await
}

#[tokio::test]
async fn ping_and_unknown_routes_answer_as_recorded() {
    let site = one().await;
    let ping = site.call(0, "GET", "/system/ping?get_server_status=true", "", Value::Null).await;
    assert_eq!((ping.status, ping.header("filestore_status")), (200, "OK"));
    assert_eq!(ping.body["database_status"], "OK");
    assert_eq!(ping.header("x-request-id").len(), 26);
    let version = ping.header("x-version-id");
    assert!(version.starts_with("11.6.0.11.6.0.") && version.ends_with(".false"), "{version}");
    assert_eq!(site.call(0, "HEAD", "/system/ping", "", Value::Null).await.status, 404);
    for (method, path) in [("GET", "/nope"), ("PATCH", "/users")] {
        let unknown = site.call(0, method, path, "", Value::Null).await;
        assert_eq!((unknown.status, unknown.id().as_str()), (404, "api.context.404.app_error"));
        assert_eq!(unknown.header("x-request-id"), "");
    }
}

#[tokio::test]
async fn the_first_user_is_admin_and_the_second_is_not() {
    let site = one().await;
    let me = site.get(0, "/users/me").await;
    assert_eq!(me.body["roles"], "system_admin system_user");
    assert_eq!(site.get(0, "/users/me").await.header("etag"), me.header("etag"));
    let (alice, token) = site.user(0, "alice").await;
    let seen = site.call(0, "GET", &format!("/users/{}", site.admin_id), &token, Value::Null).await;
    assert!(seen.body.get("notify_props").is_none() && seen.body.get("last_password_update").is_none());
    let refused = site.call(0, "GET", "/config", &token, Value::Null).await;
    assert_eq!((refused.status, refused.id().as_str()), (403, "api.context.permissions.app_error"));
    assert_eq!(site.get(0, "/users/username/alice").await.id(), alice);
    assert_eq!(site.get(0, "/users/email/alice@lab.test").await.id(), alice);
    assert_eq!(site.post(0, "/users/ids", json!([alice])).await.body[0]["username"], "alice");
}

#[tokio::test]
async fn sessions_begin_with_a_login_and_end_with_a_logout() {
    let site = one().await;
    let wrong = json!({"login_id": "sysadmin", "password": "wrong"});
    let refused = site.call(0, "POST", "/users/login", "", wrong).await;
    assert_eq!(refused.id(), "api.user.login.invalid_credentials_email_username");
    let token = site.login(0, "sysadmin@lab.test").await;
    assert_eq!(site.call(0, "GET", "/users/me/sessions", &token, Value::Null).await.body[0]["token"], "");
    assert_eq!(site.call(0, "POST", "/users/logout", &token, Value::Null).await.status, 200);
    let after = site.call(0, "GET", "/users/me", &token, Value::Null).await;
    assert_eq!((after.status, after.id().as_str()), (401, "api.context.session_expired.app_error"));
}

#[tokio::test]
async fn a_deactivated_user_is_locked_out_until_activated() {
    let site = one().await;
    let (bob, token) = site.user(0, "bob").await;
    let path = format!("/users/{bob}/active");
    assert_eq!(site.call(0, "PUT", &path, &site.admin, json!({"active": false})).await.status, 200);
    assert_eq!(site.call(0, "GET", "/users/me", &token, Value::Null).await.status, 401);
    assert_eq!(site.login(0, "bob").await, "");
    site.call(0, "PUT", &path, &site.admin, json!({"active": true})).await;
    assert_eq!(site.login(0, "bob").await.len(), 26);
}

#[tokio::test]
async fn strangers_read_open_channels_of_their_team_and_no_private_ones() {
    let site = one().await;
    let (team, alpha) = site.place(0, "lab").await;
    let (alice, token) = site.user(0, "alice").await;
    let path = format!("/channels/{alpha}");
    assert_eq!(site.call(0, "GET", &path, &token, Value::Null).await.status, 403);
    let added =
        site.post(0, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": alice})).await;
    assert_eq!(added.status, 201);
    assert_eq!(site.call(0, "GET", &path, &token, Value::Null).await.status, 200);
    let secret = json!({"team_id": team, "name": "secret", "display_name": "Secret", "type": "P"});
    let secret = site.post(0, "/channels", secret).await.id();
    let refused = site.call(0, "GET", &format!("/channels/{secret}"), &token, Value::Null).await;
    assert_eq!(refused.status, 403);
    let members = site.post(0, &format!("/channels/{secret}/members"), json!({"user_id": alice})).await;
    assert_eq!(members.status, 201);
    assert_eq!(site.call(0, "GET", &format!("/channels/{secret}"), &token, Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_post_is_edited_replied_to_and_deleted() {
    let site = one().await;
    let (_, alpha) = site.place(0, "lab").await;
    let post = site.say(0, &alpha, "hello").await;
    let reply = json!({"channel_id": alpha, "message": "reply", "root_id": post});
    let reply = site.post(0, "/posts", reply).await.id();
    let edited = json!({"message": "hello again"});
    let edited = site.call(0, "PUT", &format!("/posts/{post}/patch"), &site.admin, edited).await;
    assert_eq!(edited.body["edit_at"], edited.body["update_at"]);
    assert_eq!(edited.body["reply_count"], 1);
    let history = site.get(0, &format!("/posts/{post}/edit_history")).await;
    assert_eq!(history.body[0]["message"], "hello");
    let thread = site.get(0, &format!("/posts/{post}/thread")).await;
    assert_eq!(thread.body["order"], json!([post, reply]));
    let page = site.get(0, &format!("/channels/{alpha}/posts?per_page=2")).await;
    assert_eq!(page.body["order"], json!([reply, post]));
    let second = json!({"channel_id": alpha, "message": "second", "root_id": post});
    let second = site.post(0, "/posts", second).await;
    assert_eq!(second.body["reply_count"], 2);
    site.call(0, "DELETE", &format!("/posts/{}", second.id()), &site.admin, Value::Null).await;
    assert_eq!(site.get(0, &format!("/posts/{post}")).await.body["reply_count"], 1);
    site.call(0, "DELETE", &format!("/posts/{post}"), &site.admin, Value::Null).await;
    assert_eq!(site.get(0, &format!("/posts/{reply}")).await.status, 404);
    assert_eq!(site.get(0, &format!("/posts/{post}")).await.id(), "app.post.get.app_error");
    let deleted = site.get(0, &format!("/posts/{post}?include_deleted=true")).await;
    assert_ne!(deleted.body["delete_at"], 0);
}

#[tokio::test]
async fn the_same_pending_id_is_the_same_post() {
    let site = one().await;
    let (_, alpha) = site.place(0, "lab").await;
    let body =
        json!({"channel_id": alpha, "message": "once", "pending_post_id": format!("{}:1", site.admin_id)});
    let first = site.post(0, "/posts", body.clone()).await.id();
    assert_eq!(site.post(0, "/posts", body).await.id(), first);
}

#[tokio::test]
async fn files_come_back_byte_for_byte_and_lie_under_the_products_keys() {
    let site = one().await;
    let (_, alpha) = site.place(0, "lab").await;
    let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let url = site.url(0, "/files");
    let part = || Part::bytes(bytes.clone()).file_name("notes.txt");
    let form = Form::new().text("channel_id", alpha.clone()).part("files", part());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let upload = http.post(&url).bearer_auth(&site.admin).multipart(form).send().await.unwrap();
    assert_eq!(upload.status(), 201);
    let body: Value = serde_json::from_slice(&upload.bytes().await.unwrap()).unwrap();
    let id = body["file_infos"][0]["id"].as_str().unwrap().to_owned();
    let late = Form::new().part("files", part()).text("channel_id", alpha.clone());
    let late = http.post(&url).bearer_auth(&site.admin).multipart(late).send().await.unwrap();
    assert_eq!(late.status(), 400);
    assert_eq!(site.get(0, &format!("/files/{id}")).await.bytes, bytes);
    let path = format!("/files/{id}");
    let part = site.send(0, "GET", &path, &site.admin, vec![], &[("Range", "bytes=0-9")]).await.unwrap();
    assert_eq!((part.status, part.bytes.as_slice()), (206, &bytes[..10]));
    let keys = site.world.options.files.list("").await.unwrap();
    let rest = format!("/teams/noteam/channels/{alpha}/users/{}/{id}/notes.txt", site.admin_id);
    assert_eq!(keys[0].len(), 8 + rest.len());
    assert!(keys[0].ends_with(&rest), "{}", keys[0]);
    let post = json!({"channel_id": alpha, "message": "with a file", "file_ids": [id]});
    let post = site.post(0, "/posts", post).await;
    assert_eq!(post.body["metadata"]["files"][0]["id"], id.as_str());
}

#[tokio::test]
async fn settings_of_the_environment_stay_and_others_change() {
    let site = one().await;
    let patch = json!({"TeamSettings": {"SiteName": "Lab"}, "ServiceSettings": {"EnableDeveloper": false}});
    let before = site.get(0, "/users/me").await.header("x-version-id").to_owned();
    let patched = site.call(0, "PUT", "/config/patch", &site.admin, patch).await;
    assert_eq!(patched.body["TeamSettings"]["SiteName"], "Lab");
    assert_eq!(patched.body["ServiceSettings"]["EnableDeveloper"], true);
    let client = site.call(0, "GET", "/config/client?format=old", "", Value::Null).await;
    assert_eq!((&client.body["SiteName"], &client.body["NoAccounts"]), (&json!("Lab"), &json!("false")));
    assert_ne!(client.header("x-version-id"), before);
    let mut whole = site.get(0, "/config").await.body;
    whole["TeamSettings"]["SiteName"] = json!("Lab 2");
    assert_eq!(site.call(0, "PUT", "/config", &site.admin, whole.clone()).await.body, whole);
    whole["ServiceSettings"]["SiteURL"] = json!("");
    assert_eq!(site.call(0, "PUT", "/config", &site.admin, whole).await.status, 400);
}

#[tokio::test]
async fn a_plugin_is_uploaded_enabled_replaced_and_removed() {
    let site = one().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let upload = async |version: &str, force: &str| {
        let part = Part::bytes(bundle(version)).file_name("tiny.tar.gz");
        let form = Form::new().part("plugin", part).text("force", force.to_owned());
        let url = site.url(0, "/plugins");
        http.post(url).bearer_auth(&site.admin).multipart(form).send().await.unwrap().status().as_u16()
    };
    let status = async |site: &Site| {
        let all = site.get(0, "/plugins/statuses").await.body;
        let tiny = all.as_array().unwrap().iter().find(|one| one["plugin_id"] == "lab.tiny").cloned();
        tiny.map(|tiny| (tiny["state"].clone(), tiny["version"].as_str().unwrap().to_owned()))
    };
    assert_eq!(upload("0.1.0", "false").await, 201);
    assert_eq!(status(&site).await, Some((json!(0), "0.1.0".into())));
    assert_eq!(upload("0.2.0", "false").await, 400);
    assert_eq!(site.post(0, "/plugins/lab.tiny/enable", Value::Null).await.status, 200);
    assert_eq!(status(&site).await, Some((json!(2), "0.1.0".into())));
    assert_eq!(upload("0.2.0", "true").await, 201);
    assert_eq!(status(&site).await, Some((json!(2), "0.2.0".into())));
    let webapps = site.get(0, "/plugins/webapp").await.body;
    assert!(webapps.as_array().unwrap().iter().any(|one| one["id"] == "lab.tiny"));
    let remove = site.call(0, "DELETE", "/plugins/lab.tiny", &site.admin, Value::Null).await;
    assert_eq!(remove.status, 200);
    assert_eq!(status(&site).await, None);
    assert_eq!(site.post(0, "/plugins/lab.tiny/enable", Value::Null).await.status, 404);
}

/// A webapp-only plugin bundle.
fn bundle(version: &str) -> Vec<u8> {
    let manifest =
        json!({"id": "lab.tiny", "name": "Lab Tiny", "version": version, "min_server_version": "9.0.0",
        "webapp": {"bundle_path": "main.js"}})
        .to_string();
    tarball::pack(&[("lab.tiny/plugin.json", manifest.as_bytes())]).unwrap()
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_products_ids() {
    let site = one().await;
    let (team, _) = site.place(0, "lab").await;
    let missing = "a".repeat(26);
    for (method, path, body, status, id) in [
        ("GET", "/users/xyz".to_owned(), Value::Null, 400, "api.context.invalid_url_param.app_error"),
        ("GET", format!("/users/{missing}"), Value::Null, 404, "app.user.missing_account.const"),
        ("GET", format!("/teams/{missing}"), Value::Null, 404, "app.team.get.find.app_error"),
        ("GET", format!("/channels/{missing}"), Value::Null, 404, "app.channel.get.existing.app_error"),
        ("GET", format!("/files/{missing}"), Value::Null, 404, "api.file.get_file_info.app_error"),
        (
            "POST",
            "/teams".to_owned(),
            json!({"name": "A B"}),
            400,
            "model.team.is_valid.characters.app_error",
        ),
        (
            "POST",
            "/teams".to_owned(),
            json!({"name": "lab"}),
            400,
            "store.sql_team.save_team.existing.app_error",
        ),
        (
            "POST",
            "/channels".to_owned(),
            json!({"team_id": team, "name": "alpha", "type": "O"}),
            400,
            "store.sql_channel.save_channel.exists.app_error",
        ),
        (
            "POST",
            "/users".to_owned(),
            json!({"email": "sysadmin@lab.test", "username": "sysadmin", "password": PASSWORD}),
            400,
            "app.user.save.username_exists.app_error",
        ),
    ] {
        let reply = site.call(0, method, &path, &site.admin, body).await;
        assert_eq!((reply.status, reply.id().as_str()), (status, id), "{method} {path}");
        assert_eq!(reply.body["request_id"], reply.header("x-request-id"), "{method} {path}");
    }
}
