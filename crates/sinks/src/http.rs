//! HTTP endpoints that answer as they are told, and keep everything that they were asked.

mod request;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

pub use request::Request;

/// What an endpoint answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedAnswer {
    status: u16,
    kind: &'static str,
    body: Vec<u8>,
}

impl CannedAnswer {
    /// 200 with a JSON body.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self { status: 200, kind: "application/json", body: body.to_string().into_bytes() }
    }

    /// 200 with plain text.
    #[must_use]
    pub fn text(body: &str) -> Self {
        Self { status: 200, kind: "text/plain", body: body.as_bytes().to_vec() }
    }

    /// 200 with these bytes, whether or not they are what `kind` says.
    #[must_use]
    pub fn bytes(kind: &'static str, body: &[u8]) -> Self {
        Self { status: 200, kind, body: body.to_vec() }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

type Teller = Arc<dyn Fn(&Request) -> CannedAnswer + Send + Sync>;

/// HTTP endpoints that answer as they are told. They end when this is dropped.
pub struct HttpSink {
    address: SocketAddr,
    noted: Arc<Noted>,
    serving: AbortHandle,
}

/// What is served, and what came.
#[derive(Default)]
struct Noted {
    endpoints: Mutex<Vec<(String, Teller)>>,
    requests: Mutex<Vec<Kept>>,
    came: Notify,
}

/// A request, and whether somebody waited for it already.
struct Kept {
    request: Request,
    /// The endpoint that answered, or nothing: then it got a 404.
    endpoint: Option<String>,
    taken: bool,
}

impl std::fmt::Debug for HttpSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpSink").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for HttpSink {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl HttpSink {
    /// Listens on a port of the system's choice.
    ///
    /// # Errors
    /// When nothing can listen on this address.
    pub async fn start(address: IpAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let address = listener.local_addr()?;
        let noted = Arc::<Noted>::default();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&noted));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        Ok(Self { address, noted, serving })
    }

    /// Where it listens, as the servers reach it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path that starts with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers `path` and everything below it by a function. The longest path wins; the same one again replaces it.
    pub fn serve(&self, path: &str, teller: impl Fn(&Request) -> CannedAnswer + Send + Sync + 'static) {
        let mut endpoints = locked(&self.noted.endpoints);
        endpoints.retain(|(known, _)| known != path);
        endpoints.push((path.to_owned(), Arc::new(teller)));
        endpoints.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
    }

    /// The first request of an endpoint that `wanted` accepts and nobody got before, come already or still to come;
    /// nothing when the deadline passes.
    pub async fn wait(
        &self,
        endpoint: &str,
        deadline: Instant,
        wanted: impl Fn(&Request) -> bool,
    ) -> Option<Request> {
        loop {
            // Listening before looking: a request between the two must wake this.
            let mut came = std::pin::pin!(self.noted.came.notified());
            came.as_mut().enable();
            if let Some(request) = self.take(endpoint, &wanted) {
                return Some(request);
            }
            if tokio::time::timeout_at(deadline, came).await.is_err() {
                return self.take(endpoint, &wanted);
            }
        }
    }

    fn take(&self, endpoint: &str, wanted: &impl Fn(&Request) -> bool) -> Option<Request> {
        let mut requests = locked(&self.noted.requests);
        let kept = requests.iter_mut().find(|kept| {
            !kept.taken && kept.endpoint.as_deref() == Some(endpoint) && wanted(&kept.request)
        })?;
        kept.taken = true;
        Some(kept.request.clone())
    }

    /// Every request of an endpoint so far, whether somebody waited for it or not.
    #[must_use]
    pub fn requests(&self, endpoint: &str) -> Vec<Request> {
        let requests = locked(&self.noted.requests);
        let of_it = requests.iter().filter(|kept| kept.endpoint.as_deref() == Some(endpoint));
        of_it.map(|kept| kept.request.clone()).collect()
    }

    /// Requests that no endpoint was there for: they got a 404.
    #[must_use]
    pub fn strangers(&self) -> Vec<Request> {
        let requests = locked(&self.noted.requests);
        requests.iter().filter(|kept| kept.endpoint.is_none()).map(|kept| kept.request.clone()).collect()
    }
}

async fn answer(
    State(noted): State<Arc<Noted>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let request = Request {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers: headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.to_vec(),
    };
    let found = {
        let endpoints = locked(&noted.endpoints);
        endpoints.iter().find(|(path, _)| covers(path, &request.path)).cloned()
    };
    let (endpoint, answer) = match found {
        Some((path, teller)) => (Some(path), teller(&request)),
        None => (None, CannedAnswer::text("nobody serves this path\n").with_status(404)),
    };
    locked(&noted.requests).push(Kept { request, endpoint, taken: false });
    noted.came.notify_waiters();
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, answer.kind)], answer.body).into_response()
}

/// Whether a request's path is an endpoint's, or below it.
fn covers(endpoint: &str, path: &str) -> bool {
    path.strip_prefix(endpoint).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
