//! Rot: each kind of damage, on seven rows that were whole before a node came up.

use serde_json::{Value, json};

use super::client::{PASSWORD, Site};
use super::faults::{Before, OLD};
use super::product_probes::{PLAYBOOKS, boards};
use crate::fault::{self, Decay, Effect, Rot, Written};

/// As many rows as one of which is always hit.
const ROWS: usize = 7;

/// Where a row is read, and what of it must be there.
struct Row {
    path: String,
    says: String,
}

impl Row {
    fn new(path: impl Into<String>, says: impl Into<String>) -> Self {
        Self { path: path.into(), says: says.into() }
    }
}

/// Whether rows are damaged by this fault; nothing when it is none of rot.
pub(super) async fn seen(fault: &str, site: &mut Site, before: &Before) -> Option<bool> {
    let rule = fault::find(fault)?.rules.first()?.clone();
    let Effect::Rot(rot) = rule.effect else { return None };
    let mut rows = Vec::new();
    for n in 0..ROWS {
        rows.push(row(rot, n, site, before).await);
    }
    let count = async |site: &Site, node| {
        let path = format!("/channels/{}/posts?per_page=200", before.channel);
        site.get(node, &path).await.body["order"].as_array().unwrap().len()
    };
    let length = count(site, OLD).await;
    let faults = site.nodes[1].running.core.faults.clone();
    site.start("11.7.0", &faults).await;
    let newest = site.nodes.len() - 1;
    let mut damaged = false;
    for row in &rows {
        damaged |= !read(site, newest, row).await.contains(&row.says);
    }
    if rot.how == Decay::Double {
        assert!(!damaged);
        damaged = count(site, newest).await > length;
    }
    Some(damaged)
}

async fn read(site: &Site, node: usize, row: &Row) -> String {
    let reply = match row.path.strip_prefix("boards:") {
        Some(path) => boards(site, node, "GET", path, Value::Null).await,
        None => site.get(node, &row.path).await,
    };
    String::from_utf8_lossy(&reply.bytes).into_owned()
}

async fn row(rot: Rot, n: usize, site: &Site, before: &Before) -> Row {
    let Before { team, channel, post, .. } = before;
    let (text, admin) = (format!("text-{n}"), &site.admin_id);
    let put = async |path: String, body: Value| site.call(OLD, "PUT", &path, &site.admin, body).await;
    match rot.of {
        Written::Posts | Written::Edits | Written::Pins | Written::Reactions => {
            said(rot, n, site, channel).await
        }
        Written::Replies => {
            let reply = json!({"channel_id": channel, "root_id": post, "message": text});
            Row::new(format!("/posts/{}", site.post(OLD, "/posts", reply).await.id()), text)
        }
        Written::Files => {
            let path = format!("/files?channel_id={channel}&filename={text}");
            let bytes = text.clone().into_bytes();
            let file = site.send(OLD, "POST", &path, &site.admin, bytes, &[]).await.unwrap();
            Row::new(format!("/files/{}", file.body["file_infos"][0]["id"].as_str().unwrap()), text)
        }
        Written::Drafts => {
            let root = site.say(OLD, channel, "root").await;
            let draft = json!({"channel_id": channel, "root_id": root, "message": text});
            assert_eq!(site.post(OLD, "/drafts", draft).await.status, 201);
            Row::new(format!("/users/me/teams/{team}/drafts"), text)
        }
        Written::Preferences => {
            let row = json!([{"user_id": admin, "category": "lab", "name": format!("n{n}"), "value": text}]);
            assert_eq!(put("/users/me/preferences".into(), row).await.status, 200);
            Row::new("/users/me/preferences", text)
        }
        Written::SidebarCategories => {
            let path = format!("/users/me/teams/{team}/channels/categories");
            let category = json!({"user_id": admin, "team_id": team, "display_name": text, "type": "custom"});
            assert_eq!(site.post(OLD, &path, category).await.status, 200);
            Row::new(path, text)
        }
        Written::ChannelHeaders => {
            let beta =
                json!({"team_id": team, "name": text, "display_name": "Beta", "type": "O", "header": text});
            Row::new(
                format!("/channels/{}", site.post(OLD, "/channels", beta).await.id()),
                format!("\"header\":\"{text}\""),
            )
        }
        Written::TeamMembers | Written::ChannelMembers | Written::Profiles | Written::CustomStatuses => {
            of_user(rot.of, &text, site, before).await
        }
        Written::Cards => {
            let board = before.products.board();
            let card = json!({"title": text, "properties": {}});
            let card = boards(site, OLD, "POST", &format!("/boards/{board}/cards"), card).await.id();
            Row::new(format!("boards:/cards/{card}"), text)
        }
        Written::ChecklistItems => {
            let steps = json!([{"title": "Steps", "items": [{"title": text}]}]);
            let playbook = json!({"title": "lab", "team_id": team, "public": true,
                "reminder_timer_default_seconds": 3600, "checklists": steps});
            let playbook = site.post(OLD, &format!("{PLAYBOOKS}/playbooks"), playbook).await.id();
            let run = json!({"name": text, "owner_user_id": admin, "team_id": team, "playbook_id": playbook});
            let run = site.post(OLD, &format!("{PLAYBOOKS}/runs"), run).await.id();
            Row::new(format!("{PLAYBOOKS}/runs/{run}"), format!("\"title\":\"{text}\""))
        }
    }
}

/// A post, and what became of it while all was well.
async fn said(rot: Rot, n: usize, site: &Site, channel: &str) -> Row {
    let text = format!("text-{n}");
    let post = site.say(OLD, channel, &text).await;
    let path = format!("/posts/{post}");
    match (rot.of, rot.how) {
        (Written::Edits, _) => {
            let patch = json!({"message": format!("edited-{n}")});
            site.call(OLD, "PUT", &format!("{path}/patch"), &site.admin, patch).await;
            Row::new(path, format!("edited-{n}"))
        }
        (Written::Pins, _) => {
            site.post(OLD, &format!("{path}/pin"), Value::Null).await;
            Row::new(path, "\"is_pinned\":true")
        }
        (Written::Reactions, _) => {
            let smile = json!({"user_id": site.admin_id, "post_id": post, "emoji_name": "smile"});
            site.post(OLD, "/reactions", smile).await;
            Row::new(format!("{path}/reactions"), "smile")
        }
        (_, Decay::Resurrect) => {
            site.call(OLD, "DELETE", &path, &site.admin, Value::Null).await;
            Row::new(path, "\"status_code\":404")
        }
        _ => Row::new(path, text),
    }
}

async fn of_user(of: Written, text: &str, site: &Site, before: &Before) -> Row {
    let Before { team, channel, .. } = before;
    let user = json!({"email": format!("{text}@lab.test"), "username": text, "password": PASSWORD});
    let user = site.post(OLD, "/users", user).await.id();
    let member = json!({"team_id": team, "user_id": user});
    site.post(OLD, &format!("/teams/{team}/members"), member).await;
    let path = format!("/users/{user}");
    match of {
        Written::TeamMembers => Row::new(format!("/teams/{team}/members/{user}"), "\"team_id\""),
        Written::ChannelMembers => {
            site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": user})).await;
            Row::new(format!("/channels/{channel}/members/{user}"), "\"channel_id\"")
        }
        Written::Profiles => {
            let patch = json!({"nickname": format!("nick-{text}")});
            site.call(OLD, "PUT", &format!("{path}/patch"), &site.admin, patch).await;
            Row::new(path, format!("nick-{text}"))
        }
        _ => {
            let status = json!({"emoji": "smile", "text": format!("busy-{text}")});
            site.call(OLD, "PUT", &format!("{path}/status/custom"), &site.admin, status).await;
            Row::new(path, format!("busy-{text}"))
        }
    }
}
