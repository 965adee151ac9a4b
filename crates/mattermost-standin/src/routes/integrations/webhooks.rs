//! Webhooks: made, listed and changed through the API.
//!
//! Simpler than the product: only administrators make them.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::get;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::integrations::{IncomingHook, OutgoingHook};
use crate::db::tables::Tables;
use crate::events::bus::Outdated;
use crate::node::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/hooks/incoming", get(signed_in(incoming)).post(signed_in(create_incoming)))
        .route(
            "/hooks/incoming/{hook_id}",
            get(signed_in(one_incoming)).put(signed_in(change_incoming)).delete(signed_in(delete_incoming)),
        )
        .route("/hooks/outgoing", get(signed_in(outgoing)).post(signed_in(create_outgoing)))
        .route(
            "/hooks/outgoing/{hook_id}",
            get(signed_in(one_outgoing)).put(signed_in(change_outgoing)).delete(signed_in(delete_outgoing)),
        )
}

/// Whether a kind of webhook is switched on.
pub(super) fn enabled(node: &NodeCore, key: &str, what: &str) -> Result<(), Refusal> {
    if node.settings().on("ServiceSettings", key) {
        return Ok(());
    }
    let id = format!("api.{what}_webhook.disabled.app_error");
    Err(Refusal::new(501, &id, &format!("The {what} webhooks have been disabled by the system admin.")))
}

fn create_incoming(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    enabled(node, "EnableIncomingWebhooks", "incoming")?;
    let body = read(&body, "incoming_webhook")?;
    let channel = node.channel(tables, text(&body, "channel_id"))?;
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
        description: text(&body, "description").into(),
        username: text(&body, "username").into(),
        icon_url: text(&body, "icon_url").into(),
        channel_locked: body["channel_locked"] == json!(true),
    };
    let shown = hook.json();
    tables.integrations.incoming.insert(hook.id.clone(), hook);
    created(&shown)
}

fn incoming(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("manage_own_incoming_webhooks")?;
    let hooks: Vec<Value> = tables.integrations.incoming.values().map(IncomingHook::json).collect();
    ok(&hooks.into())
}

fn one_incoming(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    must_be_id(&id, "hook_id")?;
    caller.must_be_admin("manage_own_incoming_webhooks")?;
    let hook = tables.integrations.incoming.get(&id).cloned();
    let hook = hook.ok_or_else(|| {
        let message = "Unable to get the webhook.";
        Refusal::missing("app.webhooks.get_incoming.app_error", message, "IncomingWebhook", &id)
    })?;
    ok(&hook.json())
}

/// Answered with 201: recorded.
fn change_incoming(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    caller.must_be_admin("manage_own_incoming_webhooks")?;
    let (body, now) = (read(&body, "incoming_webhook")?, node.world.tick());
    let hook = tables.integrations.incoming.get_mut(&id).filter(|_| text(&body, "id") == id);
    let hook = hook.ok_or_else(|| Refusal::body("hook_id"))?;
    hook.update_at = now;
    text(&body, "display_name").clone_into(&mut hook.display_name);
    text(&body, "description").clone_into(&mut hook.description);
    text(&body, "username").clone_into(&mut hook.username);
    text(&body, "icon_url").clone_into(&mut hook.icon_url);
    let shown = hook.json();
    node.invalidate(tables, &Outdated::Hook(id));
    created(&shown)
}

fn delete_incoming(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    must_be_id(&id, "hook_id")?;
    caller.must_be_admin("manage_own_incoming_webhooks")?;
    tables.integrations.incoming.shift_remove(&id);
    node.invalidate(tables, &Outdated::Hook(id));
    done()
}

fn create_outgoing(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    enabled(node, "EnableOutgoingWebhooks", "outgoing")?;
    let body = read(&body, "outgoing_webhook")?;
    caller.must_be_admin("manage_own_outgoing_webhooks")?;
    let list = |key: &str| -> Vec<String> {
        let list = body[key].as_array().into_iter().flatten();
        list.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let now = node.world.tick();
    let hook = OutgoingHook {
        id: ids::new_id(),
        token: ids::new_id(),
        create_at: now,
        update_at: now,
        creator_id: caller.user_id,
        channel_id: text(&body, "channel_id").into(),
        team_id: text(&body, "team_id").into(),
        trigger_words: list("trigger_words"),
        callback_urls: list("callback_urls"),
        display_name: text(&body, "display_name").into(),
        content_type: text(&body, "content_type").into(),
    };
    let shown = hook.json();
    tables.integrations.outgoing.insert(hook.id.clone(), hook);
    created(&shown)
}

fn outgoing(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("manage_own_outgoing_webhooks")?;
    let hooks: Vec<Value> = tables.integrations.outgoing.values().map(OutgoingHook::json).collect();
    ok(&hooks.into())
}

fn one_outgoing(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    caller.must_be_admin("manage_own_outgoing_webhooks")?;
    let hook = tables.integrations.outgoing.get(&id);
    let message = "Unable to get the webhook.";
    let missing = || Refusal::missing("app.webhooks.get_outgoing.app_error", message, "OutgoingWebhook", &id);
    ok(&hook.ok_or_else(missing)?.json())
}

fn change_outgoing(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    caller.must_be_admin("manage_own_outgoing_webhooks")?;
    let (body, now) = (read(&body, "outgoing_webhook")?, node.world.tick());
    let hook = tables.integrations.outgoing.get_mut(&id).filter(|_| text(&body, "id") == id);
    let hook = hook.ok_or_else(|| Refusal::body("hook_id"))?;
    hook.update_at = now;
    text(&body, "display_name").clone_into(&mut hook.display_name);
    text(&body, "content_type").clone_into(&mut hook.content_type);
    ok(&hook.json())
}

fn delete_outgoing(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    must_be_id(&id, "hook_id")?;
    caller.must_be_admin("manage_own_outgoing_webhooks")?;
    tables.integrations.outgoing.shift_remove(&id);
    done()
}
