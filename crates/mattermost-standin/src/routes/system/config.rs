//! Configuration: reading, changing, reloading, and what clients see.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Query;
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated, Peer};
use crate::node::answer::{Answer, Refusal, done, ok, read, uncached};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, Token};
use crate::node::settings;
use crate::node::transaction::{anyone, signed_in};
use crate::outside::push;
use crate::routes::system::health::client_license;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/config", get(signed_in(whole)).put(signed_in(replace)))
        .route("/config/patch", put(signed_in(patch)))
        .route("/config/client", get(anyone(client)))
        .route("/config/environment", get(signed_in(environment)))
        .route("/config/reload", post(signed_in(reload)))
        .route("/caches/invalidate", post(signed_in(invalidate)))
}

fn client(node: &Arc<NodeCore>, tables: &mut Tables, token: Token) -> Answer {
    let caller = token.caller(node, tables).ok();
    let no_accounts = tables.users.is_empty();
    ok(&node.settings().client_view(caller.is_some(), no_accounts))
}

fn whole(
    node: &Arc<NodeCore>,
    _tables: &mut Tables,
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

fn environment(node: &Arc<NodeCore>, _tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_about_edition_and_license")?;
    uncached(ok(&node.environment.shown()))
}

fn patch(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    may_write(&caller)?;
    push::again(node, tables);
    change(node, tables, &read(&body, "config")?)
}

fn replace(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    may_write(&caller)?;
    let document = read(&body, "config")?;
    if document["ServiceSettings"]["SiteURL"].as_str().unwrap_or_default().is_empty() {
        return Err(Refusal::new(
            400,
            "api.config.update_config.clear_siteurl.app_error",
            "Site URL cannot be cleared.",
        ));
    }
    change(node, tables, &document)
}

fn may_write(caller: &Caller) -> Result<(), Refusal> {
    caller.must_be_admin("sysconsole_write_about_edition_and_license")
}

fn change(node: &NodeCore, tables: &mut Tables, patch: &Value) -> Answer {
    let before = node.settings();
    let document = settings::patched(&before.document, patch, &node.environment, |fault| node.has(fault))?;
    if document == before.document {
        // Nobody is told of a patch that changes nothing; what this node believes is stored all the same, over whatever
        // was changed through a node that it does not hear of (seen on real servers without clustering).
        let stored = stripped(node, tables, document.clone());
        tables.config = stored;
    } else {
        save(node, tables, document.clone());
    }
    uncached(ok(&settings::masked(&document)))
}

/// A document without what the environment owns.
fn stripped(node: &NodeCore, tables: &Tables, mut document: Value) -> Value {
    let stored = tables.config.clone();
    node.environment.strip(&mut document, &stored);
    document
}

/// Saves a document and lets everybody know: this node at once, the others through the cluster or not at all. What
/// the environment owns is not stored.
pub(crate) fn save(node: &NodeCore, tables: &mut Tables, document: Value) {
    let document = stripped(node, tables, document);
    if node.has("config-not-shared") {
        node.use_settings(tables, document);
    } else {
        tables.config = document;
        node.reload_settings(tables);
        node.invalidate(tables, &Outdated::Config);
    }
    let client = node.settings().client_view(true, false);
    node.tell(tables, "config_changed", Audience::All, json!({"config": client}));
    node.tell(
        tables,
        "plugin_statuses_changed",
        Audience::Admins,
        json!({"plugin_statuses": node.plugin_statuses()}),
    );
}

fn reload(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("reload_config")?;
    node.reload_settings(tables);
    uncached(done())
}

fn invalidate(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("invalidate_caches")?;
    node.invalidate(tables, &Outdated::All);
    node.tell(tables, "license_changed", Audience::All, json!({"license": client_license(node)}));
    uncached(done())
}
