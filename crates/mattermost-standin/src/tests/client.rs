//! A site of stand-in nodes, and the smallest client that can talk to one.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::fault::{self, Faults};
use crate::node::Node;
use crate::release;
use crate::world::{Options, World};

pub(super) const PASSWORD: &str = "Passw0rd-example";

/// Some nodes on one world, and its first administrator.
pub(super) struct Site {
    pub(super) world: Arc<World>,
    pub(super) nodes: Vec<Node>,
    pub(super) admin: String,
    pub(super) admin_id: String,
    client: reqwest::Client,
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
    pub(super) body: Value,
}

impl Reply {
    pub(super) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Faults of an upgrade from 11.6.0 to 11.7.0.
pub(super) fn faults(name: &str) -> Faults {
    let rules = fault::find(name).unwrap_or_else(|| panic!("no fault is called {name}")).rules.clone();
    Faults::new(rules, "11.6.0", "11.7.0")
}

impl Site {
    /// A site with one node per version and an administrator; faults sit on every node.
    pub(super) async fn new(clustered: bool, versions: &[&str], faults: &Faults) -> Self {
        Self::of(Options { clustered, ..Options::default() }, versions, faults).await
    }

    /// The same on a world of any kind.
    pub(super) async fn of(options: Options, versions: &[&str], faults: &Faults) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let world = World::new(options);
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let mut site =
            Self { world, nodes: Vec::new(), admin: String::new(), admin_id: String::new(), client };
        for version in versions {
            site.start(version, faults).await;
        }
        if !site.nodes.is_empty() {
            let user = json!({"email": "sysadmin@lab.test", "username": "sysadmin", "password": PASSWORD});
            let created = site.call(0, "POST", "/users", "", user).await;
            if created.status == 201 {
                site.admin_id = created.id();
                site.admin = site.login(0, "sysadmin").await;
            }
        }
        site
    }

    pub(super) async fn start(&mut self, version: &str, faults: &Faults) {
        self.start_with(version, faults, &[]).await;
    }

    /// A node with environment variables.
    pub(super) async fn start_with(&mut self, version: &str, faults: &Faults, environment: &[(&str, &str)]) {
        let environment: Vec<_> =
            environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let name = format!("node{}", self.nodes.len() + 1);
        let listen = "127.0.0.1:0".parse().unwrap();
        let (world, release) = (Arc::clone(&self.world), release::known(version));
        let node = Node::start_with(world, &name, release, faults.clone(), listen, &environment).await;
        self.nodes.push(node.unwrap());
    }

    /// A path of the API, or with `!` before it one of the server.
    pub(super) fn url(&self, node: usize, path: &str) -> String {
        let path = path.strip_prefix('!').map_or_else(|| format!("/api/v4{path}"), str::to_owned);
        format!("http://{}{path}", self.nodes[node].address())
    }

    /// One request with a JSON body, unless that is null.
    pub(super) async fn call(
        &self,
        node: usize,
        method: &str,
        path: &str,
        token: &str,
        body: Value,
    ) -> Reply {
        let body = if body.is_null() { None } else { Some(body.to_string()) };
        self.send(node, method, path, token, body.unwrap_or_default().into_bytes(), &[]).await.unwrap()
    }

    pub(super) async fn send(
        &self,
        node: usize,
        method: &str,
        path: &str,
        token: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> reqwest::Result<Reply> {
        let mut request = self.client.request(method.parse().unwrap(), self.url(node, path)).body(body);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Reply { status, headers, bytes, body })
    }

    /// A GET by the administrator.
    pub(super) async fn get(&self, node: usize, path: &str) -> Reply {
        self.call(node, "GET", path, &self.admin, Value::Null).await
    }

    /// A POST by the administrator.
    pub(super) async fn post(&self, node: usize, path: &str, body: Value) -> Reply {
        self.call(node, "POST", path, &self.admin, body).await
    }

    pub(super) async fn login(&self, node: usize, name: &str) -> String {
        let reply = self
            .call(node, "POST", "/users/login", "", json!({"login_id": name, "password": PASSWORD}))
            .await;
        reply.header("token").to_owned()
    }

    /// A new user: id and token.
    pub(super) async fn user(&self, node: usize, name: &str) -> (String, String) {
        let user = json!({"email": format!("{name}@lab.test"), "username": name, "password": PASSWORD});
        let id = self.post(node, "/users", user).await.id();
        (id, self.login(node, name).await)
    }

    /// A new team and a channel in it.
    pub(super) async fn place(&self, node: usize, name: &str) -> (String, String) {
        let team = json!({"name": name, "display_name": name, "type": "O"});
        let team = self.post(node, "/teams", team).await.id();
        let channel = json!({"team_id": team, "name": "alpha", "display_name": "Alpha", "type": "O"});
        let channel = self.post(node, "/channels", channel).await.id();
        (team, channel)
    }

    pub(super) async fn say(&self, node: usize, channel: &str, message: &str) -> String {
        self.post(node, "/posts", json!({"channel_id": channel, "message": message})).await.id()
    }

    pub(super) async fn message(&self, node: usize, post: &str) -> Value {
        self.get(node, &format!("/posts/{post}")).await.body["message"].clone()
    }

    pub(super) async fn socket(&self, node: usize, token: &str) -> Socket {
        let url = self.url(node, "/websocket").replace("http://", "ws://");
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("Authorization", format!("Bearer {token}").parse().unwrap());
        let (stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut socket = Socket { stream, seq: 1 };
        assert_eq!(socket.next().await.unwrap()["event"], "hello");
        socket
    }
}

/// A websocket that was greeted.
pub(super) struct Socket {
    pub(super) stream:
        tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
    pub(super) seq: u64,
}

impl Socket {
    /// The next frame, or nothing when the connection ended.
    pub(super) async fn next(&mut self) -> Option<Value> {
        loop {
            let frame = tokio::time::timeout(Duration::from_secs(10), self.stream.next()).await.unwrap()?;
            match frame {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) => panic!("the product never sends a close frame"),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// Everything that came before the answer to a ping sent now: names of events.
    pub(super) async fn events(&mut self) -> Vec<String> {
        self.seq += 1;
        let ping = json!({"seq": self.seq, "action": "ping"}).to_string();
        self.stream.send(Message::text(ping)).await.unwrap();
        let mut names = Vec::new();
        loop {
            let frame = self.next().await.unwrap();
            match frame["event"].as_str() {
                Some(name) => names.push(name.to_owned()),
                None => return names,
            }
        }
    }

    /// The next event of this name.
    pub(super) async fn event(&mut self, name: &str) -> Value {
        loop {
            let frame = self.next().await.expect("the socket ended");
            if frame["event"] == name {
                return frame;
            }
        }
    }
}
