//! Webhooks: made and listed through the API, posted through at `/hooks/{id}`.
//!
//! Simpler than the product: only administrators make them, payloads are JSON, and a hook posts to its own channel.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::announce::announce;
use crate::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::bus::Stale;
use crate::core::NodeCore;
use crate::identity::{Caller, must_be_id};
use crate::ids;
use crate::integrations::{IncomingHook, OutgoingHook};
use crate::messages::Post;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/hooks/incoming", get(incoming).post(create_incoming))
        .route("/hooks/incoming/{hook_id}", get(one_incoming).delete(delete_incoming))
        .route("/hooks/outgoing", get(outgoing).post(create_outgoing))
        .route("/hooks/outgoing/{hook_id}", axum::routing::delete(delete_outgoing))
}

/// Where programs post, outside the API.
pub(super) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().route("/hooks/{hook_id}", post(come_in))
}

fn enabled(node: &NodeCore, key: &str, what: &str) -> Result<(), Refusal> {
    if node.settings().on("ServiceSettings", key) {
        return Ok(());
    }
    let id = format!("api.{what}_webhook.disabled.app_error");
    Err(Refusal::new(501, &id, &format!("The {what} webhooks have been disabled by the system admin.")))
}

async fn create_incoming(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    enabled(&node, "EnableIncomingWebhooks", "incoming")?;
    let body = read(&body, "incoming_webhook")?;
    let channel = node.channel(text(&body, "channel_id"))?;
    caller.must_be_admin("manage_own_incoming_webhooks")?;
    let now = node.world.tick();
    let hook = IncomingHook {
        id: ids::new_id(),
        create_at: now,
        update_at: now,
        user_id: caller.user_id,
        channel_id: channel.id,
        team_id: channel.team_id,
        display_name: text(&body, "display_name").into(),
        channel_locked: body["channel_locked"] == json!(true),
    };
    let shown = hook.json();
    node.world.tables().integrations.incoming.insert(hook.id.clone(), hook);
    created(&shown)
}

async fn incoming(State(node): State<Arc<NodeCore>>, caller: Caller) -> Answer {
    caller.must_be_admin("manage_own_incoming_webhooks")?;
    let hooks: Vec<Value> =
        node.world.tables().integrations.incoming.values().map(IncomingHook::json).collect();
    ok(&hooks.into())
}

async fn one_incoming(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    must_be_id(&id, "hook_id")?;
    caller.must_be_admin("manage_own_incoming_webhooks")?;
    let hook = node.world.tables().integrations.incoming.get(&id).cloned();
    let hook = hook.ok_or_else(|| {
        let message = "Unable to get the webhook.";
        Refusal::missing("app.webhooks.get_incoming.app_error", message, "IncomingWebhook", &id)
    })?;
    ok(&hook.json())
}

async fn delete_incoming(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    must_be_id(&id, "hook_id")?;
    caller.must_be_admin("manage_own_incoming_webhooks")?;
    if !node.has("incoming-hook-outlives-deletion") {
        node.world.tables().integrations.incoming.shift_remove(&id);
        node.invalidate(&Stale::Hook(id));
    }
    done()
}

/// A hook as this node knows it: once used here, it is remembered.
fn known(node: &NodeCore, id: &str) -> Option<IncomingHook> {
    let mut memory = node.caches.locked();
    if let Some(hook) = memory.hooks.get(id) {
        return Some(hook.clone());
    }
    let hook = node.world.tables().integrations.incoming.get(id).cloned()?;
    memory.hooks.insert(id.to_owned(), hook.clone());
    Some(hook)
}

async fn come_in(
    State(node): State<Arc<NodeCore>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let refuse = |detail: &str| {
        let message =
            format!("Failed to handle the payload of media type application/json for incoming webhook {id}.");
        Refusal::new(400, "web.incoming_webhook.general.app_error", &message)
            .detail(format!("HandleIncomingWebhook: {detail}"))
    };
    enabled(&node, "EnableIncomingWebhooks", "incoming")?;
    let missing = format!("Invalid webhook., resource \"IncomingWebhook\" not found, id: {id}");
    let hook = known(&node, &id).ok_or_else(|| refuse(&missing))?;
    let body = read(&body, "incoming_webhook").map_err(|_| refuse("Unable to parse incoming data."))?;
    let said = text(&body, "text");
    if said.is_empty() {
        return Err(refuse("No text specified."));
    }
    if !node.has("hook-post-lost") {
        let mut post = Post::new(ids::new_id(), node.world.tick(), &hook.user_id, &hook.channel_id, said, "");
        post.props = json!({"from_webhook": "true", "webhook_display_name": hook.display_name});
        let sender = node.user(&hook.user_id)?.username;
        announce(&node, post, &format!("@{sender}"));
    }
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "text/plain")], "ok").into_response())
}

async fn create_outgoing(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    enabled(&node, "EnableOutgoingWebhooks", "outgoing")?;
    let body = read(&body, "outgoing_webhook")?;
    caller.must_be_admin("manage_own_outgoing_webhooks")?;
    let list = |key: &str| -> Vec<String> {
        let list = body[key].as_array().into_iter().flatten();
        list.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let hook = OutgoingHook {
        id: ids::new_id(),
        token: ids::new_id(),
        create_at: node.world.tick(),
        creator_id: caller.user_id,
        channel_id: text(&body, "channel_id").into(),
        team_id: text(&body, "team_id").into(),
        trigger_words: list("trigger_words"),
        callback_urls: list("callback_urls"),
        display_name: text(&body, "display_name").into(),
        content_type: text(&body, "content_type").into(),
    };
    let shown = hook.json();
    node.world.tables().integrations.outgoing.insert(hook.id.clone(), hook);
    created(&shown)
}

async fn outgoing(State(node): State<Arc<NodeCore>>, caller: Caller) -> Answer {
    caller.must_be_admin("manage_own_outgoing_webhooks")?;
    let hooks: Vec<Value> =
        node.world.tables().integrations.outgoing.values().map(OutgoingHook::json).collect();
    ok(&hooks.into())
}

async fn delete_outgoing(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    must_be_id(&id, "hook_id")?;
    caller.must_be_admin("manage_own_outgoing_webhooks")?;
    node.world.tables().integrations.outgoing.shift_remove(&id);
    done()
}
