//! Direct and group channels: made when their people first need them, found ever after.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde_json::json;

use crate::db::ids;
use crate::db::rows::Channel;
use crate::db::tables::Tables;
use crate::events::bus::Audience;
use crate::node::answer::{Answer, Refusal, created, read_ids};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;
use crate::routes::channels::channel::store;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels/direct", post(signed_in(direct)))
        .route("/channels/group", post(signed_in(group)))
}

fn direct(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let mut users = read_ids(&body, "user_ids")?;
    if users.len() != 2 || !users.iter().all(|id| ids::is_id(id)) {
        return Err(Refusal::body("user_ids"));
    }
    if !users.contains(&caller.user_id) {
        caller.must_be_admin("manage_system")?;
    }
    let mate = users.iter().find(|id| **id != caller.user_id).unwrap_or(&users[0]).clone();
    users.sort();
    users.iter().try_for_each(|id| node.user(tables, id).map(drop))?;
    let channel = personal(node, tables, "D", &users.join("__"), "", &caller.user_id, &users);
    let data = json!({"creator_id": caller.user_id, "teammate_id": mate});
    node.tell(tables, "direct_added", Audience::Channel(channel.id.clone()), data);
    created(&channel.json())
}

/// The direct channel of two users, for one who writes without opening it first.
pub(crate) fn between(node: &NodeCore, tables: &mut Tables, one: &str, other: &str) -> Channel {
    let mut users = [one.to_owned(), other.to_owned()];
    users.sort();
    personal(node, tables, "D", &users.join("__"), "", one, &users)
}

fn group(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let mut users = read_ids(&body, "user_ids")?;
    if !users.contains(&caller.user_id) {
        users.push(caller.user_id.clone());
    }
    users.sort();
    users.dedup();
    if users.len() < 3 || users.len() > 8 {
        return Err(Refusal::new(
            400,
            "api.channel.create_group.bad_size.app_error",
            "Group message channels must contain at least 3 and no more than 8 users.",
        ));
    }
    let mut names = Vec::new();
    for id in &users {
        names.push(node.user(tables, id)?.username);
    }
    names.sort();
    let name = ids::digest(&[users.join("").as_bytes()])[..40].to_owned();
    let channel = personal(node, tables, "G", &name, &names.join(", "), "", &users);
    for user in &users {
        let data = json!({"teammate_ids": json!(users).to_string()});
        node.tell(tables, "group_added", Audience::User(user.clone()), data);
    }
    created(&channel.json())
}

/// A direct or group channel: made when these users first need it, found ever after.
fn personal(
    node: &NodeCore,
    tables: &mut Tables,
    kind: &str,
    name: &str,
    title: &str,
    creator: &str,
    users: &[String],
) -> Channel {
    let known = tables.channels.values().find(|c| c.kind == kind && c.name == name).cloned();
    known.unwrap_or_else(|| {
        let channel = Channel::new(node.world.tick(), "", kind, name, title, creator);
        let members: Vec<(&str, bool)> = users.iter().map(|id| (id.as_str(), false)).collect();
        store(tables, &channel, &members);
        channel
    })
}
