//! What becomes of a channel: private or public, archived, restored, and the list of the archived.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{delete, get, post, put};
use serde_json::{Value, json};

use crate::db::rows::Channel;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated};
use crate::events::publish_post::publish_post;
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;
use crate::routes::channels::channel::{said, update};
use crate::routes::teams::team::ruled;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels/{channel_id}", delete(signed_in(archive)))
        .route("/channels/{channel_id}/restore", post(signed_in(restore)))
        .route("/channels/{channel_id}/privacy", put(signed_in(privacy)))
        .route("/teams/{team_id}/channels/deleted", get(signed_in(archived)))
}

fn privacy(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "privacy")?;
    let kind = text(&body, "privacy");
    if !matches!(kind, "O" | "P") {
        return Err(Refusal::body("privacy"));
    }
    let mut channel = caller.writing(node, tables, &id)?;
    // A member, even the channel's maker, is refused: recorded.
    ruled(node, tables, &caller, &channel.team_id)?;
    kind.clone_into(&mut channel.kind);
    channel.update_at = node.world.tick();
    update(node, tables, &channel);
    let message = if kind == "P" {
        "This channel has been converted to a Private Channel."
    } else {
        "This channel has been converted to a Public Channel and can be joined by any team member."
    };
    let props = json!({"username": node.user(tables, &caller.user_id)?.username});
    publish_post(
        node,
        tables,
        said(node, &caller, &channel, message, "system_change_chan_privacy", props),
        "System",
    );
    ok(&channel.json())
}

fn archive(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    let channel = caller.writing(node, tables, &id)?;
    tell_members(node, tables, &caller, &channel, "archived", "system_channel_deleted")?;
    let channel = set_archived(node, tables, channel, node.world.tick());
    let data = json!({"channel_id": channel.id, "delete_at": channel.delete_at});
    node.tell(tables, "channel_deleted", audience(&channel), data);
    done()
}

fn restore(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("manage_team")?;
    let channel = set_archived(node, tables, caller.writing(node, tables, &id)?, 0);
    node.tell(tables, "channel_restored", audience(&channel), json!({"channel_id": channel.id}));
    tell_members(node, tables, &caller, &channel, "unarchived", "system_channel_restored")?;
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
    tables: &mut Tables,
    caller: &Caller,
    channel: &Channel,
    what: &str,
    kind: &str,
) -> Result<(), Refusal> {
    let username = node.user(tables, &caller.user_id)?.username;
    let message = format!("{username} {what} the channel.");
    let post = said(node, caller, channel, &message, kind, json!({"username": username}));
    publish_post(node, tables, post, "System");
    Ok(())
}

fn set_archived(node: &NodeCore, tables: &mut Tables, mut channel: Channel, at: i64) -> Channel {
    let now = node.world.tick();
    if let Some(row) = tables.channels.get_mut(&channel.id) {
        row.delete_at = at;
        row.update_at = now;
        channel = row.clone();
    }
    node.invalidate(tables, &Outdated::Channel(channel.id.clone()));
    channel
}

fn archived(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(team_id): Path<String>,
) -> Answer {
    caller.visiting(node, tables, &team_id)?;
    let gone = tables.channels.values().filter(|channel| {
        let mine = channel.kind == "O" || tables.in_channel(&channel.id, &caller.user_id);
        channel.team_id == team_id && channel.delete_at > 0 && mine
    });
    let list: Vec<Value> = gone.map(Channel::json).collect();
    ok(&list.into())
}
