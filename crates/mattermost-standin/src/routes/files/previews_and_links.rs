//! Other ways to look at a file: small versions of a picture, and links for people without an account.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::routing::get;
use serde_json::json;

use crate::db::ids;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, ok};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::files::file::{file_response, readable};
use crate::routes::files::file_bytes::fetch;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/files/{file_id}/thumbnail", get(thumbnail))
        .route("/files/{file_id}/preview", get(preview))
        .route("/files/{file_id}/link", get(signed_in(link)))
}

/// What is served outside of the API.
pub(crate) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().route("/files/{file_id}/public", get(public))
}

async fn thumbnail(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    smaller(&node, &caller, &id, "thumb", "thumbnail").await
}

async fn preview(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    smaller(&node, &caller, &id, "preview", "preview").await
}

async fn smaller(node: &NodeCore, caller: &Caller, id: &str, which: &str, word: &str) -> Answer {
    let info = node.transact(|tables| readable(node, tables, caller, id))?;
    if info.picture.is_none() {
        let error = format!("api.file.get_file_{word}.no_{word}.app_error");
        let message = format!("File doesn't have a {word} image.");
        return Err(Refusal::new(400, &error, &message).detail(format!("file_id={id}")));
    }
    // With `preview-not-stored` the node still shows one: out of its own memory, as it were.
    let key = if node.has("preview-not-stored") { info.smaller("thumb") } else { info.smaller(which) };
    let mut response = file_response(&info, fetch(node, &key).await?, "inline", None);
    // The product says so whatever the bytes are: recorded.
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    Ok(response)
}

fn must_be_on(node: &NodeCore) -> Result<(), Refusal> {
    if node.settings().on("FileSettings", "EnablePublicLink") {
        return Ok(());
    }
    let message = "Public links have been disabled.";
    Err(Refusal::new(403, "api.file.get_public_link.disabled.app_error", message))
}

/// What makes a link hard to guess: a seal with the configuration's secret salt.
fn seal(node: &NodeCore, file: &str) -> String {
    let settings = node.settings();
    ids::digest(&[settings.text("FileSettings", "PublicLinkSalt").as_bytes(), file.as_bytes()])
}

fn link(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    must_be_on(node)?;
    let info = readable(node, tables, &caller, &id)?;
    if info.post_id.is_empty() {
        return Err(Refusal::new(
            400,
            "api.file.get_public_link.no_post.app_error",
            "Unable to get public link for file. File must be attached to a post that can be read by the current user.",
        )
        .detail(format!("file_id={id}")));
    }
    let (settings, hash) = (node.settings(), seal(node, &id));
    let site = settings.text("ServiceSettings", "SiteURL");
    ok(&json!({"link": format!("{site}/files/{id}/public?h={hash}")}))
}

async fn public(
    State(node): State<Arc<NodeCore>>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    must_be_id(&id, "file_id")?;
    must_be_on(&node)?;
    let info = node.transact(|tables| tables.files.get(&id).cloned());
    let info = info
        .ok_or_else(|| Refusal::new(404, "api.file.get_file_info.app_error", "Failed to get file info."))?;
    let right = query.get("h") == Some(&seal(&node, &id)) || node.has("public-link-guessed");
    if !right {
        let message = "The public link does not appear to be valid.";
        return Err(Refusal::new(400, "api.file.get_file.public_invalid.app_error", message));
    }
    Ok(file_response(&info, fetch(&node, &info.key).await?, "attachment", None))
}
