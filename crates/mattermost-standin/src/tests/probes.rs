//! How each fault of people, places, posts and files shows.

use serde_json::{Value, json};

use super::account_probes::accounts;
use super::client::{PASSWORD, Site};
use super::faults::{Before, NEW, OLD};

/// Whether the release node has this fault; nothing when it is none of data.
pub(super) async fn data(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    if let Some(seen) = places(fault, site, before).await {
        return Some(seen);
    }
    if let Some(seen) = posts(fault, site, before).await {
        return Some(seen);
    }
    if let Some(seen) = files(fault, site, before).await {
        return Some(seen);
    }
    accounts(fault, site, before).await
}

async fn places(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { team, channel, user, token, .. } = before;
    let bob = json!({"email": "bob@lab.test", "username": "bob", "password": PASSWORD});
    let other = json!({"name": "other", "display_name": "Other", "type": "O"});
    let beta = json!({"team_id": team, "name": "beta", "display_name": "Beta", "type": "O"});
    let seen = match fault {
        "user-create-500" => site.post(NEW, "/users", bob).await.status == 500,
        "user-lost" => {
            let id = site.post(NEW, "/users", bob).await.id();
            site.get(OLD, &format!("/users/{id}")).await.status == 404
        }
        "user-by-id-404" => site.get(NEW, &format!("/users/{user}")).await.status == 404,
        "user-email-lost" => site.get(NEW, &format!("/users/{user}")).await.body["email"] == "",
        "team-create-500" => site.post(NEW, "/teams", other).await.status == 500,
        "team-lost" => {
            let id = site.post(NEW, "/teams", other).await.id();
            site.get(NEW, &format!("/teams/{id}")).await.status == 404
        }
        "team-member-add-lost" => {
            let id = site.post(NEW, "/teams", other).await.id();
            let member = json!({"team_id": id, "user_id": user});
            assert_eq!(site.post(NEW, &format!("/teams/{id}/members"), member).await.status, 201);
            site.get(NEW, &format!("/teams/{id}/members/{user}")).await.status == 404
        }
        "channel-create-500" => site.post(NEW, "/channels", beta).await.status == 500,
        "channel-lost" => {
            let id = site.post(NEW, "/channels", beta).await.id();
            site.get(OLD, &format!("/channels/{id}")).await.status == 404
        }
        "member-add-lost" => {
            let added =
                site.post(NEW, &format!("/channels/{channel}/members"), json!({"user_id": user})).await;
            assert_eq!(added.status, 201);
            site.get(OLD, &format!("/channels/{channel}/members/{user}")).await.status == 404
        }
        "private-channel-open" => {
            let secret = json!({"team_id": team, "name": "secret", "display_name": "S", "type": "P"});
            let id = site.post(OLD, "/channels", secret).await.id();
            site.call(NEW, "GET", &format!("/channels/{id}"), token, Value::Null).await.status == 200
        }
        "header-not-saved" => {
            let path = format!("/channels/{channel}/patch");
            let patched = site.call(NEW, "PUT", &path, &site.admin, json!({"header": "new"})).await;
            assert_eq!(patched.body["header"], "new");
            site.get(NEW, &format!("/channels/{channel}")).await.body["header"] == ""
        }
        _ => return None,
    };
    Some(seen)
}

async fn posts(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { channel, post, .. } = before;
    let order = async || site.get(NEW, &format!("/channels/{channel}/posts")).await.body["order"].clone();
    let said = json!({"channel_id": channel, "message": "hello"});
    let seen = match fault {
        "post-create-500" => site.post(NEW, "/posts", said).await.status == 500,
        "post-answer-lost" => {
            let body = said.to_string().into_bytes();
            let answer = site.send(NEW, "POST", "/posts", &site.admin, body, &[]).await;
            let stored = site.get(OLD, &format!("/channels/{channel}/posts")).await.body;
            assert!(stored["posts"].to_string().contains("hello"));
            answer.is_err()
        }
        "lost-post" => {
            let id = site.say(NEW, channel, "hello").await;
            assert_eq!(id.len(), 26);
            site.get(NEW, &format!("/posts/{id}")).await.status == 404
        }
        "duplicate-post" => {
            let before = order().await.as_array()?.len();
            site.say(NEW, channel, "hello").await;
            order().await.as_array()?.len() == before + 2
        }
        "edit-not-seen" => {
            let path = format!("/posts/{post}/patch");
            let edited = site.call(NEW, "PUT", &path, &site.admin, json!({"message": "after"})).await;
            assert_eq!(edited.body["message"], "after");
            site.message(OLD, post).await == "before"
        }
        "delete-not-done" => {
            let path = format!("/posts/{post}");
            assert_eq!(site.call(NEW, "DELETE", &path, &site.admin, Value::Null).await.status, 200);
            site.get(NEW, &path).await.status == 200
        }
        "reaction-lost" => {
            let smile = json!({"user_id": site.admin_id, "post_id": post, "emoji_name": "smile"});
            assert_eq!(site.post(NEW, "/reactions", smile).await.status, 200);
            site.get(NEW, &format!("/posts/{post}/reactions")).await.body == json!([])
        }
        "text-mangled" => {
            let id = site.say(NEW, channel, "Grüße").await;
            site.message(OLD, &id).await == "Gr??e"
        }
        "posts-reversed" => {
            let id = site.say(NEW, channel, "hello").await;
            order().await[0] != id.as_str()
        }
        "migration-drops-posts" => site.get(NEW, &format!("/posts/{post}")).await.status == 404,
        _ => return None,
    };
    Some(seen)
}

async fn files(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let path = format!("/files?channel_id={}&filename=new.txt", before.channel);
    let upload =
        async || site.send(NEW, "POST", &path, &site.admin, b"new bytes".to_vec(), &[]).await.unwrap();
    let old = async || site.get(NEW, &format!("/files/{}", before.file)).await;
    let seen = match fault {
        "file-corrupt" => {
            let bytes = old().await.bytes;
            bytes.len() == 9 && bytes != b"old bytes"
        }
        "file-truncated" => old().await.bytes == b"old ",
        "migration-drops-files" => old().await.status == 404,
        "file-upload-500" => upload().await.status == 500,
        "file-not-in-bucket" => {
            let id = upload().await.body["file_infos"][0]["id"].as_str()?.to_owned();
            assert_eq!(site.get(OLD, &format!("/files/{id}")).await.bytes, b"new bytes");
            site.world.options.files.list("").await.unwrap().len() == 1
        }
        _ => return None,
    };
    Some(seen)
}
