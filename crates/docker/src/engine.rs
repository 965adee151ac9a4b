//! One connection to a Docker engine.

use std::error::Error as _;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};
use tokio::sync::RwLock;
use tokio::time::timeout;

use super::cause::Cause;
use super::error::{Error, with_sources};
use super::no_engine::NoEngine;

/// The oldest Engine API we work with (Docker 20.10).
pub const OLDEST_API: ApiVersion = ApiVersion { major: 1, minor: 41 };

const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// How long the first answer may take: a live engine needs milliseconds.
const FIRST_ANSWER: Duration = Duration::from_secs(15);
/// How long an engine may take to begin an answer, in seconds; long calls set their own.
const ANSWER_S: u64 = 120;

/// A version of the Engine API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// Always 1 so far.
    pub major: u32,
    /// The part that counts up.
    pub minor: u32,
}

impl ApiVersion {
    /// Reads `1.41`.
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A Docker engine that answered; cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    docker: Docker,
    facts: Arc<Facts>,
    /// Held for reading by every addition under way.
    additions: Arc<RwLock<()>>,
}

#[derive(Debug)]
struct Facts {
    socket: Option<String>,
    version: String,
    api: ApiVersion,
    architecture: String,
}

impl Engine {
    /// Connects to `host` (`unix:///path`, a bare path, `tcp://host:port`), by default to /var/run/docker.sock.
    /// The environment is not read here.
    ///
    /// # Errors
    /// When nothing usable answers there: no socket, a directory in its place, no permission, nobody
    /// listening, or an engine older than [`OLDEST_API`].
    pub async fn connect(host: Option<&str>) -> Result<Self, Error> {
        let host = host.unwrap_or(DEFAULT_SOCKET);
        let socket = host.strip_prefix("unix://").or(Some(host)).filter(|path| path.starts_with('/'));
        let docker = match (socket, host.split_once("://")) {
            (Some(path), _) => over_socket(host, path)?,
            (None, Some(("tcp" | "http", _))) => {
                Docker::connect_with_http(host, ANSWER_S, API_DEFAULT_VERSION)
                    .map_err(|error| NoEngine::Address.because(host, with_sources(&error)))?
            }
            _ => return Err(NoEngine::Address.at(host)),
        };
        // Requests carry no version (bollard 0.21), so every engine takes them; what it can do, we ask once.
        let version = timeout(FIRST_ANSWER, docker.version())
            .await
            .map_err(|_| NoEngine::Silent.at(host))?
            .map_err(|error| no_answer(host, &error))?;
        let text = version.api_version.unwrap_or_default();
        let api = ApiVersion::parse(&text).ok_or_else(|| {
            NoEngine::TooOld.because(host, format!("its API version {text:?} cannot be read"))
        })?;
        let release = version.version.unwrap_or_default();
        if api < OLDEST_API {
            let words =
                format!("Docker {release} speaks API {api}, and {OLDEST_API} is the oldest that works");
            return Err(NoEngine::TooOld.because(host, words));
        }
        let architecture = version.arch.unwrap_or_default();
        let facts = Facts { socket: socket.map(str::to_owned), version: release, api, architecture };
        Ok(Self { docker, facts: Arc::new(facts), additions: Arc::default() })
    }

    /// The engine's own version, such as `28.0.4`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.facts.version
    }

    /// The API version it speaks.
    #[must_use]
    pub fn api(&self) -> ApiVersion {
        self.facts.api
    }

    /// The architecture it runs images of, in Go's words: `amd64`, `arm64`.
    #[must_use]
    pub fn architecture(&self) -> &str {
        &self.facts.architecture
    }

    /// Where its socket is for us; nothing when it is reached over TCP.
    pub(super) fn socket(&self) -> Option<&str> {
        self.facts.socket.as_deref()
    }

    pub(super) fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Runs what adds something to the engine (an object, or a started container's place on its networks) to its end, even
    /// when the caller is dropped half-way: the engine would finish it anyway, and nobody would know when it is there to
    /// be removed.
    pub(super) async fn add<T: Send + 'static>(
        &self,
        addition: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let guard = Arc::clone(&self.additions).read_owned().await;
        let task = tokio::spawn(async move {
            let _guard = guard;
            addition.await
        });
        task.await
            .unwrap_or_else(|error| Err(Error::new(Cause::Other, "adding", "an object", error.to_string())))
    }

    /// Waits until no addition is under way.
    pub(super) async fn additions_done(&self) {
        let _all = self.additions.write().await;
    }

    /// A connection whose answers may take `limit` (and a little more) to begin, for a slow stop.
    pub(super) fn patient(&self, limit: Duration) -> Docker {
        self.docker.clone().with_timeout(Duration::from_secs(limit.as_secs() + ANSWER_S))
    }
}

/// A connection over a socket, after a look at what is at that path.
fn over_socket(host: &str, path: &str) -> Result<Docker, Error> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Err(NoEngine::Forbidden.at(host));
        }
        Err(_) => return Err(NoEngine::NoSocket.at(host)),
        Ok(meta) if meta.is_dir() => return Err(NoEngine::Directory.at(host)),
        Ok(meta) if !is_socket(&meta) => return Err(NoEngine::NotASocket.at(host)),
        Ok(_) => {}
    }
    let path = Path::new(path).to_string_lossy();
    Docker::connect_with_unix(&path, ANSWER_S, API_DEFAULT_VERSION)
        .map_err(|error| unreachable(host, with_sources(&error)))
}

#[cfg(unix)]
fn is_socket(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    meta.file_type().is_socket()
}

/// Why the first question got no answer: the reason is an I/O error somewhere down the chain of sources.
fn no_answer(host: &str, error: &bollard::errors::Error) -> Error {
    let mut source = error.source();
    let mut kind = None;
    while let Some(inner) = source {
        kind = kind.or(inner.downcast_ref::<std::io::Error>().map(std::io::Error::kind));
        source = inner.source();
    }
    match kind {
        Some(ErrorKind::PermissionDenied) => NoEngine::Forbidden.at(host),
        Some(ErrorKind::ConnectionRefused) => NoEngine::NobodyListens.at(host),
        _ => unreachable(host, with_sources(error)),
    }
}

/// An error that is none of the cases that we know.
fn unreachable(host: &str, message: impl Into<String>) -> Error {
    Error::new(Cause::EngineUnreachable, "reaching", format!("the Docker engine at {host}"), message)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, UnixListener};

    use super::*;

    /// Answers one request with this version body; the address to connect to.
    async fn engine_that_says(body: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        address
    }

    #[tokio::test]
    async fn an_engine_of_today_is_taken_with_its_facts() {
        let host =
            engine_that_says(r#"{"Version":"29.4.2","ApiVersion":"1.53","Arch":"arm64","Os":"linux"}"#).await;
        let engine = Engine::connect(Some(&host)).await.unwrap();
        assert_eq!(engine.api(), ApiVersion { major: 1, minor: 53 });
        assert_eq!((engine.version(), engine.architecture()), ("29.4.2", "arm64"));
    }

    #[tokio::test]
    async fn an_engine_that_is_too_old_is_refused() {
        let host = engine_that_says(r#"{"Version":"19.03.1","ApiVersion":"1.40","Arch":"amd64"}"#).await;
        let error = Engine::connect(Some(&host)).await.unwrap_err().to_string();
        assert!(error.contains("speaks API 1.40, and 1.41 is the oldest"), "{error}");
        assert!(ApiVersion::parse("1.9").unwrap() < ApiVersion::parse("1.41").unwrap());
    }

    #[tokio::test]
    async fn an_addition_goes_on_without_its_caller_and_is_waited_for() {
        let host = engine_that_says(r#"{"Version":"20.10.24","ApiVersion":"1.41","Arch":"amd64"}"#).await;
        let engine = Engine::connect(Some(&host)).await.unwrap();
        let (finish, finished) = tokio::sync::oneshot::channel();
        let done = Arc::new(AtomicBool::new(false));
        let (caller, result) = (engine.clone(), Arc::clone(&done));
        let task = tokio::spawn(async move {
            let addition = async move {
                finished.await.unwrap();
                result.store(true, Ordering::SeqCst);
                Ok(())
            };
            caller.add(addition).await
        });
        while engine.additions.try_write().is_ok() {
            tokio::task::yield_now().await;
        }
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        finish.send(()).unwrap();
        engine.additions_done().await;
        assert!(done.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_socket_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        drop(UnixListener::bind(path("left.sock")).unwrap());
        std::fs::write(path("file"), "").unwrap();
        for (name, words) in [
            ("absent.sock", "there is no socket"),
            ("", "it is a directory"),
            ("file", "it is not a socket"),
            ("left.sock", "nothing listens there"),
        ] {
            let error = Engine::connect(Some(&path(name))).await.unwrap_err();
            assert!(error.message.contains(words), "{error}");
            assert_eq!(error.cause, Cause::EngineUnreachable);
        }
        let error = Engine::connect(Some("ssh://somewhere")).await.unwrap_err();
        assert!(error.to_string().contains("Set DOCKER_HOST to unix:///path or tcp://host:port."), "{error}");
    }
}
