//! The file store as routes use it, and the two ways in which bytes come: a form with a picture, bytes with their type.

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::node::answer::{Answer, Refusal};
use crate::node::core::NodeCore;

/// Puts bytes into the file store.
pub(crate) async fn keep(node: &NodeCore, key: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
    node.world.options.files.put(key, bytes).await.map_err(|error| {
        Refusal::new(500, "api.file.write_file.app_error", "Unable to write the file.")
            .detail(error.to_string())
    })
}

/// The bytes under a key, if there are any.
pub(crate) async fn look(node: &NodeCore, key: &str) -> Result<Option<Vec<u8>>, Refusal> {
    // What a fault kept from the store, and the node would give out of its own disk.
    let stray = node.transact(|tables| tables.stray_bytes.get(key).cloned());
    if stray.is_some() {
        return Ok(stray);
    }
    let found = node.world.options.files.get(key).await.map_err(|error| unreadable(&error.to_string()))?;
    let rotten = node.transact(|tables| tables.rotten_files.contains(key));
    Ok(found.map(|mut bytes| {
        if let Some(first) = bytes.first_mut().filter(|_| rotten) {
            *first ^= 1;
        }
        bytes
    }))
}

/// The bytes that must be under a key.
pub(crate) async fn fetch(node: &NodeCore, key: &str) -> Result<Vec<u8>, Refusal> {
    look(node, key).await?.ok_or_else(|| unreadable("The specified key does not exist."))
}

fn unreadable(why: &str) -> Refusal {
    Refusal::new(500, "api.file.file_reader.app_error", "Unable to get a file reader.").detail(why)
}

/// A form with a picture, and a text beside it.
#[derive(Debug, Default)]
pub(crate) struct PictureForm {
    /// The bytes of the field `image`.
    pub(crate) image: Vec<u8>,
    /// The field `emoji`: JSON.
    pub(crate) emoji: String,
}

impl PictureForm {
    /// Reads a form that must have a picture in it.
    pub(crate) async fn read(request: Request) -> Result<Self, Refusal> {
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::body("image"))?;
        let mut read = Self::default();
        while let Ok(Some(field)) = form.next_field().await {
            match field.name() {
                Some("image") => {
                    read.image = field.bytes().await.map_err(|_| Refusal::body("image"))?.to_vec();
                }
                Some("emoji") => {
                    read.emoji = field.text().await.map_err(|_| Refusal::body("emoji"))?;
                }
                _ => {}
            }
        }
        if read.image.is_empty() { Err(Refusal::body("image")) } else { Ok(read) }
    }
}

/// A day in seconds.
pub(crate) const DAY: u32 = 24 * 3600;

/// A picture with what clients need to keep it: its time is its `Etag`, and 304 answers those who know it.
pub(crate) fn picture(
    bytes: Vec<u8>,
    kind: &str,
    kept_s: u32,
    at: Option<i64>,
    headers: &HeaderMap,
) -> Answer {
    let etag = at.map(|at| at.to_string());
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if etag.is_some() && known == etag.as_deref() {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let mut response = Response::new(Body::from(bytes));
    let cached = format!("max-age={kept_s}, private");
    for (name, value) in [
        (header::CONTENT_TYPE, Some(kind.to_owned())),
        (header::CACHE_CONTROL, Some(cached)),
        (header::ETAG, etag),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}
