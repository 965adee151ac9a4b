//! A node whose world is in another process.
//!
//! The database process ([`serve_world`]) holds the [`World`]; each node process ([`run_node`]) owns nothing but a
//! port. Every connection to the database begins with one JSON line, the [`Preamble`]. With `boot` it starts the node:
//! the database answers with one [`RemoteLine`] of JSON after the other: that the node is up, then its log. The node process
//! opens its port, says where in a second line, and shuts its side down to stop the node, as its death does too.
//! Any other connection is, after its preamble, plain HTTP for that node, so the node process only copies bytes.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::world::World;
use crate::fault::{FaultPlan, Faults};
use crate::files::bucket::{BucketFiles, BucketPlace};
use crate::node::life::{RunningServer, StartError};
use crate::release;

/// Long enough for the second that a stopping node gives to running requests.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// The first line of a connection to the database process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Preamble {
    node: String,
    version: String,
    boot: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    faults: Option<FaultPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    files: Option<BucketPlace>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    environment: Vec<(String, String)>,
}

/// What the database process tells a booting node process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RemoteLine {
    /// A line of the node's log.
    Log(String),
    /// The node is up: forward connections.
    Ready,
    /// The server exited while it started.
    Exit { code: i32, stderr: String },
}

type Registry = Arc<Mutex<HashMap<String, Arc<RunningServer>>>>;

/// Serves a world to node processes until `stop` is cancelled. Connections that break are their own end.
///
/// `files` is the world's file store if that waits to be told by a node where the bucket is.
pub async fn serve_world(
    world: Arc<World>,
    files: Option<Arc<BucketFiles>>,
    listener: TcpListener,
    stop: CancellationToken,
) {
    let nodes = Registry::default();
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let (world, nodes, stop) = (Arc::clone(&world), Arc::clone(&nodes), stop.clone());
        let files = files.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = serve_connection(world, files, nodes, stream) => {}
                () = stop.cancelled() => {}
            }
        });
    }
}

async fn serve_connection(
    world: Arc<World>,
    files: Option<Arc<BucketFiles>>,
    nodes: Registry,
    stream: TcpStream,
) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    if stream.read_line(&mut line).await.is_err() {
        return;
    }
    let Ok(preamble) = serde_json::from_str::<Preamble>(&line) else { return };
    if preamble.boot {
        if let (Some(files), Some(place)) = (&files, &preamble.files) {
            files.tell(place);
        }
        let _ = boot(world, &nodes, preamble, stream).await;
        return;
    }
    let node = nodes.lock().unwrap_or_else(PoisonError::into_inner).get(&preamble.node).cloned();
    if let Some(node) = node {
        node.serve_stream(stream).await;
    }
}

async fn boot(
    world: Arc<World>,
    nodes: &Registry,
    preamble: Preamble,
    mut stream: BufReader<TcpStream>,
) -> std::io::Result<()> {
    let faults = preamble.faults.map_or_else(Faults::none, Faults::of);
    let (lines, mut log) = mpsc::unbounded_channel();
    let release = release::known(&preamble.version);
    let booted =
        RunningServer::boot(world, &preamble.node, release, faults, &preamble.environment, Some(lines));
    let node = match booted {
        Ok(node) => Arc::new(node),
        Err(error) => {
            let (code, stderr) = match error {
                StartError::Exited { code, stderr, .. } => (code, stderr),
                other => (1, other.to_string()),
            };
            return send(&mut stream, &RemoteLine::Exit { code, stderr }).await;
        }
    };
    nodes.lock().unwrap_or_else(PoisonError::into_inner).insert(preamble.node.clone(), Arc::clone(&node));
    send(&mut stream, &RemoteLine::Ready).await?;
    let (reader, mut stream) = tokio::io::split(stream);
    let mut said = BufReader::new(reader).lines();
    loop {
        tokio::select! {
            line = log.recv() => {
                let Some(line) = line else { break };
                if send(&mut stream, &RemoteLine::Log(line)).await.is_err() {
                    break;
                }
            }
            // The node process says where it listens; anything else is its end.
            read = said.next_line() => match read.ok().flatten().and_then(|text| text.parse().ok()) {
                Some(address) => node.listening(address),
                None => break,
            },
        }
    }
    node.stop(STOP_GRACE).await;
    {
        let mut nodes = nodes.lock().unwrap_or_else(PoisonError::into_inner);
        if nodes.get(&preamble.node).is_some_and(|known| Arc::ptr_eq(known, &node)) {
            nodes.remove(&preamble.node);
        }
    }
    while let Ok(line) = log.try_recv() {
        send(&mut stream, &RemoteLine::Log(line)).await?;
    }
    stream.shutdown().await
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), line: &RemoteLine) -> std::io::Result<()> {
    let mut text = serde_json::to_string(line).map_err(std::io::Error::other)?;
    text.push('\n');
    stream.write_all(text.as_bytes()).await
}

/// What a node process is to run.
#[derive(Debug, Clone)]
pub struct RemoteNode {
    /// `host:port` of the database process.
    pub database: String,
    /// Its name.
    pub name: String,
    /// The version it runs.
    pub version: String,
    /// What is wrong with it.
    pub faults: FaultPlan,
    /// Where its configuration says that files go.
    pub files: Option<BucketPlace>,
    /// Variables that set feature flags.
    pub environment: Vec<(String, String)>,
    /// Where it listens.
    pub listen: SocketAddr,
}

/// Runs a node process until `stop` is cancelled; then the node stops as a real one does, and its last words are sent.
/// Log lines go to `lines`; nothing is printed. The port is closed until the node is up.
///
/// # Errors
/// When the database cannot be reached or hangs up, the server exits while it starts, or the port is taken.
pub async fn run_node(
    node: RemoteNode,
    lines: mpsc::UnboundedSender<String>,
    stop: CancellationToken,
) -> Result<(), StartError> {
    let lost =
        |source| StartError::Database { node: node.name.clone(), database: node.database.clone(), source };
    let unbound = |source| StartError::Listen { node: node.name.clone(), address: node.listen, source };
    let mut preamble = Preamble {
        node: node.name.clone(),
        version: node.version.clone(),
        boot: true,
        faults: Some(node.faults.clone()),
        files: node.files.clone(),
        environment: node.environment.clone(),
    };
    let (reader, mut writer) = connect(&node.database, &preamble).await.map_err(lost)?.into_split();
    let mut answers = BufReader::new(reader).lines();
    preamble.boot = false;
    preamble.faults = None;
    preamble.files = None;
    preamble.environment.clear();
    let mut listener: Option<TcpListener> = None;
    let mut stopped = false;
    loop {
        tokio::select! {
            line = answers.next_line() => match line.map_err(lost)?.map(|text| serde_json::from_str(&text)) {
                Some(Ok(RemoteLine::Log(line))) => {
                    let _ = lines.send(line);
                }
                Some(Ok(RemoteLine::Ready)) => {
                    let bound = TcpListener::bind(node.listen).await.map_err(unbound)?;
                    let address = bound.local_addr().map_err(unbound)?;
                    writer.write_all(format!("{address}\n").as_bytes()).await.map_err(lost)?;
                    listener = Some(bound);
                }
                Some(Ok(RemoteLine::Exit { code, stderr })) => {
                    return Err(StartError::Exited { node: node.name, code, stderr });
                }
                Some(Err(error)) => return Err(lost(std::io::Error::other(error))),
                None if stopped => return Ok(()),
                None => return Err(lost(std::io::ErrorKind::UnexpectedEof.into())),
            },
            accepted = accept(listener.as_ref()) => {
                if let Ok(client) = accepted {
                    let (database, preamble) = (node.database.clone(), preamble.clone());
                    tokio::spawn(async move {
                        let _ = client.set_nodelay(true);
                        let _ = forward(client, &database, &preamble).await;
                    });
                }
            }
            () = stop.cancelled(), if !stopped => {
                (stopped, listener) = (true, None);
                writer.shutdown().await.map_err(lost)?;
            }
        }
    }
}

/// The next client; never, while there is no port.
async fn accept(listener: Option<&TcpListener>) -> std::io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(client, _)| client),
        None => std::future::pending().await,
    }
}

async fn connect(database: &str, preamble: &Preamble) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(database).await?;
    stream.set_nodelay(true)?;
    let mut line = serde_json::to_string(preamble).map_err(std::io::Error::other)?;
    line.push('\n');
    stream.write_all(line.as_bytes()).await?;
    Ok(stream)
}

async fn forward(mut client: TcpStream, database: &str, preamble: &Preamble) -> std::io::Result<()> {
    let mut server = connect(database, preamble).await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}
