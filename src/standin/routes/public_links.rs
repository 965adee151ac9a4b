//! Links that show a file to anybody: off at first, sealed with the configuration's secret salt.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::standin::answer::{Answer, Refusal, ok};
use crate::standin::core::NodeCore;
use crate::standin::identity::{Caller, must_be_id};
use crate::standin::ids;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().route("/files/{file_id}/link", get(link))
}

/// What is served outside the API.
pub(super) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().route("/files/{file_id}/public", get(public))
}

fn seal(node: &NodeCore, file: &str) -> String {
    let settings = node.settings();
    ids::digest(&[settings.text("FileSettings", "PublicLinkSalt").as_bytes(), file.as_bytes()])
}

async fn link(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    must_be_id(&id, "file_id")?;
    if !node.settings().on("FileSettings", "EnablePublicLink") {
        let message = "Public links have been disabled.";
        return Err(Refusal::new(403, "api.file.get_public_link.disabled.app_error", message));
    }
    let info =
        node.world.tables().files.get(&id).cloned().ok_or_else(|| {
            Refusal::new(404, "api.file.get_file_info.app_error", "Failed to get file info.")
        })?;
    caller.must_read(&node, &node.channel(&info.channel_id)?)?;
    if info.post_id.is_empty() {
        let message = "Unable to get public link for file. File must be attached to a post that can be read by the current user.";
        return Err(Refusal::new(400, "api.file.get_public_link.no_post.app_error", message));
    }
    let site = node.settings().text("ServiceSettings", "SiteURL").to_owned();
    ok(&json!({"link": format!("{site}/files/{id}/public?h={}", seal(&node, &id))}))
}

/// A page for people, also when it refuses.
async fn public(
    State(node): State<Arc<NodeCore>>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let page = |status: StatusCode| (status, Html("<!DOCTYPE html><html></html>")).into_response();
    if !node.settings().on("FileSettings", "EnablePublicLink") {
        return page(StatusCode::FORBIDDEN);
    }
    if query.get("h").is_none_or(|told| *told != seal(&node, &id)) {
        return page(StatusCode::BAD_REQUEST);
    }
    let Some(info) = node.world.tables().files.get(&id).cloned() else { return page(StatusCode::NOT_FOUND) };
    match node.world.options.files.get(&info.key).await {
        Ok(Some(bytes)) => ([(header::CONTENT_TYPE, info.mime_type)], bytes).into_response(),
        _ => page(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
