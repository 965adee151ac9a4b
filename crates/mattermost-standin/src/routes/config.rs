//! Configuration: reading, changing, reloading, and what clients see.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use super::system::client_license;
use crate::answer::{Answer, Refusal, done, ok, read, uncached};
use crate::bus::{Audience, Peer, Stale};
use crate::core::NodeCore;
use crate::identity::{Caller, MaybeCaller};
use crate::settings;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/config", get(whole).put(replace))
        .route("/config/patch", put(patch))
        .route("/config/client", get(client))
        .route("/config/environment", get(environment))
        .route("/config/reload", post(reload))
        .route("/caches/invalidate", post(invalidate))
}

async fn client(State(node): State<Arc<NodeCore>>, MaybeCaller(caller): MaybeCaller) -> Answer {
    let no_accounts = node.world.tables().users.is_empty();
    ok(&node.settings().client_view(caller.is_some(), no_accounts))
}

async fn whole(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    caller.must_be_admin("sysconsole_read_about_edition_and_license")?;
    let shown = settings::masked(&node.settings().document);
    if query.get("remove_defaults").is_some_and(|value| value == "true") {
        return uncached(ok(&settings::without_defaults(&shown)));
    }
    uncached(ok(&shown))
}

async fn environment(State(node): State<Arc<NodeCore>>, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_about_edition_and_license")?;
    uncached(ok(&node.environment.shown()))
}

async fn patch(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    may_write(&node, &caller)?;
    change(&node, &read(&body, "config")?)
}

async fn replace(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    may_write(&node, &caller)?;
    let document = read(&body, "config")?;
    if document["ServiceSettings"]["SiteURL"].as_str().unwrap_or_default().is_empty() {
        return Err(Refusal::new(
            400,
            "api.config.update_config.clear_siteurl.app_error",
            "Site URL cannot be cleared.",
        ));
    }
    change(&node, &document)
}

fn may_write(node: &NodeCore, caller: &Caller) -> Result<(), Refusal> {
    if node.has("config-open-to-members") {
        return Ok(());
    }
    caller.must_be_admin("sysconsole_write_about_edition_and_license")
}

fn change(node: &NodeCore, patch: &Value) -> Answer {
    let before = node.settings();
    let document = settings::patched(&before.document, patch, &node.environment, |fault| node.has(fault))?;
    if node.has("config-not-saved") {
        return ok(&settings::masked(&document));
    }
    if document == before.document {
        // Nobody is told of a patch that changes nothing; what this node believes is stored all the same, over whatever
        // was changed through a node that it does not hear of (seen on real servers without clustering).
        let stored = stripped(node, document.clone());
        node.world.tables().config = stored;
    } else {
        save(node, document.clone());
    }
    uncached(ok(&settings::masked(&document)))
}

/// A document without what the environment owns.
fn stripped(node: &NodeCore, mut document: Value) -> Value {
    let stored = node.world.tables().config.clone();
    node.environment.strip(&mut document, &stored);
    document
}

/// Saves a document and lets everybody know: this node at once, the others through the cluster or not at all. What
/// the environment owns is not stored.
pub(super) fn save(node: &NodeCore, document: Value) {
    let document = stripped(node, document);
    if node.has("config-not-shared") {
        node.use_settings(document);
    } else {
        node.world.tables().config = document;
        node.reload_settings();
        node.invalidate(&Stale::Config);
    }
    let client = node.settings().client_view(true, false);
    node.tell("config_changed", Audience::All, json!({"config": client}));
    node.tell(
        "plugin_statuses_changed",
        Audience::Admins,
        json!({"plugin_statuses": node.plugin_statuses()}),
    );
}

async fn reload(State(node): State<Arc<NodeCore>>, caller: Caller) -> Answer {
    caller.must_be_admin("reload_config")?;
    node.reload_settings();
    uncached(done())
}

async fn invalidate(State(node): State<Arc<NodeCore>>, caller: Caller) -> Answer {
    caller.must_be_admin("invalidate_caches")?;
    node.invalidate(&Stale::All);
    node.tell("license_changed", Audience::All, json!({"license": client_license(&node)}));
    uncached(done())
}
