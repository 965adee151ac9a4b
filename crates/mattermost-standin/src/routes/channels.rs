//! Channels of all four kinds.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use super::teams::team_named;
use crate::announce::announce;
use crate::answer::{Answer, Refusal, created, ok, read, text};
use crate::bus::{Audience, Stale};
use crate::core::NodeCore;
use crate::identity::{Caller, must_be_id};
use crate::ids;
use crate::messages::Post;
use crate::rows::{Channel, ChannelMember};
use crate::world::pair;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels", post(create))
        .route("/channels/{channel_id}", get(by_id))
        .route("/channels/{channel_id}/patch", put(patch))
        .route("/teams/{team_id}/channels/name/{name}", get(by_name))
        .route("/teams/name/{team}/channels/name/{name}", get(by_team_name))
        .route("/users/{user_id}/teams/{team_id}/channels", get(of_user))
}

async fn create(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "channel")?;
    let (team_id, kind) = (text(&body, "team_id"), text(&body, "type"));
    if !matches!(kind, "O" | "P") {
        return Err(Refusal::body("type"));
    }
    must_be_id(team_id, "team_id").map_err(|_| Refusal::body("team_id"))?;
    node.team(team_id)?;
    let guest = node.user(&caller.user_id)?.is_guest();
    if guest || !node.world.tables().in_team(team_id, &caller.user_id) {
        caller.must_be_admin(if kind == "O" { "create_public_channel" } else { "create_private_channel" })?;
    }
    let (name, title) = (text(&body, "name"), text(&body, "display_name"));
    if name.is_empty() {
        return Err(Refusal::new(
            400,
            "model.channel.is_valid.1_or_more.app_error",
            "Name must be 1 or more lowercase alphanumeric characters.",
        ));
    }
    let mut channel = Channel::new(node.world.tick(), team_id, kind, name, title, &caller.user_id);
    channel.header = text(&body, "header").into();
    channel.purpose = text(&body, "purpose").into();
    let mut taken = false;
    {
        let tables = node.world.tables();
        taken |= tables.channels.values().any(|other| other.team_id == team_id && other.name == name);
    }
    if taken {
        return Err(Refusal::new(
            400,
            "store.sql_channel.save_channel.exists.app_error",
            "A channel with that name already exists on the same team.",
        )
        .detail(format!("Channelexists id={}", channel.id)));
    }
    if node.has("channel-lost") {
        return created(&channel.json());
    }
    store(&node, &channel, &[(caller.user_id.as_str(), true)]);
    let username = node.user(&caller.user_id)?.username;
    let message = format!("{username} joined the channel.");
    let post = said(&node, &caller, &channel, &message, "system_join_channel", json!({"username": username}));
    announce(&node, post, "System");
    let data = json!({"channel_id": channel.id, "team_id": channel.team_id});
    node.tell("channel_created", Audience::User(caller.user_id), data);
    created(&channel.json())
}

/// A message of the system in a channel.
pub(super) fn said(
    node: &NodeCore,
    caller: &Caller,
    channel: &Channel,
    message: &str,
    kind: &str,
    props: Value,
) -> Post {
    let now = node.world.tick();
    Post { props, ..Post::new(ids::new_id(), now, &caller.user_id, &channel.id, message, kind) }
}

/// Stores a new channel with its first members, and which of them rule it.
pub(super) fn store(node: &NodeCore, channel: &Channel, members: &[(&str, bool)]) {
    let mut tables = node.world.tables();
    for (user_id, admin) in members {
        let member = ChannelMember {
            channel_id: channel.id.clone(),
            user_id: (*user_id).to_owned(),
            admin: *admin,
            update_at: channel.create_at,
        };
        tables.channel_members.insert(pair(&channel.id, user_id), member);
    }
    tables.channels.insert(channel.id.clone(), channel.clone());
}

async fn by_id(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    ok(&caller.reading(&node, &id)?.json())
}

async fn by_name(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path((team_id, name)): Path<(String, String)>,
) -> Answer {
    node.team(&team_id)?;
    named(&node, &caller, &team_id, &name)
}

async fn by_team_name(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path((team, name)): Path<(String, String)>,
) -> Answer {
    let team = team_named(&node, &team)?;
    named(&node, &caller, &team.id, &name)
}

fn named(node: &NodeCore, caller: &Caller, team_id: &str, name: &str) -> Answer {
    let found =
        node.world.tables().channels.values().find(|c| c.team_id == team_id && c.name == name).cloned();
    let channel = found.ok_or_else(|| {
        let message = "Channel does not exist.";
        Refusal::missing("app.channel.get_by_name.missing.app_error", message, "Channel", name)
    })?;
    caller.must_read(node, &channel)?;
    ok(&channel.json())
}

async fn of_user(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path((user, team_id)): Path<(String, String)>,
) -> Answer {
    let user = caller.owning(&user, "manage_system")?;
    let tables = node.world.tables();
    let own = tables.channels.values().filter(|channel| {
        channel.delete_at == 0
            && (channel.team_id == team_id || channel.is_personal())
            && tables.in_channel(&channel.id, &user)
    });
    let list: Vec<Value> = own.map(Channel::json).collect();
    ok(&list.into())
}

async fn patch(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "channel")?;
    let before = caller.writing(&node, &id)?;
    let fresh = node.world.tables().channels.get(&id).cloned();
    let mut channel = fresh.unwrap_or(before.clone());
    for (key, field) in [
        ("header", &mut channel.header),
        ("purpose", &mut channel.purpose),
        ("display_name", &mut channel.display_name),
    ] {
        if let Some(value) = body[key].as_str() {
            value.clone_into(field);
        }
    }
    channel.update_at = node.world.tick();
    if node.has("header-not-saved") && before.header != channel.header {
        return ok(&channel.json());
    }
    if node.has("channel-rename-lost") && before.display_name != channel.display_name {
        return ok(&channel.json());
    }
    update(&node, &channel);
    let username = node.user(&caller.user_id)?.username;
    if before.display_name != channel.display_name {
        let (old, new) = (&before.display_name, &channel.display_name);
        let message = format!("{username} updated the channel display name from: {old} to: {new}");
        let props = json!({"new_displayname": new, "old_displayname": old, "username": username});
        announce(
            &node,
            said(&node, &caller, &channel, &message, "system_displayname_change", props),
            "System",
        );
    }
    if before.header != channel.header {
        let message = format!("{username} updated the channel header to: {}", channel.header);
        let props = json!({"new_header": channel.header, "old_header": before.header, "username": username});
        announce(&node, said(&node, &caller, &channel, &message, "system_header_change", props), "System");
    }
    ok(&channel.json())
}

/// Stores a changed channel and tells its members.
pub(super) fn update(node: &NodeCore, channel: &Channel) {
    node.world.tables().channels.insert(channel.id.clone(), channel.clone());
    node.invalidate(&Stale::Channel(channel.id.clone()));
    let data = json!({"channel": channel.json().to_string()});
    node.tell("channel_updated", Audience::Channel(channel.id.clone()), data);
}
