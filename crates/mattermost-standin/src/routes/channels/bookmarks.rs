//! Bookmarks of channels, which need a licence.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, patch};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::kept::take_over;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels/{channel_id}/bookmarks", get(signed_in(list)).post(signed_in(create)))
        .route(
            "/channels/{channel_id}/bookmarks/{bookmark_id}",
            patch(signed_in(change)).delete(signed_in(remove)),
        )
}

fn licensed(node: &NodeCore) -> Result<(), Refusal> {
    if node.world.clustered() {
        return Ok(());
    }
    let message = "Your license does not support channel bookmarks.";
    Err(Refusal::new(501, "api.channel.bookmark.channel_bookmark.license.error", message))
}

fn create(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(channel): Path<String>,
    body: Bytes,
) -> Answer {
    licensed(node)?;
    caller.writing(node, tables, &channel)?;
    let body = read(&body, "channel_bookmark")?;
    let (id, now) = (ids::new_id(), node.world.tick());
    let place = tables.kept.bookmarks.values().filter(|row| row["channel_id"] == channel.as_str()).count();
    let row = json!({
        "id": id, "create_at": now, "update_at": now, "delete_at": 0, "channel_id": channel,
        "owner_id": caller.user_id, "file_id": "", "display_name": text(&body, "display_name"),
        "sort_order": place, "link_url": text(&body, "link_url"), "type": text(&body, "type"),
    });
    tables.kept.bookmarks.insert(id, row.clone());
    created(&row)
}

fn list(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(channel): Path<String>) -> Answer {
    licensed(node)?;
    caller.reading(node, tables, &channel)?;
    let here = tables.kept.bookmarks.values().filter(|row| row["channel_id"] == channel.as_str());
    let list: Vec<Value> = here.cloned().collect();
    ok(&list.into())
}

fn missing(id: &str) -> Refusal {
    let message = "Bookmark not found.";
    Refusal::missing("app.channel.bookmark.get_existing.app_err", message, "ChannelBookmark", id)
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((channel, id)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    licensed(node)?;
    caller.writing(node, tables, &channel)?;
    let (body, now) = (read(&body, "channel_bookmark")?, node.world.tick());
    let row = tables.kept.bookmarks.get_mut(&id).ok_or_else(|| missing(&id))?;
    take_over(row, &body, &["display_name", "link_url", "emoji"]);
    row["update_at"] = now.into();
    ok(&json!({"updated": row}))
}

fn remove(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((channel, id)): Path<(String, String)>,
) -> Answer {
    licensed(node)?;
    caller.writing(node, tables, &channel)?;
    ok(&tables.kept.bookmarks.shift_remove(&id).ok_or_else(|| missing(&id))?)
}
