//! Drafts: what somebody began to write, kept for all their devices.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{delete, get, post};
use serde_json::{Value, json};

use crate::db::personal::Draft;
use crate::db::tables::Tables;
use crate::events::bus::Audience;
use crate::node::answer::{Answer, created, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/drafts", post(signed_in(upsert)))
        .route("/users/{user_id}/teams/{team_id}/drafts", get(signed_in(list)))
        .route("/users/{user_id}/channels/{channel_id}/drafts", delete(signed_in(remove)))
        .route("/users/{user_id}/channels/{channel_id}/drafts/{root_id}", delete(signed_in(remove_reply)))
}

fn upsert(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "draft")?;
    let channel = node.channel(tables, text(&body, "channel_id"))?;
    caller.must_write(node, tables, &channel)?;
    let (now, root) = (node.world.tick(), text(&body, "root_id"));
    let place = (caller.user_id.clone(), channel.id.clone(), root.to_owned());
    let draft = Draft {
        create_at: tables.personal.drafts.get(&place).map_or(now, |known| known.create_at),
        update_at: now,
        user_id: caller.user_id.clone(),
        channel_id: channel.id.clone(),
        root_id: root.into(),
        message: text(&body, "message").into(),
        props: if body["props"].is_object() { body["props"].clone() } else { json!({}) },
    };
    let shown = draft.json();
    tables.personal.drafts.insert(place, draft);
    let audience = Audience::UserIn(caller.user_id, channel.id);
    node.tell(tables, "draft_created", audience, json!({"draft": shown.to_string()}));
    created(&shown)
}

/// Those of a team and of personal channels, the newest first.
fn list(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, team)): Path<(String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let here = |draft: &&Draft| {
        let channel = tables.channels.get(&draft.channel_id);
        draft.user_id == user
            && channel.is_some_and(|channel| channel.team_id == team || channel.is_personal())
    };
    let mut drafts: Vec<&Draft> = tables.personal.drafts.values().filter(here).collect();
    drafts.sort_by_key(|draft| std::cmp::Reverse(draft.update_at));
    let list: Vec<Value> = drafts.into_iter().map(Draft::json).collect();
    ok(&list.into())
}

fn remove(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, channel)): Path<(String, String)>,
) -> Answer {
    forget(node, tables, &caller, (user, channel, String::new()))
}

fn remove_reply(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(place): Path<(String, String, String)>,
) -> Answer {
    forget(node, tables, &caller, place)
}

fn forget(
    node: &NodeCore,
    tables: &mut Tables,
    caller: &Caller,
    (user, channel, root): (String, String, String),
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    if let Some(draft) = tables.personal.drafts.shift_remove(&(user.clone(), channel.clone(), root)) {
        let data = json!({"draft": draft.json().to_string()});
        node.tell(tables, "draft_deleted", Audience::UserIn(user, channel), data);
    }
    done()
}
