//! A request to a product, as the server hands it to the plugin.

use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::node::answer::json_response;
use crate::node::core::NodeCore;
use crate::node::identity::Caller;

/// One request.
pub(crate) struct ProductRequest<'a> {
    /// The node that got it.
    pub(crate) node: &'a NodeCore,
    /// The plugin's manifest there.
    pub(crate) manifest: &'a Value,
    /// `GET` and the like.
    pub(crate) method: &'a Method,
    /// The path after the plugin's id, cut at each `/`.
    pub(crate) path: Vec<&'a str>,
    /// The headers as they came.
    pub(crate) headers: &'a HeaderMap,
    /// Who asks, if somebody is logged in.
    pub(crate) caller: Option<Caller>,
    /// The body as it came.
    pub(crate) bytes: &'a [u8],
    /// The body; null where it is no JSON.
    pub(crate) body: Value,
}

/// JSON with a status.
pub(crate) fn json(status: u16, body: &Value) -> Response {
    json_response(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body)
}

/// A line of text with a status, as Go's `http.Error` writes it.
pub(crate) fn text(status: u16, line: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, headers, format!("{line}\n")).into_response()
}
