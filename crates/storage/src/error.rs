//! What goes wrong with a bucket, as sentences.

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use basics::trust::TlsFailure;

/// A failed look into a bucket: what was tried, what came back, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{doing} failed: {cause}; {remedy}")]
pub struct StorageError {
    /// What was tried, with bucket, key and endpoint.
    pub doing: String,
    /// What came back.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
    /// HTTP status of the store's answer, when there was one.
    pub status: Option<u16>,
    /// What kept a TLS connection from coming about, if that is what happened.
    pub tls: Option<TlsFailure>,
}

impl StorageError {
    /// The error of an operation of the SDK.
    pub(super) fn of<E>(doing: String, error: SdkError<E>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let tls = TlsFailure::of(&error);
        if let Some(failure) = tls {
            let remedy = failure.remedy("the endpoint");
            return Self { doing, cause: failure.to_string(), remedy, status: None, tls: Some(failure) };
        }
        let remedy = match &error {
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
                "see that the store runs and that its endpoint is reachable from the gate"
            }
            SdkError::ServiceError(answer) => remedy_of(answer.err().code(), answer.raw().status().as_u16()),
            _ => "see the store's own log",
        };
        let cause = match &error {
            // The chain repeats the whole raw answer here; code and message are what it says.
            SdkError::ServiceError(answer) => sentence_of(answer.err(), answer.raw().status().as_u16()),
            _ => DisplayErrorContext(&error).to_string(),
        };
        let status = match &error {
            SdkError::ServiceError(answer) => Some(answer.raw().status().as_u16()),
            _ => None,
        };
        Self { doing, cause, remedy: remedy.to_owned(), status, tls: None }
    }

    /// Whether waiting does not help: the store said no, or its certificate is not trusted.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.status, Some(401 | 403)) || self.tls.as_ref().is_some_and(TlsFailure::stays)
    }
}

fn sentence_of(error: &impl ProvideErrorMetadata, status: u16) -> String {
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("the store answered {status} {code} ({message})"),
        (Some(code), None) => format!("the store answered {status} {code}"),
        // An answer to HEAD has no body, so no code either.
        (None, _) => format!("the store answered {status}"),
    }
}

fn remedy_of(code: Option<&str>, status: u16) -> &'static str {
    match (code, status) {
        (Some("NoSuchBucket"), _) => "create the bucket, or correct its name",
        (Some("RequestTimeTooSkewed"), _) => "set the clocks of the gate and the store right",
        (_, 301 | 307) => "correct the region",
        (_, 401 | 403) => "correct the access key and its secret, and let them read and write this bucket",
        (_, 404) => "see that the bucket exists",
        (_, 500..) => "see the store's own log",
        _ => "see the store's own log, and the prefix and region that were given",
    }
}
