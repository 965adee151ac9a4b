//! The balancer before small nodes of axum.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::AtomicBool;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::routing::{any, get};
use futures_util::{SinkExt, StreamExt};
use hyper::header::HeaderMap;
use tokio::sync::Notify;

use super::*;

/// A node: says its name, echoes, hangs on request.
struct TestNode {
    address: SocketAddr,
    well: Arc<AtomicBool>,
    release: Arc<Notify>,
    _serving: JoinSet<io::Result<()>>,
}

impl TestNode {
    async fn start(name: &'static str) -> Self {
        let (well, release) = (Arc::new(AtomicBool::new(true)), Arc::new(Notify::new()));
        let (health, hold) = (well.clone(), release.clone());
        let ping = move || async move {
            if health.load(Ordering::SeqCst) { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
        };
        let slow = move || async move {
            hold.notified().await;
            "slow"
        };
        let echo = async |socket: WebSocketUpgrade| socket.on_upgrade(echo);
        let headers = async |headers: HeaderMap| format!("{headers:?}");
        let router = Router::new()
            .route("/api/v4/system/ping", get(ping))
            .route("/name", any(async move || name))
            .route("/headers", get(headers))
            .route("/slow", get(slow))
            .route("/echo", axum::routing::post(async |body: Bytes| body))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .route("/websocket", any(echo));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await });
        Self { address, well, release, _serving: serving }
    }
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message @ Message::Text(_))) = socket.recv().await {
        socket.send(message).await.unwrap();
    }
}

async fn three() -> ([TestNode; 3], Balancer, reqwest::Client) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let nodes = [TestNode::start("a").await, TestNode::start("b").await, TestNode::start("c").await];
    let named = ["a", "b", "c"].map(str::to_owned).into_iter().zip(nodes.iter().map(|node| node.address));
    let balancer = Balancer::start(named).await.unwrap();
    (nodes, balancer, reqwest::Client::builder().no_proxy().build().unwrap())
}

async fn six(balancer: &Balancer, client: &reqwest::Client) -> String {
    let mut names = String::new();
    for _ in 0..6 {
        let answer = client.get(format!("http://{}/name", balancer.address())).send().await.unwrap();
        names += &answer.text().await.unwrap();
    }
    names
}

/// Waits until the balancer itself has seen that these nodes are to get requests, and no others.
async fn in_use(balancer: &Balancer, wanted: &[&str]) {
    let look = async || {
        let nodes = balancer.shared.lock();
        let ready = nodes.iter().filter(|(_, node)| node.up && !node.drained);
        let names: Vec<String> = ready.map(|(name, _)| name.clone()).collect();
        if names == wanted { Progress::There(()) } else { Progress::<_, _, Infallible>::OnTheWay(names) }
    };
    let pace = Pace::steady(Duration::from_millis(5));
    wait::until(Instant::now() + Duration::from_secs(5), pace, look).await.unwrap();
}

/// An address that refuses connections: a port that the kernel gives to nobody.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1);

#[tokio::test]
async fn every_node_has_its_turn_unless_drained() {
    let (_nodes, balancer, client) = three().await;
    assert_eq!(six(&balancer, &client).await, "abcabc");
    balancer.drain("b").unwrap();
    let names = six(&balancer, &client).await;
    assert!(!names.contains('b') && names.contains('a') && names.contains('c'), "{names}");
    balancer.undrain("b", Duration::ZERO).await.unwrap();
    assert!(six(&balancer, &client).await.contains('b'));
    assert_eq!(balancer.drain("d").unwrap_err().to_string(), "the balancer has no node d; it has a, b, c");
}

#[tokio::test]
async fn nodes_that_are_not_well_get_nothing() {
    let (nodes, balancer, client) = three().await;
    nodes[0].well.store(false, Ordering::SeqCst);
    in_use(&balancer, &["b", "c"]).await;
    assert!(!six(&balancer, &client).await.contains('a'));
    balancer.drain("b").unwrap();
    nodes[2].well.store(false, Ordering::SeqCst);
    in_use(&balancer, &[]).await;
    let answer = client.get(format!("http://{}/name", balancer.address())).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    let stuck = balancer.undrain("a", Duration::ZERO).await.unwrap_err();
    assert!(stuck.to_string().contains("did not answer its ping"), "{stuck}");
    nodes[0].well.store(true, Ordering::SeqCst);
    balancer.undrain("a", Duration::from_secs(5)).await.unwrap();
    assert_eq!(six(&balancer, &client).await, "aaaaaa");
}

#[tokio::test]
async fn a_node_that_moved_is_found_at_its_new_address() {
    let (nodes, balancer, client) = three().await;
    balancer.drain("a").unwrap();
    balancer.drain("b").unwrap();
    balancer.set_address("c", NOWHERE).unwrap();
    in_use(&balancer, &[]).await;
    balancer.set_address("c", nodes[0].address).unwrap();
    in_use(&balancer, &["c"]).await;
    assert_eq!(six(&balancer, &client).await, "aaaaaa");
}

#[tokio::test]
async fn what_a_node_refuses_is_tried_on_another_one() {
    let (_nodes, balancer, client) = three().await;
    let url = |path: &str| format!("http://{}/{path}", balancer.address());
    // Down without any check having seen it yet: the nodes' own state is set behind their backs.
    let dead = NOWHERE;
    let break_a = || balancer.shared.with_node("a", |node| (node.address, node.up) = (dead, true)).unwrap();
    balancer.drain("c").unwrap();
    for _ in 0..2 {
        break_a();
        assert_eq!(client.get(url("name")).send().await.unwrap().text().await.unwrap(), "b");
    }
    for _ in 0..2 {
        break_a();
        assert_eq!(client.post(url("echo")).body("x").send().await.unwrap().text().await.unwrap(), "x");
    }
    break_a();
    balancer.drain("b").unwrap();
    assert_eq!(client.post(url("echo")).send().await.unwrap().status(), 503);
    assert_eq!(client.get(url("name")).send().await.unwrap().status(), 503);
}

#[tokio::test]
async fn requests_and_websockets_of_a_drained_node_run_to_their_end() {
    let (nodes, balancer, client) = three().await;
    balancer.drain("b").unwrap();
    balancer.drain("c").unwrap();
    let url = format!("http://{}/slow", balancer.address());
    let slow = tokio::spawn(async move { client.get(url).send().await.unwrap().text().await.unwrap() });
    let socket = format!("ws://{}/websocket", balancer.address());
    let (mut socket, _) = tokio_tungstenite::connect_async(socket).await.unwrap();
    while balancer.active_requests("a").unwrap() < 2 {
        tokio::task::yield_now().await;
    }
    balancer.drain("a").unwrap();
    assert_eq!(balancer.wait_idle("a", Duration::ZERO).await.unwrap(), 2);

    nodes[0].release.notify_one();
    assert_eq!(slow.await.unwrap(), "slow");
    socket.send("hello".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), "hello");
    socket.close(None).await.unwrap();
    while socket.next().await.is_some() {}
    assert_eq!(balancer.wait_idle("a", Duration::from_secs(5)).await.unwrap(), 0);
}

#[tokio::test]
async fn bodies_pass_and_nodes_learn_who_asked() {
    let (_nodes, balancer, client) = three().await;
    let large = vec![b'x'; 8 * 1024 * 1024];
    let url = |path: &str| format!("http://{}/{path}", balancer.address());
    let answer = client.post(url("echo")).body(large.clone()).send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), large);

    let ask =
        client.get(url("headers")).header("X-Forwarded-For", "10.0.0.1").header("Connection", "close, x-hop");
    let seen = ask.header("X-Hop", "secret").send().await.unwrap().text().await.unwrap();
    assert!(seen.contains(r#""x-forwarded-for": "10.0.0.1, 127.0.0.1""#), "{seen}");
    assert!(seen.contains(r#""x-forwarded-proto": "http""#), "{seen}");
    assert!(seen.contains(&format!(r#""host": "{}""#, balancer.address())), "{seen}");
    assert!(!seen.contains("x-hop"), "{seen}");
}

#[tokio::test]
async fn a_dropped_balancer_closes_its_connections() {
    let (_nodes, balancer, client) = three().await;
    let url = format!("http://{}/name", balancer.address());
    client.get(&url).send().await.unwrap();
    drop(balancer);
    while client.get(&url).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}
