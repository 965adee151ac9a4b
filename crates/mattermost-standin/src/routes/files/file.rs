//! Files: up, down, and what is known about them.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;
use time::OffsetDateTime;

use crate::db::ids;
use crate::db::posts::FileInfo;
use crate::db::tables::Tables;
use crate::files::media;
use crate::node::answer::{Answer, Refusal, created, ok};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::files::file_bytes::{fetch, keep};
use basics::png;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/files", post(upload))
        .route("/files/{file_id}", get(download))
        .route("/files/{file_id}/info", get(signed_in(info)))
}

async fn upload(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Answer {
    let form = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !form.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let channel = query.get("channel_id").ok_or_else(|| Refusal::body("channel_id"))?;
        let name = query.get("filename").ok_or_else(|| Refusal::body("filename"))?;
        let bytes = Bytes::from_request(request, &()).await.map_err(|_| Refusal::body("file"))?;
        let info = store(&node, &caller, channel, name, &bytes).await?;
        return created(&json!({"file_infos": [info.json()], "client_ids": null}));
    }
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::body("files"))?;
    let mut channel = query.get("channel_id").cloned();
    let (mut infos, mut client_ids) = (Vec::new(), Vec::new());
    while let Ok(Some(field)) = form.next_field().await {
        match field.name() {
            Some("channel_id") => channel = field.text().await.ok(),
            Some("client_ids") => client_ids.extend(field.text().await.ok()),
            Some("files") => {
                // The product parses the form as it comes in: a channel that follows its files is too late.
                let channel = channel.clone().ok_or_else(|| Refusal::body("channel_id"))?;
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(|_| Refusal::body("files"))?;
                infos.push(store(&node, &caller, &channel, &name, &bytes).await?.json());
            }
            _ => {}
        }
    }
    if infos.is_empty() {
        return Err(Refusal::body("files"));
    }
    created(&json!({"file_infos": infos, "client_ids": client_ids}))
}

async fn store(
    node: &NodeCore,
    caller: &Caller,
    channel: &str,
    name: &str,
    bytes: &[u8],
) -> Result<FileInfo, Refusal> {
    let mut info = described(node, caller, channel, name, bytes);
    info.key = node.transact(|tables| place_for(node, tables, caller, channel, &info.id, &info.name))?;
    if node.has("file-not-in-bucket") {
        node.transact(|tables| tables.stray_bytes.insert(info.key.clone(), bytes.to_vec()));
    } else {
        keep(node, &info.key, bytes.to_vec()).await?;
    }
    register(node, &info).await?;
    Ok(info)
}

/// What is known about a new file; its key is still to come.
pub(crate) fn described(
    node: &NodeCore,
    caller: &Caller,
    channel: &str,
    name: &str,
    bytes: &[u8],
) -> FileInfo {
    // A name is the last part of a key and must not climb.
    let name = name.rsplit(['/', '\\']).next().filter(|name| !name.is_empty()).unwrap_or("file");
    FileInfo {
        id: ids::new_id(),
        user_id: caller.user_id.clone(),
        post_id: String::new(),
        channel_id: channel.into(),
        create_at: node.world.tick(),
        name: name.into(),
        size: bytes.len(),
        mime_type: media::mime_type(name).into(),
        picture: png::size(bytes),
        key: String::new(),
    }
}

/// The key of a new file in a channel, for somebody who may write there.
pub(crate) fn place_for(
    node: &NodeCore,
    tables: &Tables,
    caller: &Caller,
    channel: &str,
    id: &str,
    name: &str,
) -> Result<String, Refusal> {
    must_be_id(channel, "channel_id").map_err(|_| Refusal::body("channel_id"))?;
    let refused = || Refusal::permission(&caller.user_id, "upload_file");
    let place = node.channel(tables, channel).map_err(|_| refused())?;
    caller.must_write(node, tables, &place).map_err(|_| refused())?;
    let today = OffsetDateTime::now_utc().date();
    Ok(format!(
        "{}{:02}{:02}/teams/noteam/channels/{channel}/users/{}/{id}/{name}",
        today.year(),
        u8::from(today.month()),
        today.day(),
        caller.user_id
    ))
}

/// Lists a file that is in the store, and puts smaller versions of a picture beside it.
pub(crate) async fn register(node: &NodeCore, info: &FileInfo) -> Result<(), Refusal> {
    if let Some((width, height)) = info.picture {
        let colour = [info.id.as_bytes()[0], info.id.as_bytes()[1], info.id.as_bytes()[2]];
        // One colour of the right size; the product scales the picture itself.
        for (which, (wide, high)) in [
            ("thumb", media::fitted((width, height), (120, 100))),
            ("preview", media::fitted((width, height), (1920, u32::MAX))),
        ] {
            if !(which == "preview" && node.has("preview-not-stored")) {
                keep(node, &info.smaller(which), png::plain(wide, high, colour)).await?;
            }
        }
    }
    node.transact(|tables| tables.files.insert(info.id.clone(), info.clone()));
    Ok(())
}

pub(crate) fn readable(
    node: &NodeCore,
    tables: &Tables,
    caller: &Caller,
    id: &str,
) -> Result<FileInfo, Refusal> {
    must_be_id(id, "file_id")?;
    let info =
        tables.files.get(id).cloned().ok_or_else(|| {
            Refusal::new(404, "api.file.get_file_info.app_error", "Failed to get file info.")
        })?;
    if info.user_id != caller.user_id {
        caller.must_read(node, tables, &node.channel(tables, &info.channel_id)?)?;
    }
    Ok(info)
}

fn info(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    let info = readable(node, tables, &caller, &id)?;
    let mut response = ok(&info.json())?;
    let kept = HeaderValue::from_static("max-age=2592000, private");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(response)
}

async fn download(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let info = node.transact(|tables| readable(&node, tables, &caller, &id))?;
    let bytes = fetch(&node, &info.key).await?;
    Ok(file_response(&info, bytes, "attachment", headers.get(header::RANGE)))
}

/// A file's bytes, or the part that was asked for; `shown` is `attachment` or `inline`.
pub(crate) fn file_response(
    info: &FileInfo,
    bytes: Vec<u8>,
    shown: &str,
    range: Option<&HeaderValue>,
) -> Response {
    let whole = bytes.len();
    let part = range.and_then(|value| media::byte_range(value.to_str().ok()?, whole));
    let (status, body) = match &part {
        Some(range) => (StatusCode::PARTIAL_CONTENT, bytes[range.clone()].to_vec()),
        None => (StatusCode::OK, bytes),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let disposition = format!("{shown};filename=\"{0}\"; filename*=UTF-8''{0}", info.name);
    let content_range = part.map(|range| format!("bytes {}-{}/{whole}", range.start, range.end - 1));
    for (name, value) in [
        (header::ACCEPT_RANGES, Some("bytes".to_owned())),
        (header::CACHE_CONTROL, Some("private, max-age=86400".to_owned())),
        (header::CONTENT_TYPE, Some(info.mime_type.clone())),
        (header::CONTENT_DISPOSITION, Some(disposition)),
        (header::CONTENT_RANGE, content_range),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_answered_with_its_place() {
        let info = FileInfo {
            id: ids::new_id(),
            user_id: String::new(),
            post_id: String::new(),
            channel_id: String::new(),
            create_at: 0,
            name: "notes.txt".into(),
            size: 10,
            mime_type: "text/plain; charset=utf-8".into(),
            picture: None,
            key: String::new(),
        };
        let range = HeaderValue::from_static("bytes=2-4");
        let response = file_response(&info, b"0123456789".to_vec(), "attachment", Some(&range));
        assert_eq!(response.status(), 206);
        assert_eq!(response.headers()[header::CONTENT_RANGE], "bytes 2-4/10");
        assert_eq!(info.json()["extension"], "txt");
    }
}
