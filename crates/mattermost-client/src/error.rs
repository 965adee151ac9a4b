//! What can go wrong when a server is asked something.

use std::fmt;

use basics::trust::TlsFailure;

/// A request that did not get the answer it should have: none at all, another status than the call knows, or another shape. Every call of
/// a [`Client`](crate::Client) may end so; its doc says only what else there is to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The node that was asked, by name, or `balancer`.
    pub node: String,
    /// Method and path: `POST /api/v4/posts`.
    pub request: String,
    /// What happened.
    pub kind: ApiErrorKind,
}

/// How a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// No answer: refused, reset, timed out. The text is the innermost cause.
    NoAnswer(String),
    /// No answer, because no TLS connection came about.
    Tls(TlsFailure),
    /// An answer with another status than expected.
    Status {
        /// The status.
        status: u16,
        /// The product's error id, such as `api.context.session_expired.app_error`; empty when there was none.
        id: String,
        /// The product's message, or the start of the body.
        message: String,
        /// `X-Request-Id`.
        request_id: Option<String>,
        /// The version in `X-Version-Id`.
        version: Option<String>,
    },
    /// The expected status with a body that does not have the expected shape.
    Shape {
        /// What was wrong with it.
        reason: String,
        /// `X-Request-Id`.
        request_id: Option<String>,
    },
}

impl ApiError {
    /// No answer in time.
    #[must_use]
    pub fn timed_out(node: &str, request: &str) -> Self {
        let kind = ApiErrorKind::NoAnswer("timed out".into());
        Self { node: node.to_owned(), request: request.to_owned(), kind }
    }

    /// The HTTP status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match &self.kind {
            ApiErrorKind::Status { status, .. } => Some(*status),
            ApiErrorKind::NoAnswer(_) | ApiErrorKind::Tls(_) | ApiErrorKind::Shape { .. } => None,
        }
    }

    /// The product's error id, or nothing.
    #[must_use]
    pub fn id(&self) -> &str {
        match &self.kind {
            ApiErrorKind::Status { id, .. } => id,
            ApiErrorKind::NoAnswer(_) | ApiErrorKind::Tls(_) | ApiErrorKind::Shape { .. } => "",
        }
    }

    /// What kept a TLS connection from coming about, if that is what happened.
    #[must_use]
    pub fn tls(&self) -> Option<&TlsFailure> {
        match &self.kind {
            ApiErrorKind::Tls(failure) => Some(failure),
            ApiErrorKind::NoAnswer(_) | ApiErrorKind::Status { .. } | ApiErrorKind::Shape { .. } => None,
        }
    }

    /// What came back, as a clause for "expected …, got …".
    #[must_use]
    pub fn got(&self) -> String {
        match &self.kind {
            ApiErrorKind::NoAnswer(cause) => format!("no answer to {} ({cause})", self.request),
            ApiErrorKind::Tls(failure) => format!("no answer to {} ({failure})", self.request),
            ApiErrorKind::Status { status, id, message, .. } if id.is_empty() => {
                format!("{status} to {} ({message})", self.request)
            }
            ApiErrorKind::Status { status, id, message, .. } => {
                format!("{status} {id} to {} ({message})", self.request)
            }
            ApiErrorKind::Shape { reason, .. } => format!("an answer to {} that {reason}", self.request),
        }
    }

    /// `X-Request-Id` of the answer.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        match &self.kind {
            ApiErrorKind::NoAnswer(_) | ApiErrorKind::Tls(_) => None,
            ApiErrorKind::Status { request_id, .. } | ApiErrorKind::Shape { request_id, .. } => {
                request_id.clone()
            }
        }
    }

    /// The version that answered, where the answer told.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        match &self.kind {
            ApiErrorKind::Status { version, .. } => version.clone(),
            ApiErrorKind::NoAnswer(_) | ApiErrorKind::Tls(_) | ApiErrorKind::Shape { .. } => None,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} gave {}", self.node, self.got())
    }
}

impl std::error::Error for ApiError {}
