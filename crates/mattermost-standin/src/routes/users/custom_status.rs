//! What people say they are doing: an emoji and a few words beside their name.
//!
//! Simpler than the product: a status does not end by itself, and the recent ones are not kept.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::put;
use serde_json::json;

use crate::db::rows::Viewer;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated};
use crate::node::answer::{Answer, Refusal, done, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

/// The time that Go writes for none.
const NEVER: &str = "0001-01-01T00:00:00Z";

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().route("/users/{user_id}/status/custom", put(signed_in(set)).delete(signed_in(unset)))
}

fn set(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "custom_status")?;
    let (emoji, words) = (text(&body, "emoji"), text(&body, "text"));
    if emoji.is_empty() && words.is_empty() {
        return Err(Refusal::body("custom_status"));
    }
    let emoji = if emoji.is_empty() { "speech_balloon" } else { emoji };
    let expires_at = Some(text(&body, "expires_at")).filter(|at| !at.is_empty()).unwrap_or(NEVER);
    let status = json!({
        "emoji": emoji, "text": words, "duration": text(&body, "duration"), "expires_at": expires_at,
    });
    say(node, tables, &caller, &user, status.to_string())
}

fn unset(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    say(node, tables, &caller, &user, String::new())
}

fn say(node: &NodeCore, tables: &mut Tables, caller: &Caller, user: &str, status: String) -> Answer {
    let id = caller.owning(user, "edit_other_users")?;
    let user = tables.users.get_mut(&id).ok_or_else(|| {
        let message = "Unable to find the user.";
        Refusal::missing("app.user.missing_account.const", message, "User", &id)
    })?;
    user.custom_status = status;
    user.update_at = node.world.tick();
    let shown = user.json(Viewer::Other);
    node.invalidate(tables, &Outdated::User(id));
    node.tell(tables, "user_updated", Audience::All, json!({"user": shown}));
    done()
}
