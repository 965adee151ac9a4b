//! What the engine refused, as a sentence that says what to do.

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt;
use std::future::Future;

use bollard::errors::Error as EngineError;
use tokio::time::{Instant, timeout_at};

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

/// Kinds of failures that somebody tells apart: a remedy of ours, a second attempt, a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No engine answered, or not one we can use.
    EngineUnreachable,
    /// The image is not there, or we may not have it: registries do not say which.
    ImageNotFound,
    /// The image is made for another kind of processor than the engine's.
    Architecture,
    /// The registry did not answer properly.
    RegistryUnreachable,
    /// The registry wants us to come back later.
    RateLimited,
    /// The engine's disk is full.
    NoSpace,
    /// The container was killed for want of memory.
    OutOfMemory,
    /// The engine has no subnet left for another network.
    AddressPoolsExhausted,
    /// Somebody is on the network, or the engine believes so.
    NetworkInUse,
    /// Somebody else has that name.
    NameConflict,
    /// Somebody else has that port on the host.
    PortAllocated,
    /// The container ended although it should run, with this exit code.
    Exited(u8),
    /// Its health check failed so often that the engine calls it unhealthy.
    Unhealthy,
    /// A folder of the engine's host that is to be mounted is not there and cannot be made.
    HostPath,
    /// A folder is to be mounted over a file, or a file over a folder.
    FolderForFile,
    /// Somebody waits for the health of a container that has no health check.
    NoHealthcheck,
    /// The object is not there.
    Absent,
    /// The compose file asks for something that cannot be done.
    Invalid,
    /// The time was up.
    Deadline,
    /// Anything else.
    Other,
}

impl Cause {
    /// What one can do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::EngineUnreachable => "Check that Docker runs here and that we may use its socket.",
            Self::ImageNotFound => {
                "Check name and tag of the image and, for a private registry, the credentials."
            }
            Self::Architecture => {
                "Take an image that is made for the engine's processors. Where the engine emulates others, say so: `platform:` on the service, or DOCKER_DEFAULT_PLATFORM=linux/amd64 in `variables`."
            }
            Self::RegistryUnreachable => {
                "Check that the engine's host reaches the registry (DNS, proxy, firewall), or load the image beforehand."
            }
            Self::RateLimited => "Give credentials for the registry, use a mirror, or try again later.",
            Self::NoSpace => {
                "Free space on the engine's disk: `docker system df` shows what uses it, `docker system prune` frees what nobody uses."
            }
            Self::OutOfMemory => {
                "Raise the memory limit of the service, or run on a machine with more memory."
            }
            Self::AddressPoolsExhausted => {
                "Remove unused networks (`docker network prune`), or enlarge `default-address-pools` in the engine's daemon.json."
            }
            Self::NetworkInUse => {
                "Take off what `docker network inspect` shows on it. If it shows nobody, the engine has miscounted: restart it, then call `upgrade-gate cleanup`."
            }
            Self::NameConflict => "Remove the other object, or do without a fixed name in the compose file.",
            Self::PortAllocated => {
                "Do without the published port, or end what holds it on the engine's host."
            }
            Self::Exited(_) => "Read what its log says.",
            Self::Unhealthy => "Read what its health check and its log say.",
            Self::HostPath => {
                "Make that folder on the engine's host, or correct the path in the compose file. With `DOCKER_HOST` the host is another machine."
            }
            Self::FolderForFile => {
                "Check the mount's path: where the engine's host has no such file, the engine makes a folder of that name (remove it), and a folder cannot take a file's place."
            }
            Self::NoHealthcheck => {
                "Give the service a `healthcheck:`, or depend on it with `condition: service_started`."
            }
            Self::Absent => "Check whether something else removed it (another clean-up, `docker prune`).",
            Self::Invalid => "Correct the compose file.",
            Self::Deadline => "Read what its log says, or allow more time.",
            Self::Other => "Read the engine's own log (`journalctl -u docker`).",
        }
    }
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
        let cause = classify(status, &message);
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

/// The cause behind the engine's words. Its statuses are too coarse: a full disk and a taken port are both 500.
fn classify(status: Option<u16>, message: &str) -> Cause {
    const KNOWN: [(&str, Cause); 36] = [
        // Before others: the engine adds what the operating system said.
        ("bind source path does not exist", Cause::HostPath),
        ("error while creating mount source path", Cause::HostPath),
        ("failed to mount local volume", Cause::HostPath),
        ("trying to mount a directory onto a file", Cause::FolderForFile),
        ("no space left on device", Cause::NoSpace),
        ("disk quota exceeded", Cause::NoSpace),
        // Engine 20.10, then 25 and later.
        ("available, non-overlapping ipv4 address pool", Cause::AddressPoolsExhausted),
        ("address pools have been fully subnetted", Cause::AddressPoolsExhausted),
        ("has active endpoints", Cause::NetworkInUse),
        ("port is already allocated", Cause::PortAllocated),
        ("address already in use", Cause::PortAllocated),
        ("ports are not available", Cause::PortAllocated),
        ("is already in use by container", Cause::NameConflict),
        ("already exists", Cause::NameConflict),
        ("toomanyrequests", Cause::RateLimited),
        ("rate limit", Cause::RateLimited),
        ("no such image", Cause::ImageNotFound),
        ("manifest unknown", Cause::ImageNotFound),
        ("name unknown", Cause::ImageNotFound),
        ("no matching manifest", Cause::Architecture),
        ("no match for platform in manifest", Cause::Architecture),
        ("does not match the specified platform", Cause::Architecture),
        ("pull access denied", Cause::ImageNotFound),
        ("repository does not exist", Cause::ImageNotFound),
        ("access to the resource is denied", Cause::ImageNotFound),
        ("authentication required", Cause::ImageNotFound),
        ("no basic auth credentials", Cause::ImageNotFound),
        ("unauthorized", Cause::ImageNotFound),
        ("dial tcp", Cause::RegistryUnreachable),
        ("i/o timeout", Cause::RegistryUnreachable),
        ("tls handshake timeout", Cause::RegistryUnreachable),
        ("client.timeout exceeded", Cause::RegistryUnreachable),
        ("connection reset by peer", Cause::RegistryUnreachable),
        ("unexpected eof", Cause::RegistryUnreachable),
        ("bad gateway", Cause::RegistryUnreachable),
        ("service unavailable", Cause::RegistryUnreachable),
    ];
    let message = message.to_lowercase();
    if message.starts_with("manifest for ") && message.contains(" not found") {
        return Cause::ImageNotFound;
    }
    KNOWN
        .iter()
        .find(|(words, _)| message.contains(words))
        .map_or(if status == Some(404) { Cause::Absent } else { Cause::Other }, |(_, cause)| *cause)
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
    fn the_engines_words_are_recognised() {
        for (status, words, cause) in [
            (500, "write /var/lib/docker/x: no space left on device", Cause::NoSpace),
            (
                500,
                "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
                Cause::AddressPoolsExhausted,
            ),
            (403, "error while removing network: network x id 1 has active endpoints", Cause::NetworkInUse),
            (400, "all predefined address pools have been fully subnetted", Cause::AddressPoolsExhausted),
            (
                409,
                "Conflict. The container name \"/a\" is already in use by container \"1\". You have to remove",
                Cause::NameConflict,
            ),
            (
                500,
                "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated",
                Cause::PortAllocated,
            ),
            (
                404,
                "pull access denied for x, repository does not exist or may require 'docker login'",
                Cause::ImageNotFound,
            ),
            (404, "manifest for x:9 not found: manifest unknown: manifest unknown", Cause::ImageNotFound),
            (
                404,
                "no matching manifest for linux/arm64/v8 in the manifest list entries: no match for platform in manifest: not found",
                Cause::Architecture,
            ),
            (
                404,
                "image with reference x:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64",
                Cause::Architecture,
            ),
            (
                500,
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
                Cause::RegistryUnreachable,
            ),
            (
                400,
                "invalid mount config for type \"bind\": bind source path does not exist: /srv/nope",
                Cause::HostPath,
            ),
            (
                500,
                "error while creating mount source path '/proc/nope': mkdir /proc/nope: no such file or directory",
                Cause::HostPath,
            ),
            (
                500,
                "failed to mount local volume: mount /nope:/var/lib/docker/volumes/v/_data, flags: 0x1000: no such file or directory",
                Cause::HostPath,
            ),
            (
                400,
                "OCI runtime create failed: error mounting \"/srv/a.conf\" to rootfs at \"/etc/a.conf\": not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type",
                Cause::FolderForFile,
            ),
            (404, "No such container: x", Cause::Absent),
            (500, "something new", Cause::Other),
        ] {
            assert_eq!(refused(status, words).cause, cause, "{words}");
        }
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
