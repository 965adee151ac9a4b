//! Who says that they are typing: told to the channel, and refused to whoever may not write there.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use serde_json::json;

use crate::answer::{Answer, done, read, text};
use crate::bus::Audience;
use crate::core::NodeCore;
use crate::identity::Caller;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().route("/users/{user_id}/typing", post(typing))
}

async fn typing(
    State(node): State<Arc<NodeCore>>,
    Path(user): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Answer {
    let user = caller.owning(&user, "manage_system")?;
    let body = read(&body, "typing_request")?;
    let channel = caller.writing(&node, text(&body, "channel_id"))?;
    let data = json!({ "parent_id": text(&body, "parent_id"), "user_id": user });
    node.tell("typing", Audience::Channel(channel.id), data);
    done()
}
