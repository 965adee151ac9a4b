//! Starting, stopping, upgrading; websockets from their greeting to their end.

use std::time::Duration;

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::client::{PASSWORD, Site, faults};
use crate::fault::Faults;
use crate::node::{Node, StartError};
use crate::release;

fn said(log: &[String], text: &str) -> bool {
    log.iter()
        .any(|line| serde_json::from_str::<Value>(line).unwrap()["msg"].as_str().unwrap().contains(text))
}

#[tokio::test]
async fn a_node_is_replaced_and_the_data_stays() {
    let mut site = Site::new(true, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let (_, alpha) = site.place(0, "lab").await;
    let post = site.say(0, &alpha, "before").await;
    let schema = async |site: &Site| site.get(0, "/system/schema/version").await.body[0]["version"].clone();
    assert_eq!(schema(&site).await, 159);
    let gone = site.nodes.remove(1);
    let address = gone.address();
    let log = gone.stop(Duration::from_secs(1)).await;
    assert!(said(&log, "Server is listening on") && said(&log, "Server stopped"));
    assert!(said(&log, "Stopping Server...") && !said(&log, "migrated"));
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert_eq!(site.get(0, "/cluster/status").await.body.as_array().unwrap().len(), 1);
    site.start("11.7.0", &Faults::none()).await;
    assert!(said(&site.nodes[1].log(), "migrated"));
    assert_eq!(schema(&site).await, 162);
    assert_eq!(site.message(1, &post).await, "before");
    let versions = site.get(0, "/cluster/status").await.body;
    assert_eq!((&versions[0]["version"], &versions[1]["version"]), (&json!("11.6.0"), &json!("11.7.0")));
    let client = site.get(1, "/config/client?format=old").await.body;
    assert_eq!((&client["Version"], &client["SchemaVersion"]), (&json!("11.7.0"), &json!("162")));
    // An older release starts on the newer schema without complaint.
    site.start("11.6.0", &Faults::none()).await;
    assert_eq!(site.get(2, "/users/me").await.status, 200);
    assert_eq!(schema(&site).await, 162);
}

#[tokio::test]
async fn stopping_ends_websockets_without_a_close_frame() {
    let mut site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let mut socket = site.socket(0, &site.admin).await;
    site.nodes.remove(0).stop(Duration::from_secs(1)).await;
    assert_eq!(socket.next().await, None);
}

#[tokio::test]
async fn dropping_a_node_kills_it() {
    let mut site = Site::new(true, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let mut socket = site.socket(1, &site.admin).await;
    drop(site.nodes.remove(1));
    assert_eq!(socket.next().await, None);
    assert_eq!(site.get(0, "/cluster/status").await.body.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_running_request_ends_before_the_node_does() {
    let mut site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let mut stream = tokio::net::TcpStream::connect(site.nodes[0].address()).await.unwrap();
    let body = json!({"login_id": "sysadmin", "password": PASSWORD}).to_string();
    let head = format!(
        "POST /api/v4/users/login HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The interim answer proves that the request is running and waits for its body.
    let mut answer = [0; 64];
    let read = stream.read(&mut answer).await.unwrap();
    assert!(answer[..read].starts_with(b"HTTP/1.1 100"));
    let node = site.nodes.remove(0);
    let rest = async {
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (log, answer) = tokio::join!(node.stop(Duration::from_secs(1)), rest);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(said(&log, "Server stopped"));
}

#[tokio::test]
async fn a_node_that_exits_says_how() {
    let site = Site::new(true, &[], &Faults::none()).await;
    let listen = "127.0.0.1:0".parse().unwrap();
    let faults = faults("exits-at-start");
    let node =
        Node::start(site.world.clone(), "node1", release::known("11.7.0"), faults.clone(), listen).await;
    let error = node.err().unwrap();
    assert!(matches!(&error, StartError::Exited { code: 1, .. }), "{error}");
    assert!(error.to_string().contains("node1 exited with 1"), "{error}");
    let old = Node::start(site.world.clone(), "node1", release::known("11.6.0"), faults, listen).await;
    assert!(old.is_ok());
}

#[tokio::test]
async fn a_node_that_is_never_ready_answers_nobody() {
    let mut site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    site.start("11.7.0", &faults("never-ready")).await;
    assert!(!said(&site.nodes[1].log(), "Server is listening on"));
    assert!(site.send(1, "GET", "/system/ping", "", Vec::new(), &[]).await.is_err());
}

#[tokio::test]
async fn a_websocket_may_say_later_who_it_is() {
    let site = Site::new(false, &["11.6.0"], &Faults::none()).await;
    let url = site.url(0, "/websocket").replace("http", "ws");
    let (mut stream, _) = connect_async(&url).await.unwrap();
    let challenge = json!({"seq": 1, "action": "authentication_challenge", "data": {"token": site.admin}});
    stream.send(Message::text(challenge.to_string())).await.unwrap();
    let mut socket = super::client::Socket { stream, seq: 1 };
    let hello = socket.next().await.unwrap();
    assert_eq!((&hello["event"], &hello["seq"]), (&json!("hello"), &json!(0)));
    assert_eq!(hello["data"]["server_hostname"], "node1");
    assert!(hello["data"]["server_version"].as_str().unwrap().starts_with("11.6.0.11.6.0."));
    assert_eq!(socket.next().await.unwrap(), json!({"status": "OK", "seq_reply": 1}));
    let (mut stream, _) = connect_async(&url).await.unwrap();
    let wrong = json!({"seq": 1, "action": "authentication_challenge", "data": {"token": "a".repeat(26)}});
    stream.send(Message::text(wrong.to_string())).await.unwrap();
    assert_eq!(super::client::Socket { stream, seq: 1 }.next().await, None);
}

#[tokio::test]
async fn a_foreign_origin_is_turned_away() {
    let site = Site::new(false, &["11.6.0"], &Faults::none()).await;
    let connect = async |origin: &str| {
        let mut request = site.url(0, "/websocket").replace("http", "ws").into_client_request().unwrap();
        request.headers_mut().insert("Origin", origin.parse().unwrap());
        match connect_async(request).await {
            Ok(_) => 101,
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(connect("http://elsewhere.example").await, 403);
    assert_eq!(connect("http://balancer:8065").await, 101);
    assert_eq!(site.get(0, "/websocket").await.status, 400);
}

#[tokio::test]
async fn after_a_logout_a_websocket_is_open_and_mute() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let (_, alpha) = site.place(0, "lab").await;
    let token = site.login(0, "sysadmin").await;
    let (mut mute, mut heard) = (site.socket(0, &token).await, site.socket(0, &site.admin).await);
    site.call(0, "POST", "/users/logout", &token, Value::Null).await;
    site.say(0, &alpha, "hello").await;
    assert_eq!(heard.events().await, ["posted"]);
    drop(site);
    // The next thing it sees is its end.
    assert_eq!(mute.next().await, None);
}

#[tokio::test]
async fn actions_tell_who_they_concern() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let (team, alpha) = site.place(0, "lab").await;
    let (alice, token) = site.user(0, "alice").await;
    let (mut admin, mut member) = (site.socket(0, &site.admin).await, site.socket(0, &token).await);
    site.post(0, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": alice})).await;
    let joined = ["posted", "user_added", "posted", "user_added"];
    assert_eq!(admin.events().await, joined);
    assert_eq!(member.events().await, [&joined[..], &["added_to_team"]].concat());
    site.post(0, &format!("/channels/{alpha}/members"), json!({"user_id": alice})).await;
    assert_eq!(admin.events().await, ["user_added", "posted"]);
    assert_eq!(member.events().await, ["user_added", "posted"]);
    let post = site.say(0, &alpha, "hi @alice").await;
    assert_eq!(member.event("posted").await["data"]["mentions"], json!([alice]).to_string());
    let smile = json!({"user_id": site.admin_id, "post_id": post, "emoji_name": "smile"});
    site.post(0, "/reactions", smile).await;
    let patch = json!({"message": "hi"});
    site.call(0, "PUT", &format!("/posts/{post}/patch"), &site.admin, patch).await;
    site.call(0, "DELETE", &format!("/posts/{post}"), &site.admin, Value::Null).await;
    assert_eq!(member.events().await, ["reaction_added", "post_edited", "post_deleted"]);
    admin.events().await;
    let patch = json!({"TeamSettings": {"SiteName": "Lab"}});
    site.call(0, "PUT", "/config/patch", &site.admin, patch.clone()).await;
    assert_eq!(admin.events().await, ["config_changed", "plugin_statuses_changed"]);
    assert_eq!(member.events().await, ["config_changed"]);
    site.call(0, "PUT", "/config/patch", &site.admin, patch).await;
    site.user(0, "bob").await;
    assert_eq!(member.events().await, ["new_user"]);
}
