//! A balancer in this process: one address in front of all nodes, like the cluster's haproxy.
//!
//! Round robin over the nodes that are up and not drained. A node's health is its `/api/v4/system/ping`, looked
//! at every 200 ms, and a connection that it refuses marks it down at once. Websockets pass through.
//! A drained node gets no new requests; those that run, websockets too, stay until they end by themselves.

mod headers;
mod lent;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri, Version};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use basics::wait::{self, Missed, WaitPace, WaitProgress};

use headers::{forwarded, hop_by_hop, to_node};
use lent::{Body, LentHome};

/// How often every node is asked whether it is well.
const CHECK_EVERY: Duration = Duration::from_millis(200);
/// How long its answer may take: as cluster/haproxy.cfg has it, and for its reason.
const CHECK_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection to a node may take to come up.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// How often a request is tried again on another node after one refused its connection: as cluster/haproxy.cfg has it.
const RETRIES: usize = 3;
/// How long one side of a websocket may go on after the other has closed.
const LAST_WORD: Duration = Duration::from_millis(500);

/// What cannot be done with a balancer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BalancerError {
    /// No node has this name.
    #[error("the balancer has no node {0}; it has {1}")]
    NoSuchNode(String, String),
    /// A node did not answer its ping in time.
    #[error("{node} at {address} did not answer its ping within {waited:?} of being put back; see its log")]
    NotUp {
        /// Its name.
        node: String,
        /// Where it was looked for.
        address: SocketAddr,
        /// For how long.
        waited: Duration,
    },
}

/// A balancer that serves; dropping it stops it and closes all connections.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    shared: Arc<Shared>,
    _cancel: DropGuard,
}

#[derive(Debug)]
struct Shared {
    nodes: Mutex<BTreeMap<String, BalancedNode>>,
    turn: AtomicUsize,
    client: Client<HttpConnector, Body>,
}

#[derive(Debug)]
struct BalancedNode {
    address: SocketAddr,
    drained: bool,
    up: bool,
    /// One clone besides this one for every request that runs: their number is the strong count less one.
    active: Arc<()>,
}

impl Balancer {
    /// Serves the named nodes on a free port of 127.0.0.1, after one look at each of them.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn start(nodes: impl IntoIterator<Item = (String, SocketAddr)>) -> io::Result<Self> {
        Self::start_on(TcpListener::bind("127.0.0.1:0").await?, nodes).await
    }

    /// The same on a listener of the caller's.
    ///
    /// # Errors
    /// When the listener has no address.
    pub async fn start_on(
        listener: TcpListener,
        nodes: impl IntoIterator<Item = (String, SocketAddr)>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_WITHIN));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        let node = |address| BalancedNode { address, drained: false, up: false, active: Arc::default() };
        let nodes: BTreeMap<_, _> = nodes.into_iter().map(|(name, address)| (name, node(address))).collect();
        let names: Vec<_> = nodes.keys().cloned().collect();
        let shared = Arc::new(Shared { nodes: Mutex::new(nodes), turn: AtomicUsize::new(0), client });
        shared.check_all().await;

        let cancel = CancellationToken::new();
        let serving = shared.clone();
        // Each by itself: a node that does not answer keeps nobody from seeing that another does.
        for name in names {
            tokio::spawn(cancel.clone().run_until_cancelled_owned(checked_again(shared.clone(), name)));
        }
        tokio::spawn(cancel.clone().run_until_cancelled_owned(accept(serving, listener)));
        Ok(Self { address, shared, _cancel: cancel.drop_guard() })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends no new requests to a node.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn drain(&self, node: &str) -> Result<(), BalancerError> {
        self.shared.with_node(node, |node| node.drained = true)
    }

    /// Sends requests to a node again, as soon as it answers its ping.
    ///
    /// # Errors
    /// When there is no such node, or it does not answer within `wait`; it stays drained then.
    pub async fn undrain(&self, node: &str, wait: Duration) -> Result<(), BalancerError> {
        let look = async || {
            let address = match self.shared.with_node(node, |node| node.address) {
                Ok(address) => address,
                Err(error) => return WaitProgress::Never(error),
            };
            if self.shared.check(node, address).await {
                WaitProgress::There(())
            } else {
                WaitProgress::OnTheWay(BalancerError::NotUp { node: node.to_owned(), address, waited: wait })
            }
        };
        let pace = WaitPace::steady(Duration::from_millis(20));
        wait::until(Instant::now() + wait, pace, look).await.map_err(Missed::reason)?;
        self.shared.with_node(node, |node| node.drained = false)
    }

    /// Moves a node to a new address; it is down until it answers its ping there.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn set_address(&self, node: &str, address: SocketAddr) -> Result<(), BalancerError> {
        self.shared.with_node(node, |node| (node.address, node.up) = (address, false))
    }

    /// How many requests a node is answering, websockets among them.
    ///
    /// # Errors
    /// When there is no such node.
    pub fn active_requests(&self, node: &str) -> Result<usize, BalancerError> {
        self.shared.with_node(node, |node| Arc::strong_count(&node.active) - 1)
    }

    /// Waits until a node answers no more than `lasting` requests, at most for `wait`; gives how many still run. A websocket is one
    /// for as long as it is open.
    ///
    /// # Errors
    /// When there is no such node.
    pub async fn wait_idle(
        &self,
        node: &str,
        lasting: usize,
        wait: Duration,
    ) -> Result<usize, BalancerError> {
        let look = async || match self.active_requests(node) {
            Ok(active) if active <= lasting => WaitProgress::There(active),
            Ok(active) => WaitProgress::OnTheWay(active),
            Err(error) => WaitProgress::Never(error),
        };
        let pace = WaitPace::steady(Duration::from_millis(5));
        match wait::until(Instant::now() + wait, pace, look).await {
            Ok(active) | Err(Missed::TimeUp(active)) => Ok(active),
            Err(Missed::Never(error)) => Err(error),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, BalancedNode>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_node<T>(&self, name: &str, act: impl FnOnce(&mut BalancedNode) -> T) -> Result<T, BalancerError> {
        let mut nodes = self.lock();
        if let Some(node) = nodes.get_mut(name) {
            return Ok(act(node));
        }
        let known = nodes.keys().cloned().collect::<Vec<_>>().join(", ");
        Err(BalancerError::NoSuchNode(name.to_owned(), known))
    }

    async fn check_all(self: &Arc<Self>) {
        let nodes: Vec<_> = self.lock().iter().map(|(name, node)| (name.clone(), node.address)).collect();
        let mut looks: JoinSet<_> = nodes
            .into_iter()
            .map(|(name, address)| {
                let shared = self.clone();
                async move { shared.check(&name, address).await }
            })
            .collect();
        // A look that is cancelled with the runtime is no panic of this task.
        while looks.join_next().await.is_some() {}
    }

    /// Pings a node and notes what came of it, unless the node has moved meanwhile.
    async fn check(&self, name: &str, address: SocketAddr) -> bool {
        let mut ping = Request::new(empty());
        *ping.uri_mut() = to_node(address, &Uri::from_static("/api/v4/system/ping"));
        let answer = timeout(CHECK_WITHIN, self.client.request(ping)).await;
        // As haproxy has it: a node below a path of the site redirects there, and is up.
        let is_up = |status: StatusCode| status.is_success() || status.is_redirection();
        let up = answer.is_ok_and(|answer| answer.is_ok_and(|answer| is_up(answer.status())));
        self.note(name, address, up);
        up
    }

    fn note(&self, name: &str, address: SocketAddr, up: bool) {
        let mut nodes = self.lock();
        if let Some(node) = nodes.get_mut(name).filter(|node| node.address == address) {
            node.up = up;
        }
    }

    /// The node whose turn it is, with a token that counts as one active request of it while it lives.
    fn next_node(&self) -> Option<(String, SocketAddr, Arc<()>)> {
        let nodes = self.lock();
        let ready: Vec<_> = nodes.iter().filter(|(_, node)| node.up && !node.drained).collect();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(ready.len())?;
        let (name, node) = ready[turn];
        Some((name.clone(), node.address, node.active.clone()))
    }

    async fn answer(&self, mut request: Request<Incoming>, client: IpAddr) -> Response<Body> {
        forwarded(&mut request, client);
        let upgrade = request.headers().contains_key(header::UPGRADE);
        let from_client = upgrade.then(|| hyper::upgrade::on(&mut request));
        hop_by_hop(request.headers_mut(), upgrade);
        *request.version_mut() = Version::HTTP_11;
        let (head, body) = request.into_parts();
        let home = LentHome::of(body.boxed());
        // Where a connection was refused nothing was sent yet: whatever it asks for, it is safe to ask another node.
        for _ in 0..=RETRIES {
            let Some((name, address, token)) = self.next_node() else { break };
            let Some(body) = home.lend() else { break };
            let mut copy = head.clone();
            copy.uri = to_node(address, &head.uri);
            match self.client.request(Request::from_parts(copy, body.boxed())).await {
                Ok(answer) => return passed_on(answer, from_client, token),
                Err(error) if error.is_connect() => self.note(&name, address, false),
                Err(error) => {
                    return plain(StatusCode::BAD_GATEWAY, &format!("{name} did not answer: {error}"));
                }
            }
        }
        plain(StatusCode::SERVICE_UNAVAILABLE, "no node is up and in use")
    }
}

async fn checked_again(shared: Arc<Shared>, name: String) {
    while let Ok(address) = shared.with_node(&name, |node| node.address) {
        sleep(CHECK_EVERY).await;
        shared.check(&name, address).await;
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    // Dropped with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => drop(connections.spawn(serve(shared.clone(), stream, client.ip()))),
                Err(_) => tokio::task::yield_now().await,
            },
        }
    }
}

async fn serve(shared: Arc<Shared>, stream: TcpStream, client: IpAddr) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(shared.answer(request, client).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A client that goes away is no event of ours.
    let _ = connection.await;
}

/// The node's answer for the client; the token lives until its last byte, or as long as its websocket.
fn passed_on(
    mut answer: Response<Incoming>,
    from_client: Option<hyper::upgrade::OnUpgrade>,
    token: Arc<()>,
) -> Response<Body> {
    let switched = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
    if switched && let Some(from_client) = from_client {
        let to_node = hyper::upgrade::on(&mut answer);
        tokio::spawn(async move {
            if let (Ok(client), Ok(node)) = tokio::join!(from_client, to_node) {
                tunnel(TokioIo::new(client), TokioIo::new(node)).await;
            }
            drop(token);
        });
        return answer.map(|_| empty());
    }
    hop_by_hop(answer.headers_mut(), switched);
    answer.map(|body| {
        body.map_frame(move |frame| {
            let _alive = &token;
            frame
        })
        .boxed()
    })
}

/// Passes bytes both ways until one side closes; the other then has a moment to say its last word. Waiting for
/// its own close would keep a node busy for as long as a client forgets to hang up.
async fn tunnel(client: impl AsyncRead + AsyncWrite, node: impl AsyncRead + AsyncWrite) {
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (mut from_node, mut to_node) = tokio::io::split(node);
    let mut up = pin!(async {
        let _ = tokio::io::copy(&mut from_client, &mut to_node).await;
        let _ = to_node.shutdown().await;
    });
    let mut down = pin!(async {
        let _ = tokio::io::copy(&mut from_node, &mut to_client).await;
        let _ = to_client.shutdown().await;
    });
    tokio::select! {
        () = &mut up => drop(timeout(LAST_WORD, down).await),
        () = &mut down => drop(timeout(LAST_WORD, up).await),
    }
}

fn empty() -> Body {
    Empty::new().map_err(|never: Infallible| match never {}).boxed()
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let body =
        Full::new(Bytes::from(format!("{text}\n"))).map_err(|never: Infallible| match never {}).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer
}

#[cfg(test)]
mod tests;
