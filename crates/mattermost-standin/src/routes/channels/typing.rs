//! Who says that they are typing: told to the channel, and refused to whoever may not write there.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::post;
use serde_json::json;

use crate::db::tables::Tables;
use crate::events::bus::Audience;
use crate::node::answer::{Answer, done, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().route("/users/{user_id}/typing", post(signed_in(typing)))
}

fn typing(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
    body: Bytes,
) -> Answer {
    let user = caller.owning(&user, "manage_system")?;
    let body = read(&body, "typing_request")?;
    let channel = caller.writing(node, tables, text(&body, "channel_id"))?;
    let data = json!({ "parent_id": text(&body, "parent_id"), "user_id": user });
    node.tell(tables, "typing", Audience::Channel(channel.id), data);
    done()
}
