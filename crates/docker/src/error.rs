//! What the engine refused, as a sentence that says what to do.

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt;
use std::future::Future;

use bollard::errors::Error as EngineError;
use tokio::time::{Instant, timeout_at};

use super::cause::Cause;
use basics::trouble::Trouble;

/// Something that did not work: what we were doing, what came back, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// What we were doing, as a participle: `pulling`, `starting`.
    pub operation: &'static str,
    /// To what: `image postgres:15`, `container run1-node1-1`.
    pub object: String,
    /// HTTP status of the engine's answer, when there was one.
    pub status: Option<u16>,
    /// What came back.
    pub message: String,
    /// What to do about it, as one or more sentences.
    pub remedy: Cow<'static, str>,
    /// The lines of the container's log that tell why, oldest first, when it is about a container.
    pub log_tail: Vec<String>,
    /// The kind of failure, for callers that treat some kinds apart.
    pub cause: Cause,
}

impl Error {
    /// An error of ours, with the cause's own remedy.
    pub(super) fn new(
        cause: Cause,
        operation: &'static str,
        object: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            operation,
            object: object.into(),
            status: None,
            message: message.into(),
            remedy: Cow::Borrowed(cause.remedy()),
            log_tail: Vec::new(),
            cause,
        }
    }

    /// The engine's error, told with what we were doing.
    pub(super) fn engine(operation: &'static str, object: impl Into<String>, error: EngineError) -> Self {
        let (status, message) = match error {
            EngineError::DockerResponseServerError { status_code, message } => (Some(status_code), message),
            EngineError::DockerStreamError { error } => (None, error),
            EngineError::RequestTimeoutError => (None, "the engine did not answer in time".to_owned()),
            other => (None, with_sources(&other)),
        };
        let message = message.trim().trim_end_matches('.').to_owned();
        let message = if message.is_empty() { "the engine gave no reason".to_owned() } else { message };
        let cause = Cause::of(status, &message);
        Self { status, ..Self::new(cause, operation, object, message) }
    }

    /// The same with another remedy.
    pub(super) fn remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// The same with lines of a log.
    pub(super) fn log_tail(mut self, lines: Vec<String>) -> Self {
        self.log_tail = lines;
        self
    }

    /// Whether a second attempt may work without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.cause {
            Cause::RegistryUnreachable | Cause::RateLimited => true,
            Cause::Other => self.status.is_none_or(|status| status >= 500),
            _ => false,
        }
    }

    /// The error without the lines of the log, on one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let status = self.status.map(|status| format!(" ({status})")).unwrap_or_default();
        format!("{} {} failed: {}{status}. {}", self.operation, self.object, self.message, self.remedy)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
        self.log_tail.iter().try_for_each(|line| write!(f, "\n  | {line}"))
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let Error { operation, object, message, remedy, log_tail, .. } = error;
        let message = format!("{operation} {object} failed: {message}");
        Self::new("docker", message, remedy).with_log(log_tail)
    }
}

/// An answer that may be an error.
pub(super) trait When<T> {
    /// The error is told with what we were doing, as a participle, and to what: `starting`, `container run1-node1-1`.
    fn when(self, operation: &'static str, object: impl fmt::Display) -> Result<T, Error>;
}

impl<T> When<T> for Result<T, EngineError> {
    fn when(self, operation: &'static str, object: impl fmt::Display) -> Result<T, Error> {
        self.map_err(|error| Error::engine(operation, object.to_string(), error))
    }
}

/// Of a file or an archive on our side of the connection.
impl<T> When<T> for std::io::Result<T> {
    fn when(self, operation: &'static str, object: impl fmt::Display) -> Result<T, Error> {
        self.map_err(|error| Error::new(Cause::Other, operation, object.to_string(), error.to_string()))
    }
}

/// The result of `future`, or an error when the deadline comes first.
pub(super) async fn within<T>(
    deadline: Instant,
    operation: &'static str,
    object: &str,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout_at(deadline, future).await.unwrap_or_else(|_| {
        Err(Error::new(Cause::Deadline, operation, object, "the time was up before it was done"))
    })
}

/// An error and what it came from, as one line; hyper says "client error" and hides the reason in the source.
pub(super) fn with_sources(error: &EngineError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status_code: u16, message: &str) -> Error {
        let error = EngineError::DockerResponseServerError { status_code, message: message.into() };
        Error::engine("starting", "container c", error)
    }

    #[test]
    fn an_error_reads_as_a_sentence() {
        let error = refused(404, "No such image: x:1.").log_tail(vec!["first".into(), "second".into()]);
        assert_eq!(
            error.to_string(),
            "starting container c failed: No such image: x:1 (404). Check name and tag of the image and, \
             for a private registry, the credentials.\n  | first\n  | second"
        );
        assert!(!error.sentence().contains('\n'));
        assert!(refused(500, "  ").message.contains("no reason"));
    }

    #[test]
    fn only_what_may_heal_is_tried_again() {
        assert!(refused(500, "dial tcp: i/o timeout").is_transient());
        assert!(refused(500, "something new").is_transient());
        assert!(!refused(400, "something new").is_transient());
        assert!(!refused(404, "No such image: x").is_transient());
        assert!(!refused(500, "no space left on device").is_transient());
    }

    #[test]
    fn an_error_is_small_enough_to_return_by_value() {
        assert!(size_of::<Error>() < 128, "{}", size_of::<Error>());
    }
}
