//! Plugins: listing, uploading, switching on and off, and the routes that running ones answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, delete, get, post};
use serde_json::{Value, json};

use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated, Peer};
use crate::node::answer::{Answer, Refusal, created, done, ok};
use crate::node::bundle;
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, Token};
use crate::node::plugins::RUNNING;
use crate::node::transaction::{anyone, signed_in};
use crate::products::{self, request::ProductRequest};
use crate::routes::system::config;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/plugins", get(signed_in(list)).post(upload))
        .route("/plugins/statuses", get(signed_in(statuses)))
        .route("/plugins/webapp", get(signed_in(webapp)))
        .route("/plugins/{id}", delete(remove))
        .route("/plugins/{id}/enable", post(signed_in(enable)))
        .route("/plugins/{id}/disable", post(signed_in(disable)))
}

/// What plugins serve themselves, outside the API.
pub(crate) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().route("/plugins/{id}/{*rest}", any(anyone(route)))
}

fn list(node: &Arc<NodeCore>, _tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_plugins")?;
    ok(&node.plugins.listing())
}

fn statuses(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_plugins")?;
    ok(&all_statuses(node, tables).into())
}

/// Of all nodes with clustering, of this one without.
fn all_statuses(node: &NodeCore, tables: &Tables) -> Vec<Value> {
    if node.world.clustered() {
        let too_new = node.has("boards-too-new");
        let of_peer = |peer: &Arc<dyn Peer>| {
            let mut statuses = peer.plugin_statuses();
            let is_older =
                peer.cluster_status_row(tables).is_some_and(|it| it["version"] != *node.reported.version);
            for status in
                statuses.iter_mut().filter(|one| one["plugin_id"] == "focalboard" && too_new && is_older)
            {
                status["state"] = json!(3);
                status["error"] = json!("plugin requires Mattermost 11.9.0");
            }
            statuses
        };
        node.world.bus.peers().iter().flat_map(of_peer).collect()
    } else {
        node.plugin_statuses()
    }
}

fn webapp(node: &Arc<NodeCore>, _tables: &mut Tables, _caller: Caller) -> Answer {
    ok(&node.plugins.webapps())
}

async fn upload(State(node): State<Arc<NodeCore>>, caller: Caller, mut form: Multipart) -> Answer {
    caller.must_be_admin("sysconsole_write_plugins")?;
    let (mut bytes, mut force) = (None, false);
    while let Ok(Some(field)) = form.next_field().await {
        match field.name() {
            Some("plugin") => bytes = field.bytes().await.ok(),
            Some("force") => force = field.text().await.is_ok_and(|text| text == "true"),
            _ => {}
        }
    }
    let bytes = bytes.ok_or_else(|| {
        Refusal::new(400, "api.plugin.upload.no_file.app_error", "Missing file in multipart/form request.")
    })?;
    let manifest = bundle::manifest(&bytes)?;
    let id = manifest["id"].as_str().unwrap_or_default().to_owned();
    let installed = node.plugins.get(&id).is_some();
    if installed && node.has("plugin-upgrade-ignored") {
        return created(&manifest);
    }
    if installed && !force {
        return Err(Refusal::new(
            400,
            "app.plugin.install_id.app_error",
            "Unable to install plugin. A plugin with the same ID is already installed.",
        ));
    }
    bundle::keep(&*node.world.options.files, &id, bytes.to_vec()).await?;
    node.transact(|tables| {
        tables.bundles.insert(id.clone(), manifest.clone());
        changed(&node, tables, &id);
    });
    created(&manifest)
}

async fn remove(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("sysconsole_write_plugins")?;
    installed(&node, &id)?;
    // The other nodes hear only of what was in the file store: a packaged plugin stays there, switched off.
    let stored = node.transact(|tables| {
        switch(&node, tables, &id, false);
        node.plugins.remove(&id);
        tables.bundles.shift_remove(&id).is_some()
    });
    if stored && !node.has("plugin-object-stays") {
        let _ = node.world.options.files.delete(&bundle::key(&id)).await;
    }
    if stored && !node.has("plugin-removed-here-only") {
        node.transact(|tables| changed(&node, tables, &id));
    }
    done()
}

fn enable(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("sysconsole_write_plugins")?;
    installed(node, &id)?;
    switch(node, tables, &id, true);
    done()
}

fn disable(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("sysconsole_write_plugins")?;
    installed(node, &id)?;
    switch(node, tables, &id, false);
    done()
}

fn installed(node: &NodeCore, id: &str) -> Result<(), Refusal> {
    if node.plugins.get(id).is_some() {
        return Ok(());
    }
    Err(Refusal::new(404, "app.plugin.not_installed.app_error", "Plugin is not installed."))
}

/// Switching is a change of the configuration, which every node then follows as far as it hears of it.
fn switch(node: &NodeCore, tables: &mut Tables, id: &str, on: bool) {
    let mut document = node.settings().document.clone();
    document["PluginSettings"]["PluginStates"][id] = json!({"Enable": on});
    if document != node.settings().document {
        config::save(node, tables, document);
    }
}

fn changed(node: &NodeCore, tables: &Tables, id: &str) {
    node.invalidate(tables, &Outdated::Plugin(id.to_owned()));
    let statuses = all_statuses(node, tables);
    node.tell(tables, "plugin_statuses_changed", Audience::Admins, json!({"plugin_statuses": statuses}));
}

/// What a running plugin serves itself; a stopped one is a path that is not there.
fn route(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    token: Token,
    Path((id, rest)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let running = node.plugins.get(&id).filter(|plugin| plugin.state == RUNNING);
    if running.as_ref().is_some_and(|plugin| plugin.revived) && node.has("product-broken-when-revived") {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    let answer = running.and_then(|plugin| {
        let request = ProductRequest {
            node,
            manifest: &plugin.manifest,
            method: &method,
            path: rest.split('/').collect(),
            headers: &headers,
            caller: token.caller(node, tables).ok(),
            bytes: &body,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        };
        products::answer(&id, tables, &request)
    });
    Ok(answer.unwrap_or_else(|| {
        let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        (StatusCode::NOT_FOUND, headers, "404 page not found\n").into_response()
    }))
}
