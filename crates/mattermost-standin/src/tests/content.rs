//! How each fault of `content.yaml` shows: files, threads, pins, and what becomes of channels and teams.

use serde_json::{Value, json};

use super::client::{Reply, Site};
use super::faults::{Before, NEW, OLD};
use basics::png;

/// Whether the release node has this fault; nothing when it is none of these.
pub(super) async fn content(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    if let Some(seen) = files(fault, site, before).await {
        return Some(seen);
    }
    if let Some(seen) = posts(fault, site, before).await {
        return Some(seen);
    }
    places(fault, site, before).await
}

/// A form with a picture and perhaps a text, sent to the node on release.
async fn form(site: &Site, path: &str, emoji: &str, picture: &[u8]) -> Reply {
    let mut body = Vec::new();
    for (name, more, value) in [("emoji", "", emoji.as_bytes()), ("image", "; filename=\"p.png\"", picture)] {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").bytes());
        body.extend(value);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    let kind = [("Content-Type", "multipart/form-data; boundary=x")];
    site.send(NEW, "POST", path, &site.admin, body, &kind).await.unwrap()
}

async fn files(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { channel, team, post: _, .. } = before;
    let picture = png::plain(200, 150, [9, 9, 9]);
    let uploaded = async || {
        let path = format!("/files?channel_id={channel}&filename=p.png");
        let reply = site.send(NEW, "POST", &path, &site.admin, picture.clone(), &[]).await.unwrap();
        reply.body["file_infos"][0]["id"].as_str().unwrap().to_owned()
    };
    let begun = async || {
        let told = json!({"channel_id": channel, "filename": "u.bin", "file_size": 10});
        site.post(NEW, "/uploads", told).await
    };
    let part = async |node: usize, id: &str| {
        let path = format!("/uploads/{id}");
        site.send(node, "POST", &path, &site.admin, b"0123456789".to_vec(), &[]).await.unwrap()
    };
    let named = async |name: &str| {
        let told = json!({"name": name, "creator_id": site.admin_id}).to_string();
        let made = form(site, "/emoji", &told, &picture).await;
        assert_eq!(made.status, 200);
        made.id()
    };
    let seen = match fault {
        "upload-create-500" => begun().await.status == 500,
        "upload-truncated" => {
            let done = part(NEW, &begun().await.id()).await;
            assert_eq!(done.body["size"], 10);
            site.get(OLD, &format!("/files/{}", done.id())).await.bytes == b"01234"
        }
        "upload-part-forgotten" => part(NEW, &begun().await.id()).await.status == 404,
        "thumbnail-missing" => {
            let id = uploaded().await;
            site.get(NEW, &format!("/files/{id}/thumbnail")).await.status == 404
        }
        "preview-not-stored" => {
            let id = uploaded().await;
            assert_eq!(site.get(NEW, &format!("/files/{id}/preview")).await.status, 200);
            let keys = site.world.options.files.list("").await.unwrap();
            keys.iter().all(|key| !key.contains("_preview"))
        }
        "portrait-lost" => {
            let path = format!("/users/{}/image", site.admin_id);
            assert_eq!(form(site, &path, "", &picture).await.status, 200);
            site.get(OLD, &path).await.bytes != picture
        }
        "team-icon-lost" => {
            let path = format!("/teams/{team}/image");
            assert_eq!(form(site, &path, "", &picture).await.status, 200);
            site.get(OLD, &path).await.status == 404
        }
        "emoji-lost" => {
            named("lost").await;
            site.get(OLD, "/emoji/name/lost").await.status == 404
        }
        "emoji-stays" => {
            let id = named("stays").await;
            let gone = site.call(NEW, "DELETE", &format!("/emoji/{id}"), &site.admin, Value::Null).await;
            assert_eq!(gone.status, 200);
            site.get(OLD, "/emoji/name/stays").await.status == 200
        }
        "emoji-picture-404" => {
            let id = named("bare").await;
            site.get(NEW, &format!("/emoji/{id}/image")).await.status == 404
        }
        "public-link-dead" | "public-link-guessed" => {
            let on = json!({"FileSettings": {"EnablePublicLink": true}});
            site.call(OLD, "PUT", "/config/patch", &site.admin, on).await;
            let id = uploaded().await;
            let post = json!({"channel_id": channel, "message": "f", "file_ids": [id]});
            assert_eq!(site.post(NEW, "/posts", post).await.status, 201);
            let link = site.get(NEW, &format!("/files/{id}/link")).await.body["link"].clone();
            let path = format!("!{}", &link.as_str()?[link.as_str()?.find("/files/")?..]);
            let nobody = async |path: &str| site.call(NEW, "GET", path, "", Value::Null).await.status;
            match fault {
                "public-link-dead" => nobody(&path).await == 404,
                _ => nobody(&format!("{path}x")).await == 200,
            }
        }
        _ => return None,
    };
    Some(seen)
}

async fn posts(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { team, channel, post, user, token, .. } = before;
    let replied = async || {
        let reply = json!({"channel_id": channel, "root_id": post, "message": "reply"});
        let reply = site.post(NEW, "/posts", reply).await;
        assert_eq!(reply.status, 201);
        reply.id()
    };
    let patched = async |token: &str| {
        let path = format!("/posts/{post}/patch");
        site.call(NEW, "PUT", &path, token, json!({"message": "after"})).await.status
    };
    let seen = match fault {
        "reply-lost" => {
            let id = replied().await;
            site.get(OLD, &format!("/posts/{id}")).await.status == 404
        }
        "thread-without-replies" => {
            replied().await;
            site.get(NEW, &format!("/posts/{post}/thread")).await.body["order"] == json!([post])
        }
        "reply-count-zero" => {
            replied().await;
            site.get(NEW, &format!("/posts/{post}")).await.body["reply_count"] == 0
        }
        "pin-lost" => {
            assert_eq!(site.post(NEW, &format!("/posts/{post}/pin"), Value::Null).await.status, 200);
            site.get(OLD, &format!("/posts/{post}")).await.body["is_pinned"] == false
        }
        "edit-history-lost" => {
            assert_eq!(patched(&site.admin).await, 200);
            site.get(NEW, &format!("/posts/{post}/edit_history")).await.status == 404
        }
        "direct-message-lost" | "direct-event-lost" => {
            let mut near = site.socket(NEW, &site.admin).await;
            let direct = site.post(NEW, "/channels/direct", json!([site.admin_id, user])).await.id();
            let id = site.say(NEW, &direct, "psst").await;
            let heard = near.events().await.iter().any(|event| event == "posted");
            let stored = site.get(OLD, &format!("/posts/{id}")).await.status == 200;
            !heard && stored == (fault == "direct-event-lost")
        }
        "reaction-event-lost" | "delete-event-lost" => {
            let mut near = site.socket(NEW, &site.admin).await;
            let id = site.say(NEW, channel, "hello").await;
            let smile = json!({"user_id": site.admin_id, "post_id": id, "emoji_name": "smile"});
            site.post(NEW, "/reactions", smile).await;
            site.call(NEW, "DELETE", &format!("/posts/{id}"), &site.admin, Value::Null).await;
            near.events().await != ["posted", "reaction_added", "post_deleted"]
        }
        "preference-event-lost" => {
            let mut near = site.socket(NEW, &site.admin).await;
            let row = json!([{"user_id": site.admin_id, "category": "lab", "name": "n", "value": "1"}]);
            site.call(NEW, "PUT", "/users/me/preferences", &site.admin, row).await;
            !near.events().await.iter().any(|event| event == "preferences_changed")
        }
        "search-empty" | "search-500" => {
            let path = format!("/teams/{team}/posts/search");
            let found = site.post(NEW, &path, json!({"terms": "before"})).await;
            found.body["order"] != json!([post])
        }
        "anyone-edits" => patched(token).await == 200,
        "anyone-deletes" => {
            site.call(NEW, "DELETE", &format!("/posts/{post}"), token, Value::Null).await.status == 200
        }
        "private-channel-writable" => {
            let secret = json!({"team_id": team, "name": "secret", "display_name": "S", "type": "P"});
            let id = site.post(OLD, "/channels", secret).await.id();
            let said = json!({"channel_id": id, "message": "let me in"});
            site.call(NEW, "POST", "/posts", token, said).await.status == 201
        }
        _ => return None,
    };
    Some(seen)
}

async fn places(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { team, channel, user, .. } = before;
    let delete = async |path: String| {
        assert_eq!(site.call(NEW, "DELETE", &path, &site.admin, Value::Null).await.status, 200);
    };
    let seen = match fault {
        "channel-rename-lost" => {
            let patch = json!({"display_name": "Later"});
            site.call(NEW, "PUT", &format!("/channels/{channel}/patch"), &site.admin, patch).await;
            site.get(OLD, &format!("/channels/{channel}")).await.body["display_name"] != "Later"
        }
        "archived-channel-back" => {
            delete(format!("/channels/{channel}")).await;
            site.get(OLD, &format!("/channels/{channel}")).await.body["delete_at"] == 0
        }
        "removed-member-stays" => {
            site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": user})).await;
            delete(format!("/channels/{channel}/members/{user}")).await;
            site.get(OLD, &format!("/channels/{channel}/members/{user}")).await.status == 200
        }
        "team-member-stays" => {
            delete(format!("/teams/{team}/members/{user}")).await;
            site.get(OLD, &format!("/teams/{team}/members/{user}")).await.body["delete_at"] == 0
        }
        "team-archive-lost" => {
            delete(format!("/teams/{team}")).await;
            site.get(OLD, &format!("/teams/{team}")).await.body["delete_at"] == 0
        }
        "guest-is-member" | "demote-500" => {
            let demoted = site.post(NEW, &format!("/users/{user}/demote"), Value::Null).await.status;
            let roles = site.get(OLD, &format!("/users/{user}")).await.body["roles"].clone();
            (demoted == 500) == (fault == "demote-500") && roles != "system_guest"
        }
        _ => return None,
    };
    Some(seen)
}
