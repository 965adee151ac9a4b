//! Health, licence, schema and counts.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::routing::get;
use serde_json::{Value, json};

use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, json_response, ok};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::{anyone, signed_in};
use crate::routes::users::user::MOST_USERS;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/system/ping", get(ping))
        .route("/license/client", get(anyone(license)))
        .route("/limits/server", get(signed_in(limits)))
        .route("/system/schema/version", get(signed_in(schema)))
        .route("/analytics/old", get(signed_in(analytics)))
}

async fn ping(State(node): State<Arc<NodeCore>>, Query(query): Query<HashMap<String, String>>) -> Answer {
    let on = |key: &str| query.get(key).is_some_and(|value| value == "true");
    let mut body = json!({
        "ActiveSearchBackend": "database", "AndroidLatestVersion": "", "AndroidMinVersion": "",
        "IosLatestVersion": "", "IosMinVersion": "",
    });
    let mut status = "OK";
    // Told only while the flag is not off.
    let flag = &node.settings().client["FeatureFlagTestFeature"];
    if flag != "off" {
        body["TestFeatureFlag"] = flag.clone();
    }
    if on("get_server_status") {
        let files = node.world.options.files.list("healthcheck/").await;
        let filestore = if files.is_ok() { "OK" } else { "UNHEALTHY" };
        status = filestore;
        body["database_status"] = json!("OK");
        body["filestore_status"] = json!(filestore);
    }
    body["status"] = json!(status);
    let code = if status == "OK" || on("use_rest_semantics") {
        StatusCode::OK
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let mut response = json_response(code, &body);
    if on("get_server_status") {
        for name in ["status", "database_status", "filestore_status"] {
            let value = body[name].as_str().and_then(|value| HeaderValue::from_str(value).ok());
            if let Some(value) = value {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
    }
    Ok(response)
}

/// What clients are told about the licence.
pub(crate) fn client_license(node: &NodeCore) -> Value {
    if node.world.clustered() {
        json!({"IsLicensed": "true", "SkuShortName": "enterprise", "Cluster": "true",
            "Cloud": node.world.cloud().to_string(), "IsTrial": "false", "GuestAccounts": "true"})
    } else {
        json!({"IsLicensed": "false"})
    }
}

fn license(
    node: &Arc<NodeCore>,
    _tables: &mut Tables,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    if query.get("format").is_none_or(|format| format != "old") {
        return Err(Refusal::new(
            400,
            "api.license.client.old_format.app_error",
            "New format for the client license is not supported yet. Please specify format=old in the query string.",
        ));
    }
    ok(&client_license(node))
}

/// A Team build's limits, none with a licence.
fn limits(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_user_management_users")?;
    let (soft, hard) = if node.world.clustered() { (0, 0) } else { (200, MOST_USERS) };
    let active = tables.active_users();
    ok(&json!({
        "maxUsersLimit": soft, "maxUsersHardLimit": hard, "activeUserCount": active, "singleChannelGuestCount": 0,
        "singleChannelGuestLimit": 0, "postHistoryLimit": 0, "lastAccessiblePostTime": 0,
    }))
}

fn schema(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_about_edition_and_license")?;
    let rows = tables.schema.iter().rev();
    let list: Vec<Value> = rows.map(|(number, name)| json!({"version": number, "name": name})).collect();
    ok(&list.into())
}

/// Counts of everything there is. Posts are counted once a day on 11.x, so the number is 0 here as on a young server.
fn analytics(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("get_analytics")?;
    let channels = |kind: &str| tables.channels.values().filter(|channel| channel.kind == kind).count();
    let counts = [
        ("channel_open_count", channels("O")),
        ("channel_private_count", channels("P")),
        ("post_count", 0),
        ("unique_user_count", tables.users.len()),
        ("team_count", tables.teams.len()),
        ("total_websocket_connections", 0),
        ("total_master_db_connections", 5),
        ("total_read_db_connections", 0),
        ("daily_active_users", 0),
        ("monthly_active_users", 0),
        ("inactive_user_count", 0),
        ("single_channel_guest_count", 0),
    ];
    let rows: Vec<Value> = counts.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    ok(&rows.into())
}
