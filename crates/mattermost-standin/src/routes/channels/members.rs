//! Who is in a channel.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::db::rows::ChannelMember;
use crate::db::tables::{Tables, pair};
use crate::events::bus::{Audience, Outdated, SocketEvent};
use crate::events::publish_post::publish_post;
use crate::node::answer::{Answer, Refusal, created, done, ok, read, read_ids, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::channels::channel::said;
use crate::routes::page::Page;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels/{channel_id}/members", get(signed_in(list)).post(signed_in(add)))
        .route("/channels/{channel_id}/members/ids", post(signed_in(by_ids)))
        .route("/channels/{channel_id}/members/{user_id}", get(signed_in(one)).delete(signed_in(remove)))
        .route("/channels/{channel_id}/stats", get(signed_in(stats)))
}

fn add(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    must_be_id(&id, "channel_id")?;
    let body = read(&body, "channel_member")?;
    let user_id = text(&body, "user_id");
    must_be_id(user_id, "user_id").map_err(|_| Refusal::body("user_id or user_ids"))?;
    let channel = node.channel(tables, &id)?;
    let joins = channel.kind == "O" && caller.user_id == user_id && tables.in_team(&channel.team_id, user_id);
    if !joins {
        caller.must_write(node, tables, &channel)?;
    }
    let user = node.user(tables, user_id)?;
    if !channel.is_personal() && !tables.in_team(&channel.team_id, user_id) {
        let message = "No team member found for that user ID and team ID.";
        return Err(Refusal::missing(
            "app.team.get_member.missing.app_error",
            message,
            "TeamMember",
            user_id,
        ));
    }
    let member = ChannelMember {
        channel_id: id.clone(),
        user_id: user_id.into(),
        admin: false,
        update_at: node.world.tick(),
    };
    if let Some(known) = tables.channel_members.get(&pair(&id, user_id)) {
        return created(&tables.member_json(known));
    }
    tables.channel_members.insert(pair(&id, user_id), member.clone());
    node.invalidate(tables, &Outdated::Members(id.clone()));
    let data = json!({"team_id": channel.team_id, "user_id": user_id});
    let mut others = SocketEvent::new("user_added", Audience::Channel(id), data.clone());
    others.omit.push(user_id.to_owned());
    node.publish(tables, &others);
    node.tell(tables, "user_added", Audience::User(user_id.to_owned()), data);
    let by = node.user(tables, &caller.user_id)?;
    let message = format!("{} added to the channel by {}.", user.username, by.username);
    let props = json!({"addedUserId": user.id, "addedUsername": user.username, "userId": by.id,
        "username": by.username});
    publish_post(
        node,
        tables,
        said(node, &caller, &channel, &message, "system_add_to_channel", props),
        "System",
    );
    created(&member.json())
}

fn list(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Answer {
    caller.reading(node, tables, &id)?;
    let members = tables.channel_members.values().filter(|member| member.channel_id == id);
    let list: Vec<Value> = page.of(members).map(|member| tables.member_json(member)).collect();
    ok(&list.into())
}

/// Who of these is in it.
fn by_ids(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let users = read_ids(&body, "user_ids")?;
    if users.is_empty() {
        return Err(Refusal::body("user_ids"));
    }
    caller.reading(node, tables, &id)?;
    let members = users.iter().filter_map(|user| tables.channel_members.get(&pair(&id, user)));
    let list: Vec<Value> = members.map(|member| tables.member_json(member)).collect();
    ok(&list.into())
}

fn one(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((id, user)): Path<(String, String)>,
) -> Answer {
    let user = caller.resolve(&user)?;
    caller.reading(node, tables, &id)?;
    let member = tables.channel_members.get(&pair(&id, &user)).cloned();
    let member = member.ok_or_else(|| {
        let message = "No channel member found for that user ID and channel ID.";
        Refusal::missing("app.channel.get_member.missing.app_error", message, "ChannelMember", &user)
    })?;
    ok(&tables.member_json(&member))
}

fn stats(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.reading(node, tables, &id)?;
    let members = tables.channel_members.values().filter(|member| member.channel_id == id).count();
    let pinned = tables.posts.values().filter(|post| post.channel_id == id && post.is_pinned).count();
    let files =
        tables.files.values().filter(|file| file.channel_id == id && !file.post_id.is_empty()).count();
    ok(&json!({
        "channel_id": id, "member_count": members, "guest_count": 0, "pinnedpost_count": pinned,
        "files_count": files,
    }))
}

fn remove(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((id, user)): Path<(String, String)>,
) -> Answer {
    let user_id = caller.resolve(&user)?;
    let channel = caller.writing(node, tables, &id)?;
    let gone = tables.channel_members.shift_remove(&pair(&id, &user_id));
    gone.ok_or_else(|| {
        let message = "No channel member found for that user ID and channel ID.";
        Refusal::missing("app.channel.get_member.missing.app_error", message, "ChannelMember", &user_id)
    })?;
    node.invalidate(tables, &Outdated::Members(id.clone()));
    let data = json!({"remover_id": caller.user_id, "user_id": user_id});
    node.tell(tables, "user_removed", Audience::Channel(id.clone()), data);
    let data = json!({"channel_id": id, "remover_id": caller.user_id});
    node.tell(tables, "user_removed", Audience::User(user_id.clone()), data);
    let username = node.user(tables, &user_id)?.username;
    let message = format!("@{username} removed from the channel.");
    let props = json!({"removedUserId": user_id, "removedUsername": username});
    publish_post(
        node,
        tables,
        said(node, &caller, &channel, &message, "system_remove_from_channel", props),
        "System",
    );
    done()
}
