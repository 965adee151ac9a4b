//! Channels of all four kinds.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::posts::Post;
use crate::db::rows::{Channel, ChannelMember};
use crate::db::tables::{Tables, pair};
use crate::events::bus::{Audience, Outdated};
use crate::events::publish_post::publish_post;
use crate::node::answer::{Answer, Refusal, created, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::teams::team::team_named;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels", post(signed_in(create)))
        .route("/channels/{channel_id}", get(signed_in(by_id)))
        .route("/channels/{channel_id}/patch", put(signed_in(patch)))
        .route("/teams/{team_id}/channels/name/{name}", get(signed_in(by_name)))
        .route("/teams/name/{team}/channels/name/{name}", get(signed_in(by_team_name)))
        .route("/users/{user_id}/teams/{team_id}/channels", get(signed_in(of_user)))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "channel")?;
    let (team_id, kind) = (text(&body, "team_id"), text(&body, "type"));
    if !matches!(kind, "O" | "P") {
        return Err(Refusal::body("type"));
    }
    must_be_id(team_id, "team_id").map_err(|_| Refusal::body("team_id"))?;
    node.team(tables, team_id)?;
    let guest = node.user(tables, &caller.user_id)?.is_guest();
    if guest || !tables.in_team(team_id, &caller.user_id) {
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
    taken |= tables.channels.values().any(|other| other.team_id == team_id && other.name == name);
    if taken {
        return Err(Refusal::new(
            400,
            "store.sql_channel.save_channel.exists.app_error",
            "A channel with that name already exists on the same team.",
        )
        .detail(format!("Channelexists id={}", channel.id)));
    }
    store(tables, &channel, &[(caller.user_id.as_str(), true)]);
    let username = node.user(tables, &caller.user_id)?.username;
    let message = format!("{username} joined the channel.");
    let post = said(node, &caller, &channel, &message, "system_join_channel", json!({"username": username}));
    publish_post(node, tables, post, "System");
    let data = json!({"channel_id": channel.id, "team_id": channel.team_id});
    node.tell(tables, "channel_created", Audience::User(caller.user_id), data);
    created(&channel.json())
}

/// A message of the system in a channel.
pub(crate) fn said(
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
pub(crate) fn store(tables: &mut Tables, channel: &Channel, members: &[(&str, bool)]) {
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

fn by_id(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    ok(&caller.reading(node, tables, &id)?.json())
}

fn by_name(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((team_id, name)): Path<(String, String)>,
) -> Answer {
    node.team(tables, &team_id)?;
    named(node, tables, &caller, &team_id, &name)
}

fn by_team_name(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((team, name)): Path<(String, String)>,
) -> Answer {
    let team = team_named(tables, &team)?;
    named(node, tables, &caller, &team.id, &name)
}

fn named(node: &NodeCore, tables: &Tables, caller: &Caller, team_id: &str, name: &str) -> Answer {
    let found = tables.channels.values().find(|c| c.team_id == team_id && c.name == name).cloned();
    let channel = found.ok_or_else(|| {
        let message = "Channel does not exist.";
        Refusal::missing("app.channel.get_by_name.missing.app_error", message, "Channel", name)
    })?;
    caller.must_read(node, tables, &channel)?;
    ok(&channel.json())
}

fn of_user(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, team_id)): Path<(String, String)>,
) -> Answer {
    let user = caller.owning(&user, "manage_system")?;
    let own = tables.channels.values().filter(|channel| {
        channel.delete_at == 0
            && (channel.team_id == team_id || channel.is_personal())
            && tables.in_channel(&channel.id, &user)
    });
    let list: Vec<Value> = own.map(Channel::json).collect();
    ok(&list.into())
}

fn patch(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "channel")?;
    let before = caller.writing(node, tables, &id)?;
    let fresh = tables.channels.get(&id).cloned();
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
    update(node, tables, &channel);
    let username = node.user(tables, &caller.user_id)?.username;
    if before.display_name != channel.display_name {
        let (old, new) = (&before.display_name, &channel.display_name);
        let message = format!("{username} updated the channel display name from: {old} to: {new}");
        let props = json!({"new_displayname": new, "old_displayname": old, "username": username});
        publish_post(
            node,
            tables,
            said(node, &caller, &channel, &message, "system_displayname_change", props),
            "System",
        );
    }
    if before.header != channel.header {
        let message = format!("{username} updated the channel header to: {}", channel.header);
        let props = json!({"new_header": channel.header, "old_header": before.header, "username": username});
        publish_post(
            node,
            tables,
            said(node, &caller, &channel, &message, "system_header_change", props),
            "System",
        );
    }
    ok(&channel.json())
}

/// Stores a changed channel and tells its members.
pub(crate) fn update(node: &NodeCore, tables: &mut Tables, channel: &Channel) {
    tables.channels.insert(channel.id.clone(), channel.clone());
    node.invalidate(tables, &Outdated::Channel(channel.id.clone()));
    let data = json!({"channel": channel.json().to_string()});
    node.tell(tables, "channel_updated", Audience::Channel(channel.id.clone()), data);
}
