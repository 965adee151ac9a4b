//! The plugin of the Apps framework, where a world plays it: apps are made known, installed, shown and called.
//!
//! Simpler than the plugin: apps over plain HTTP, no bot and no OAuth app, contexts handed on as they came.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::db::tables::Tables;
use crate::db::world::APPS;
use crate::node::answer::{Answer, Refusal, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::plugins::RUNNING;
use crate::node::transaction::{anyone, signed_in};
use crate::outside::call::Call;

pub(crate) fn outside() -> Router<Arc<NodeCore>> {
    let api = Router::new()
        .route("/ping", post(anyone(ping)))
        .route("/update-app-listing", post(signed_in(list)))
        .route("/install-app", post(install))
        .route("/uninstall-app", post(signed_in(uninstall)))
        .route("/bindings", get(bindings))
        .route("/call", post(call));
    Router::new().nest("/plugins/com.mattermost.apps/api/v1", api)
}

/// Refuses as a server does whose plugin does not run.
fn running(node: &NodeCore) -> Result<(), Refusal> {
    if node.plugins.get(APPS).is_some_and(|plugin| plugin.state == RUNNING) {
        return Ok(());
    }
    Err(Refusal::unknown_route("/plugins/com.mattermost.apps"))
}

fn ping(node: &Arc<NodeCore>, _tables: &mut Tables) -> Answer {
    running(node)?;
    ok(&json!({"plugin_version": "1.2.2"}))
}

/// The manifest of a request, or of an app that is known.
fn app_id(body: &Value) -> Result<String, Refusal> {
    Some(text(body, "app_id"))
        .filter(|id| id.len() >= 3)
        .map(str::to_owned)
        .ok_or_else(|| Refusal::body("app_id"))
}

fn list(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    running(node)?;
    caller.must_be_admin("manage_system")?;
    let manifest = read(&body, "manifest")?;
    let id = app_id(&manifest)?;
    tables.integrations.listed_apps.insert(id, manifest.clone());
    ok(&manifest)
}

async fn install(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    running(&node)?;
    caller.must_be_admin("manage_system")?;
    let id = app_id(&read(&body, "app")?)?;
    let manifest = node.transact(|tables| tables.integrations.listed_apps.get(&id).cloned());
    let manifest = manifest
        .ok_or_else(|| Refusal::new(404, "apps.not_found", &format!("{id} is not listed: not found")))?;
    // An app that does not answer is not installed.
    let pong = ask(&node, &manifest, "/ping", &json!({})).await;
    if pong["type"] == "error" {
        return Err(Refusal::new(500, "apps.unreachable", text(&pong, "text")));
    }
    node.transact(|tables| tables.integrations.apps.insert(id, manifest.clone()));
    ok(&manifest)
}

fn uninstall(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    running(node)?;
    caller.must_be_admin("manage_system")?;
    let id = app_id(&read(&body, "app")?)?;
    tables.integrations.apps.shift_remove(&id);
    ok(&json!({"app_id": id}))
}

/// What every app shows, by place; each is asked each time.
async fn bindings(State(node): State<Arc<NodeCore>>, _caller: Caller) -> Result<Response, Refusal> {
    running(&node)?;
    let apps = node.transact(|tables| tables.integrations.apps.clone());
    let mut shown: Vec<Value> = Vec::new();
    for (id, manifest) in apps {
        let told = ask(&node, &manifest, "/bindings", &json!({"path": "/bindings"})).await;
        for place in told["data"].as_array().into_iter().flatten() {
            let mut place = place.clone();
            for binding in place["bindings"].as_array_mut().into_iter().flatten() {
                binding["app_id"] = json!(id);
            }
            shown.push(place);
        }
    }
    ok(&shown.into())
}

async fn call(State(node): State<Arc<NodeCore>>, _caller: Caller, body: Bytes) -> Answer {
    running(&node)?;
    let call = read(&body, "call")?;
    let id = text(&call["context"], "app_id").to_owned();
    let manifest = node.transact(|tables| tables.integrations.apps.get(&id).cloned());
    let Some(manifest) = manifest else {
        return ok(&json!({"type": "error", "text": format!("{id} is not installed: not found")}));
    };
    let mut told = ask(&node, &manifest, text(&call, "path"), &call).await;
    told["app_metadata"] = json!({"bot_user_id": "", "bot_username": id});
    ok(&told)
}

/// What an app says; that it says nothing is an answer of the framework's too.
async fn ask(node: &NodeCore, manifest: &Value, path: &str, body: &Value) -> Value {
    let url = format!("{}{path}", text(&manifest["http"], "root_url"));
    match Call::json(&url, body).send(node).await {
        Ok(reply) if reply.status == 200 => serde_json::from_slice(&reply.body).unwrap_or_default(),
        Ok(reply) => json!({"type": "error", "text": format!("{url} answered {}", reply.status)}),
        Err(why) => json!({"type": "error", "text": why}),
    }
}
