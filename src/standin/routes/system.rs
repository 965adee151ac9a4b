//! Health, licence, schema, roles and migration jobs.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::standin::answer::{Answer, Refusal, json_response, ok, read_ids};
use crate::standin::core::NodeCore;
use crate::standin::identity::Caller;
use crate::standin::ids;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/system/ping", get(ping))
        .route("/license/client", get(license))
        .route("/system/schema/version", get(schema))
        .route("/roles/names", post(roles))
        .route("/jobs/type/{type}", get(jobs))
}

async fn ping(State(node): State<Arc<NodeCore>>, Query(query): Query<HashMap<String, String>>) -> Answer {
    let on = |key: &str| query.get(key).is_some_and(|value| value == "true");
    let mut body = json!({
        "ActiveSearchBackend": "database", "AndroidLatestVersion": "", "AndroidMinVersion": "",
        "IosLatestVersion": "", "IosMinVersion": "",
    });
    let mut status = "OK";
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
pub(super) fn client_license(node: &NodeCore) -> Value {
    if node.world.clustered() {
        json!({"IsLicensed": "true", "SkuShortName": "enterprise", "Cluster": "true", "Cloud": "false",
            "IsTrial": "false"})
    } else {
        json!({"IsLicensed": "false"})
    }
}

async fn license(State(node): State<Arc<NodeCore>>, Query(query): Query<HashMap<String, String>>) -> Answer {
    if query.get("format").is_none_or(|format| format != "old") {
        return Err(Refusal::new(
            400,
            "api.license.client.old_format.app_error",
            "New format for the client license is not supported yet. Please specify format=old in the query string.",
        ));
    }
    ok(&client_license(&node))
}

async fn schema(State(node): State<Arc<NodeCore>>, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_about_edition_and_license")?;
    let rows: Vec<(u32, String)> =
        node.world.tables().schema.iter().rev().map(|(number, name)| (*number, name.clone())).collect();
    let newest = usize::from(node.has("schema-one-short"));
    let lost = node.has("schema-row-lost").then_some(rows.len() / 2);
    let list: Vec<Value> = rows
        .iter()
        .enumerate()
        .filter(|(index, _)| *index >= newest && Some(*index) != lost)
        .map(|(_, (number, name))| json!({"version": number, "name": name}))
        .collect();
    ok(&list.into())
}

async fn roles(_caller: Caller, body: Bytes) -> Answer {
    let names = read_ids(&body, "rolename")?;
    let known = ["system_admin", "system_user", "team_user", "team_admin", "channel_user", "channel_admin"];
    let role = |name: &String| {
        json!({
            "id": &ids::digest(&[name.as_bytes()])[..26], "name": name,
            "display_name": format!("authentication.roles.{name}.name"),
            "description": format!("authentication.roles.{name}.description"),
            "create_at": 1, "update_at": 1, "delete_at": 0,
            "permissions": ["create_direct_channel", "create_team", "list_public_teams", "view_members"],
            "scheme_managed": true, "built_in": true, "scheme_id": null,
        })
    };
    let list: Vec<Value> = names.iter().filter(|name| known.contains(&name.as_str())).map(role).collect();
    ok(&list.into())
}

async fn jobs(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    axum::extract::Path(kind): axum::extract::Path<String>,
) -> Answer {
    caller.must_be_admin("read_jobs")?;
    let jobs = node.world.tables().jobs.clone();
    let list: Vec<Value> = jobs.into_iter().filter(|job| job["type"] == kind.as_str()).collect();
    ok(&list.into())
}
