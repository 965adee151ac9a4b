//! What routes answer: JSON, or a refusal with the product's error id.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What every route gives.
pub(super) type Answer = Result<Response, Refusal>;

/// An error of the product: `{"id","message","detailed_error","request_id","status_code"}`.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) id: String,
    message: String,
    detail: String,
    /// The 404 for a path that is no route has neither a request id nor the usual headers.
    pub(super) unknown_route: bool,
}

impl Refusal {
    pub(super) fn new(status: u16, id: &str, message: &str) -> Self {
        Self { status, id: id.into(), message: message.into(), detail: String::new(), unknown_route: false }
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// 401: no session.
    pub(super) fn session(detail: impl Into<String>) -> Self {
        Self::new(
            401,
            "api.context.session_expired.app_error",
            "Invalid or expired session, please login again.",
        )
        .detail(detail)
    }

    /// 403: not allowed to.
    pub(super) fn permission(user: &str, permission: &str) -> Self {
        Self::new(403, "api.context.permissions.app_error", "You do not have the appropriate permissions.")
            .detail(format!("userId={user}, permission={permission}"))
    }

    /// 400: something in the body is missing or makes no sense.
    pub(super) fn body(name: &str) -> Self {
        Self::new(
            400,
            "api.context.invalid_body_param.app_error",
            &format!("Invalid or missing {name} in request body."),
        )
    }

    /// 400: something in the path makes no sense.
    pub(super) fn url(name: &str) -> Self {
        Self::new(
            400,
            "api.context.invalid_url_param.app_error",
            &format!("Invalid or missing {name} parameter in request URL."),
        )
    }

    /// 404: there is no such thing.
    pub(super) fn missing(id: &str, message: &str, what: &str, which: &str) -> Self {
        Self::new(404, id, message).detail(format!("resource \"{what}\" not found, id: {which}"))
    }

    /// 404: there is no such route.
    pub(super) fn unknown_route(path: &str) -> Self {
        let detail = format!(
            "There doesn't appear to be an api call for the url='{path}'.  Typo? are you missing a team_id or user_id as part of the url?"
        );
        let refusal =
            Self::new(404, "api.context.404.app_error", "Sorry, we could not find the page.").detail(detail);
        Self { unknown_route: true, ..refusal }
    }

    /// The body, with the id of the request where the product gives one.
    pub(super) fn json(&self, request_id: &str) -> Value {
        let mut body = json!({"id": self.id, "message": self.message, "detailed_error": self.detail});
        if !self.unknown_route {
            body["request_id"] = json!(request_id);
        }
        body["status_code"] = json!(self.status);
        body
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // The body is written further out, where the id of the request is known.
        response.extensions_mut().insert(self);
        response
    }
}

/// A JSON body with a status.
pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// 200 with a body.
pub(super) fn ok(body: &Value) -> Answer {
    Ok(json_response(StatusCode::OK, body))
}

/// 201 with a body.
pub(super) fn created(body: &Value) -> Answer {
    Ok(json_response(StatusCode::CREATED, body))
}

/// 200 `{"status":"OK"}`.
pub(super) fn done() -> Answer {
    ok(&json!({"status": "OK"}))
}

/// An answer that nobody may keep.
pub(super) fn uncached(answer: Answer) -> Answer {
    let kept = HeaderValue::from_static("no-cache, no-store, must-revalidate");
    answer.map(|mut response| {
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
        response
    })
}

/// An answer that is known by its `Etag`.
pub(super) fn tagged(answer: Answer, etag: &str) -> Answer {
    answer.map(|mut response| {
        if let Ok(etag) = HeaderValue::from_str(etag) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    })
}

/// The body of a request as JSON.
pub(super) fn read(bytes: &[u8], name: &str) -> Result<Value, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| Refusal::body(name).detail(error.to_string()))
}

/// A body that must be a list of ids.
pub(super) fn read_ids(bytes: &[u8], name: &str) -> Result<Vec<String>, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| Refusal::body(name).detail(error.to_string()))
}

/// A text in a body, or "".
pub(super) fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body[key].as_str().unwrap_or_default()
}
