//! Uploads that come in parts, through whichever node.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};

use crate::db::ids;
use crate::db::posts::UploadSession;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::files::file::{described, place_for, register};
use crate::routes::files::file_bytes::{fetch, keep};

/// S3 takes no smaller part, unless it is the last one; the product asks for it beforehand.
const FIRST_PART: usize = 5 * 1024 * 1024;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/uploads", post(signed_in(create)))
        .route("/uploads/{upload_id}", get(signed_in(by_id)).post(take))
        .route("/users/{user_id}/uploads", get(signed_in(of_user)))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "upload")?;
    let channel_id = text(&body, "channel_id").to_owned();
    let size = body["file_size"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    if size == 0 {
        return Err(Refusal::body("file_size"));
    }
    let id = ids::new_id();
    let name = text(&body, "filename").to_owned();
    // The folder is the upload's, not the file's: recorded.
    let key = place_for(node, tables, &caller, &channel_id, &id, &name)?;
    let session = UploadSession {
        id,
        create_at: node.world.tick(),
        user_id: caller.user_id,
        channel_id,
        name,
        size,
        offset: 0,
        key,
    };
    tables.uploads.insert(session.id.clone(), session.clone());
    created(&session.json())
}

fn session(tables: &Tables, caller: &Caller, id: &str) -> Result<UploadSession, Refusal> {
    must_be_id(id, "upload_id")?;
    let session = tables.uploads.get(id).cloned().ok_or_else(|| {
        let message = "Failed to get upload.";
        Refusal::missing("app.upload.get.app_error", message, "UploadSession", id)
    })?;
    if session.user_id != caller.user_id {
        let message = "Failed to get upload.";
        return Err(Refusal::new(403, "api.upload.get_upload.forbidden.app_error", message));
    }
    Ok(session)
}

fn by_id(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    ok(&session(tables, &caller, &id)?.json())
}

fn of_user(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.resolve(&user)?;
    if user != caller.user_id {
        let message = "Failed to get uploads for user.";
        return Err(Refusal::new(403, "api.user.get_uploads_for_user.forbidden.app_error", message));
    }
    let mut own: Vec<&UploadSession> = tables.uploads.values().filter(|one| one.user_id == user).collect();
    own.sort_by_key(|one| one.create_at);
    let list: Vec<serde_json::Value> = own.into_iter().map(UploadSession::json).collect();
    ok(&list.into())
}

/// The next part; the last one makes the file.
async fn take(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let mut session = node.transact(|tables| session(tables, &caller, &id))?;
    let come = session.offset + body.len();
    if session.offset == 0 && body.len() < FIRST_PART && come < session.size {
        return Err(Refusal::new(
            400,
            "app.upload.upload_data.first_part_too_small.app_error",
            "Failed to upload data. First part must be at least 5242880 Bytes.",
        ));
    }
    let whole = come >= session.size;
    let mut bytes = if session.offset == 0 { Vec::new() } else { fetch(&node, &session.key).await? };
    bytes.extend_from_slice(&body);
    if whole && node.has("upload-truncated") {
        bytes.truncate(session.offset.max(session.size / 2));
    }
    keep(&node, &session.key, bytes.clone()).await?;
    session.offset = come;
    if !whole {
        node.transact(|tables| tables.uploads.insert(id, session));
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    node.transact(|tables| tables.uploads.remove(&id));
    let mut info = described(&node, &caller, &session.channel_id, &session.name, &bytes);
    (info.key, info.size) = (session.key, session.size);
    register(&node, &info).await?;
    ok(&info.json())
}
