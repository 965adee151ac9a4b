//! What becomes of a channel: private or public, archived, restored, and the list of the archived.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{delete, get, post, put};
use serde_json::{Value, json};

use super::channels::{said, update};
use super::teams::ruled;
use crate::announce::announce;
use crate::answer::{Answer, Refusal, done, ok, read, text};
use crate::bus::{Audience, Stale};
use crate::core::NodeCore;
use crate::identity::Caller;
use crate::rows::Channel;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels/{channel_id}", delete(archive))
        .route("/channels/{channel_id}/restore", post(restore))
        .route("/channels/{channel_id}/privacy", put(privacy))
        .route("/teams/{team_id}/channels/deleted", get(archived))
}

async fn privacy(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "privacy")?;
    let kind = text(&body, "privacy");
    if !matches!(kind, "O" | "P") {
        return Err(Refusal::body("privacy"));
    }
    let mut channel = caller.writing(&node, &id)?;
    // A member, even the channel's maker, is refused: recorded.
    ruled(&node, &caller, &channel.team_id)?;
    kind.clone_into(&mut channel.kind);
    channel.update_at = node.world.tick();
    update(&node, &channel);
    let message = if kind == "P" {
        "This channel has been converted to a Private Channel."
    } else {
        "This channel has been converted to a Public Channel and can be joined by any team member."
    };
    let props = json!({"username": node.user(&caller.user_id)?.username});
    announce(&node, said(&node, &caller, &channel, message, "system_change_chan_privacy", props), "System");
    ok(&channel.json())
}

async fn archive(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    let channel = caller.writing(&node, &id)?;
    tell_members(&node, &caller, &channel, "archived", "system_channel_deleted")?;
    let channel = set_archived(&node, channel, node.world.tick());
    let data = json!({"channel_id": channel.id, "delete_at": channel.delete_at});
    node.tell("channel_deleted", audience(&channel), data);
    done()
}

async fn restore(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("manage_team")?;
    let channel = set_archived(&node, caller.writing(&node, &id)?, 0);
    node.tell("channel_restored", audience(&channel), json!({"channel_id": channel.id}));
    tell_members(&node, &caller, &channel, "unarchived", "system_channel_restored")?;
    ok(&channel.json())
}

fn audience(channel: &Channel) -> Audience {
    if channel.kind == "O" {
        Audience::Team(channel.team_id.clone())
    } else {
        Audience::Channel(channel.id.clone())
    }
}

fn tell_members(
    node: &NodeCore,
    caller: &Caller,
    channel: &Channel,
    what: &str,
    kind: &str,
) -> Result<(), Refusal> {
    let username = node.user(&caller.user_id)?.username;
    let message = format!("{username} {what} the channel.");
    let post = said(node, caller, channel, &message, kind, json!({"username": username}));
    announce(node, post, "System");
    Ok(())
}

fn set_archived(node: &NodeCore, mut channel: Channel, at: i64) -> Channel {
    let now = node.world.tick();
    if node.has("archived-channel-back") {
        return channel;
    }
    if let Some(row) = node.world.tables().channels.get_mut(&channel.id) {
        row.delete_at = at;
        row.update_at = now;
        channel = row.clone();
    }
    node.invalidate(&Stale::Channel(channel.id.clone()));
    channel
}

async fn archived(State(node): State<Arc<NodeCore>>, caller: Caller, Path(team_id): Path<String>) -> Answer {
    caller.visiting(&node, &team_id)?;
    let tables = node.world.tables();
    let gone = tables.channels.values().filter(|channel| {
        let mine = channel.kind == "O" || tables.in_channel(&channel.id, &caller.user_id);
        channel.team_id == team_id && channel.delete_at > 0 && mine
    });
    let list: Vec<Value> = gone.map(Channel::json).collect();
    ok(&list.into())
}
