//! Who is in a channel.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use super::channels::said;
use crate::announce::announce;
use crate::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::bus::{Audience, SocketEvent, Stale};
use crate::core::NodeCore;
use crate::identity::{Caller, must_be_id};
use crate::rows::ChannelMember;
use crate::world::pair;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels/{channel_id}/members", get(list).post(add))
        .route("/channels/{channel_id}/members/{user_id}", get(one).delete(remove))
        .route("/channels/{channel_id}/stats", get(stats))
}

async fn add(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    must_be_id(&id, "channel_id")?;
    let body = read(&body, "channel_member")?;
    let user_id = text(&body, "user_id");
    must_be_id(user_id, "user_id").map_err(|_| Refusal::body("user_id or user_ids"))?;
    let channel = node.channel(&id)?;
    let joins = channel.kind == "O"
        && caller.user_id == user_id
        && node.world.tables().in_team(&channel.team_id, user_id);
    if !joins {
        caller.must_write(&node, &channel)?;
    }
    let user = node.user(user_id)?;
    if !channel.is_personal() && !node.world.tables().in_team(&channel.team_id, user_id) {
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
    if node.has("member-add-lost") {
        return created(&member.json());
    }
    if let Some(known) = node.world.tables().channel_members.get(&pair(&id, user_id)) {
        return created(&known.json());
    }
    node.world.tables().channel_members.insert(pair(&id, user_id), member.clone());
    node.invalidate(&Stale::Members(id.clone()));
    let data = json!({"team_id": channel.team_id, "user_id": user_id});
    let mut others = SocketEvent::new("user_added", Audience::Channel(id), data.clone());
    others.omit.push(user_id.to_owned());
    node.publish(&others);
    node.tell("user_added", Audience::User(user_id.to_owned()), data);
    let by = node.user(&caller.user_id)?;
    let message = format!("{} added to the channel by {}.", user.username, by.username);
    let props = json!({"addedUserId": user.id, "addedUsername": user.username, "userId": by.id,
        "username": by.username});
    announce(&node, said(&node, &caller, &channel, &message, "system_add_to_channel", props), "System");
    created(&member.json())
}

async fn list(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.reading(&node, &id)?;
    let tables = node.world.tables();
    let members = tables.channel_members.values().filter(|member| member.channel_id == id);
    let list: Vec<Value> = members.map(ChannelMember::json).collect();
    ok(&list.into())
}

async fn one(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path((id, user)): Path<(String, String)>,
) -> Answer {
    let user = caller.resolve(&user)?;
    caller.reading(&node, &id)?;
    let member = node.world.tables().channel_members.get(&pair(&id, &user)).cloned();
    let member = member.ok_or_else(|| {
        let message = "No channel member found for that user ID and channel ID.";
        Refusal::missing("app.channel.get_member.missing.app_error", message, "ChannelMember", &user)
    })?;
    ok(&member.json())
}

async fn stats(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.reading(&node, &id)?;
    let tables = node.world.tables();
    let members = tables.channel_members.values().filter(|member| member.channel_id == id).count();
    let pinned = tables.posts.values().filter(|post| post.channel_id == id && post.is_pinned).count();
    let files =
        tables.files.values().filter(|file| file.channel_id == id && !file.post_id.is_empty()).count();
    ok(&json!({
        "channel_id": id, "member_count": members, "guest_count": 0, "pinnedpost_count": pinned,
        "files_count": files,
    }))
}

async fn remove(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path((id, user)): Path<(String, String)>,
) -> Answer {
    let user_id = caller.resolve(&user)?;
    let channel = caller.writing(&node, &id)?;
    if node.has("removed-member-stays") {
        return done();
    }
    let gone = node.world.tables().channel_members.shift_remove(&pair(&id, &user_id));
    gone.ok_or_else(|| {
        let message = "No channel member found for that user ID and channel ID.";
        Refusal::missing("app.channel.get_member.missing.app_error", message, "ChannelMember", &user_id)
    })?;
    node.invalidate(&Stale::Members(id.clone()));
    let data = json!({"remover_id": caller.user_id, "user_id": user_id});
    node.tell("user_removed", Audience::Channel(id.clone()), data);
    let data = json!({"channel_id": id, "remover_id": caller.user_id});
    node.tell("user_removed", Audience::User(user_id.clone()), data);
    let username = node.user(&user_id)?.username;
    let message = format!("@{username} removed from the channel.");
    let props = json!({"removedUserId": user_id, "removedUsername": username});
    announce(&node, said(&node, &caller, &channel, &message, "system_remove_from_channel", props), "System");
    done()
}
