//! The same stand-in split over processes: here over two sides of a loopback connection.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::client::{PASSWORD, faults};
use crate::fault::FaultPlan;
use crate::node::StartError;
use crate::remote::{RemoteNode, run_node, serve_world};
use crate::world::{Options, World};

async fn database(stop: &CancellationToken) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(serve_world(World::new(Options::default()), None, listener, stop.clone()));
    address
}

fn node(database: &str, name: &str, faults: FaultPlan) -> RemoteNode {
    RemoteNode {
        database: database.into(),
        name: name.into(),
        version: "11.7.0".into(),
        faults,
        files: None,
        environment: Vec::new(),
        listen: "127.0.0.1:0".parse().unwrap(),
    }
}

struct Process {
    stop: CancellationToken,
    log: mpsc::UnboundedReceiver<String>,
    task: JoinHandle<Result<(), StartError>>,
    address: SocketAddr,
}

async fn start(database: &str, name: &str) -> Process {
    let (lines, mut log) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let task = tokio::spawn(run_node(node(database, name, FaultPlan::default()), lines, stop.clone()));
    loop {
        let line: Value = serde_json::from_str(&log.recv().await.unwrap()).unwrap();
        if line["msg"].as_str().unwrap().starts_with("Server is listening on") {
            let address = line["address"].as_str().unwrap().parse().unwrap();
            return Process { stop, log, task, address };
        }
    }
}

#[tokio::test]
async fn two_node_processes_share_the_world_of_a_third() {
    let all = CancellationToken::new();
    let database = database(&all).await;
    let (first, mut second) = (start(&database, "node1").await, start(&database, "node2").await);
    let client = Arc::new(reqwest::Client::builder().no_proxy().build().unwrap());
    let url = |process: &Process, path: &str| format!("http://{}/api/v4{path}", process.address);
    let user =
        json!({"email": "sysadmin@lab.test", "username": "sysadmin", "password": PASSWORD}).to_string();
    let created = client.post(url(&first, "/users")).body(user).send().await.unwrap();
    assert_eq!(created.status(), 201);
    let login = json!({"login_id": "sysadmin", "password": PASSWORD}).to_string();
    let login = client.post(url(&second, "/users/login")).body(login).send().await.unwrap();
    let token = login.headers()["token"].to_str().unwrap().to_owned();
    let status = client.get(url(&first, "/cluster/status")).bearer_auth(&token).send().await.unwrap();
    let status: Value = serde_json::from_slice(&status.bytes().await.unwrap()).unwrap();
    assert_eq!(status.as_array().unwrap().len(), 2);
    second.stop.cancel();
    second.task.await.unwrap().unwrap();
    let mut last = String::new();
    while let Ok(line) = second.log.try_recv() {
        last = line;
    }
    assert!(last.contains("Server stopped"), "{last}");
    assert!(client.get(url(&first, "/users/me")).bearer_auth(&token).send().await.unwrap().status() == 200);
    all.cancel();
    assert!(first.task.await.unwrap().is_err());
}

#[tokio::test]
async fn a_node_process_exits_as_its_server_does() {
    let all = CancellationToken::new();
    let database = database(&all).await;
    let (lines, _log) = mpsc::unbounded_channel();
    let broken = node(&database, "node1", faults("exits-at-start").plan().clone());
    let error = run_node(broken, lines.clone(), CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, StartError::Exited { code: 1, .. }), "{error}");
    let nowhere = node("127.0.0.1:1", "node1", FaultPlan::default());
    let error = run_node(nowhere, lines, CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().contains("cannot reach its database at 127.0.0.1:1"), "{error}");
}
