//! The cloud workspace: every answer is the Customer Web Server's, asked by HTTP.
//!
//! How the product asks it is closed code. Here each part is a GET below `CloudSettings.CWSAPIURL`, the connection a GET
//! of `CWSURL`, and what comes back is handed on as it is: the shapes are those of the product's `model/cloud.go`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde_json::{Value, json};

use crate::node::answer::{Answer, Refusal, ok};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::outside::call::OutsideCall;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().route("/cloud/check-cws-connection", get(connection)).route("/cloud/{part}", get(part))
}

/// Refuses servers without the closed part; the ones with it play a licence with clustering.
fn enterprise(node: &NodeCore) -> Result<(), Refusal> {
    if node.world.clustered() {
        return Ok(());
    }
    let message = "Service only available in Mattermost Enterprise edition";
    Err(Refusal::new(400, "api.server.cws.needs_enterprise_edition", message))
}

/// What the Customer Web Server says, if it says something.
async fn ask(node: &NodeCore, setting: &str, path: &str) -> Result<Value, String> {
    let url = format!("{}{path}", node.settings().text("CloudSettings", setting));
    let reply = OutsideCall::get(&url).send(node).await?;
    if reply.status != 200 {
        return Err(format!("unexpected status code {}", reply.status));
    }
    serde_json::from_slice(&reply.body).map_err(|error| error.to_string())
}

async fn connection(State(node): State<Arc<NodeCore>>) -> Answer {
    enterprise(&node)?;
    let status = if ask(&node, "CWSURL", "/healthz").await.is_ok() { "available" } else { "unavailable" };
    ok(&json!({"status": status}))
}

async fn part(State(node): State<Arc<NodeCore>>, caller: Caller, Path(part): Path<String>) -> Answer {
    if !["subscription", "products", "customer", "limits"].contains(&part.as_str()) {
        return Err(Refusal::unknown_route(&format!("/api/v4/cloud/{part}")));
    }
    enterprise(&node)?;
    if !node.world.cloud() {
        let message = "Your license does not support cloud requests.";
        return Err(Refusal::new(403, "api.cloud.license_error", message));
    }
    if part == "customer" {
        caller.must_be_admin("sysconsole_read_billing")?;
    }
    let path = format!("/api/v1/{part}");
    let told = ask(&node, "CWSAPIURL", &path).await.map_err(|why| {
        Refusal::new(500, "api.cloud.request_error", "Error processing request to CWS.").detail(why)
    })?;
    ok(&told)
}
