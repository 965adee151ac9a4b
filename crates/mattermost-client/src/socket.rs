//! The websocket: authenticated at the handshake, frames kept until somebody asks for one.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config, connect_async_tls_with_config,
};

use super::client::Client;
use super::error::{ApiError, ApiErrorKind};
use basics::trust::TlsFailure;

/// One event from the server.
#[derive(Debug, Clone, Deserialize)]
pub struct Frame {
    /// Its name: `posted`, `hello`.
    #[serde(default)]
    pub event: String,
    /// What it carries; some fields are JSON in a string.
    #[serde(default)]
    pub data: Value,
    /// Its place in the connection's order, from 0.
    #[serde(default)]
    pub seq: i64,
}

impl Frame {
    /// The post that `posted`, `post_edited` and `post_deleted` carry: JSON in a string.
    #[must_use]
    pub fn post(&self) -> Option<Value> {
        self.data.get("post").and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok())
    }
}

/// An open websocket that said `hello`.
#[derive(Debug)]
pub struct Socket {
    node: String,
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    seen: Vec<Frame>,
    /// The number of the last action; the server wants them to begin at 1.
    acted: u64,
    /// `server_version` of the hello: version, build, config hash and edition joined by dots.
    pub server_version: String,
    /// `server_hostname` of the hello: which node this is (10.4 and later), the container's id in Docker.
    pub server_hostname: Option<String>,
    /// `connection_id` of the hello: what [`Socket::resume`] goes on by.
    pub connection_id: String,
}

/// How long a server may take to accept a websocket and greet it.
const PATIENCE: Duration = Duration::from_secs(10);

impl Socket {
    /// Opens a websocket with the client's token and waits for `hello`.
    ///
    /// # Errors
    /// When the server refuses, closes, or says no `hello` within ten seconds.
    pub async fn open(client: &Client) -> Result<Self, ApiError> {
        let deadline = Instant::now() + PATIENCE;
        let mut socket = Self::connect(client, "", deadline).await?;
        let hello = socket.wait_for(deadline, |frame| frame.event == "hello").await?;
        let word = |key: &str| hello.data.get(key).and_then(Value::as_str).map(str::to_owned);
        socket.server_version = word("server_version").unwrap_or_default();
        socket.server_hostname = word("server_hostname");
        socket.connection_id = word("connection_id").unwrap_or_default();
        Ok(socket)
    }

    /// Opens a websocket that goes on where the connection `id` broke off: `next` is the number of the event that it waits for. The
    /// server sends what was missed and no `hello`; or it knows the connection no more and greets as a new one. Nothing is
    /// waited for here.
    ///
    /// # Errors
    /// When the server refuses, or no connection comes about within ten seconds.
    pub async fn resume(client: &Client, id: &str, next: i64) -> Result<Self, ApiError> {
        let query = format!("?connection_id={id}&sequence_number={next}");
        let mut socket = Self::connect(client, &query, Instant::now() + PATIENCE).await?;
        id.clone_into(&mut socket.connection_id);
        Ok(socket)
    }

    async fn connect(client: &Client, query: &str, deadline: Instant) -> Result<Self, ApiError> {
        let fail = |cause: String| silence(client.node(), cause);
        let address = client.address();
        // A browser says which page asks; a program sends no Origin, and a foreign one is refused.
        let shown: Vec<(&'static str, String)> = match client.browser() {
            Some(browser) => browser.handshake().into(),
            None => {
                client.token().map(|token| ("Authorization", format!("Bearer {token}"))).into_iter().collect()
            }
        };
        let shown: Vec<(&'static str, HeaderValue)> = shown
            .into_iter()
            .map(|(name, value)| HeaderValue::try_from(value).map(|value| (name, value)))
            .collect::<Result<_, _>>()
            .map_err(|_| fail("the token or a cookie is no header text".into()))?;
        let url = format!("{}/api/v4/websocket{query}", address.url().replacen("http", "ws", 1));
        let tls = Some(Connector::Rustls(client.http().tls()));
        let opened = async {
            let mut request = url.into_client_request()?;
            for (name, value) in shown {
                request.headers_mut().insert(name, value);
            }
            match address.at() {
                // As for requests: the name is the server's, and where it is was told otherwise.
                Some(at) => {
                    let stream = TcpStream::connect(at).await?;
                    client_async_tls_with_config(request, stream, None, tls).await
                }
                None => connect_async_tls_with_config(request, None, false, tls).await,
            }
        };
        let opened = tokio::time::timeout_at(deadline, opened).await.map_err(|_| fail("timed out".into()))?;
        let (stream, _) = opened.map_err(|error| refused(client.node(), error))?;
        Ok(Self {
            node: client.node().to_owned(),
            stream,
            seen: Vec::new(),
            acted: 0,
            server_version: String::new(),
            server_hostname: None,
            connection_id: String::new(),
        })
    }

    /// The node it is connected to.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Sends an action. Replies to actions are not waited for: what an action does shows as events.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn act(&mut self, action: &str, data: &Value) -> Result<(), ApiError> {
        self.acted += 1;
        let text = json!({ "seq": self.acted, "action": action, "data": data }).to_string();
        self.stream
            .send(Message::text(text))
            .await
            .map_err(|error| silence(&self.node, format!("the action {action} could not be sent: {error}")))
    }

    /// Whether a frame that nobody asked for yet is `wanted`.
    #[must_use]
    pub fn has_seen(&self, wanted: impl Fn(&Frame) -> bool) -> bool {
        self.seen.iter().any(wanted)
    }

    /// The first frame, seen already or still to come, that `wanted` accepts; it is taken out.
    ///
    /// # Errors
    /// When the deadline passes or the connection ends first; the error lists the events that did come.
    pub async fn wait_for(
        &mut self,
        deadline: Instant,
        wanted: impl Fn(&Frame) -> bool,
    ) -> Result<Frame, ApiError> {
        if let Some(at) = self.seen.iter().position(&wanted) {
            return Ok(self.seen.remove(at));
        }
        loop {
            let Ok(next) = tokio::time::timeout_at(deadline, self.next()).await else {
                return Err(silence(&self.node, format!("no such event in time; {}", self.seen_so_far())));
            };
            let frame = next?;
            if wanted(&frame) {
                return Ok(frame);
            }
            self.seen.push(frame);
        }
    }

    /// The next frame that comes; those that were seen while something else was waited for are not among them. Dropping the
    /// future loses nothing.
    ///
    /// # Errors
    /// When the connection ends.
    pub async fn next(&mut self) -> Result<Frame, ApiError> {
        loop {
            let text = match self.stream.next().await {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(_)) => continue,
                Some(Err(error)) => {
                    return Err(silence(&self.node, format!("the connection broke: {error}")));
                }
                None => return Err(silence(&self.node, "the connection ended".into())),
            };
            // What is no JSON is of no interest here.
            if let Ok(frame) = serde_json::from_str::<Frame>(&text) {
                return Ok(frame);
            }
        }
    }

    fn seen_so_far(&self) -> String {
        if self.seen.is_empty() {
            return "nothing came".into();
        }
        let names: Vec<&str> = self.seen.iter().map(|frame| frame.event.as_str()).collect();
        format!("came: {}", names.join(", "))
    }
}

/// Why no websocket came about.
fn refused(node: &str, error: tungstenite::Error) -> ApiError {
    match error {
        tungstenite::Error::Http(response) => ApiError {
            node: node.to_owned(),
            request: "GET /api/v4/websocket".into(),
            kind: ApiErrorKind::Status {
                status: response.status().as_u16(),
                id: String::new(),
                message: "the upgrade was refused".into(),
                request_id: None,
                version: None,
            },
        },
        other => match TlsFailure::of(&other) {
            Some(failure) => ApiError { kind: ApiErrorKind::Tls(failure), ..silence(node, String::new()) },
            None => silence(node, other.to_string()),
        },
    }
}

fn silence(node: &str, cause: String) -> ApiError {
    ApiError { node: node.to_owned(), request: "the websocket".into(), kind: ApiErrorKind::NoAnswer(cause) }
}
