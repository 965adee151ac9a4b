//! A websocket that breaks when the test wants it, on a server of a few lines.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use availability::{Route, SocketFigures, Through, UserPath};
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::routing::any;
use basics::unpoisoned::lock;
use basics::wait::{self, WaitProgress};
use mattermost_client::{Client, Http};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::desk::Desks;
use super::{Book, hold};
use crate::places::WatchedPlace;
use crate::tally::Tally;

const CHANNEL: &str = "channel";

/// How the server treats those who come: the first one, and everybody after.
struct Script {
    asked: Mutex<Vec<String>>,
    /// Whether it knows connections again.
    resumes: bool,
    /// Leave to end the first connection, and to answer the others.
    leave: Semaphore,
}

async fn server(resumes: bool) -> (Arc<Script>, String) {
    let script = Arc::new(Script { asked: Mutex::default(), resumes, leave: Semaphore::new(0) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/api/v4/websocket", any(greet)).with_state(Arc::clone(&script));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (script, format!("http://{address}"))
}

async fn greet(
    State(script): State<Arc<Script>>,
    Query(asked): Query<Vec<(String, String)>>,
    upgrade: WebSocketUpgrade,
) -> axum::response::Response {
    let asked: Vec<String> = asked.into_iter().map(|(_, value)| value).collect();
    let first = {
        let mut all = lock(&script.asked);
        all.push(asked.join(" "));
        all.len() == 1
    };
    upgrade.on_upgrade(async move |socket| talk(&script, socket, first).await)
}

async fn say(socket: &mut WebSocket, seq: u64, event: &str, data: serde_json::Value) {
    let text = json!({ "event": event, "data": data, "seq": seq }).to_string();
    let _ = socket.send(Message::text(text)).await;
}

async fn hello(socket: &mut WebSocket, id: &str, version: &str) {
    let version = format!("{version}.1.hash.true");
    let data = json!({ "connection_id": id, "server_version": version, "server_hostname": "host1" });
    say(socket, 0, "hello", data).await;
}

async fn posted(socket: &mut WebSocket, seq: u64, id: &str) {
    let post = json!({ "id": id, "channel_id": CHANNEL }).to_string();
    say(socket, seq, "posted", json!({ "post": post })).await;
}

async fn talk(script: &Script, mut socket: WebSocket, first: bool) {
    if first {
        hello(&mut socket, "first", "11.6.0").await;
        posted(&mut socket, 1, "one").await;
        script.leave.acquire().await.unwrap().forget();
        return;
    }
    script.leave.acquire().await.unwrap().forget();
    if script.resumes {
        posted(&mut socket, 2, "two").await;
        posted(&mut socket, 4, "four").await;
    } else {
        hello(&mut socket, "second", "11.7.0").await;
        posted(&mut socket, 1, "three").await;
    }
    std::future::pending::<()>().await;
}

struct Held {
    desks: Arc<Desks>,
    tally: Arc<Mutex<Tally>>,
    holding: tokio::task::AbortHandle,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.holding.abort();
    }
}

fn held(url: &str) -> Held {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let patience = Duration::from_secs(5);
    let client = Client::new(&Http::new(patience).unwrap(), "node1", url);
    let place = WatchedPlace::new("node1", &client, patience).unwrap();
    let through = Through::Node("node1".into());
    let tally = Arc::<Mutex<Tally>>::default();
    let route = lock(&tally).open(Route { path: UserPath::Socket, through: through.clone() }, 0, u64::MAX);
    let book = Book { began: Instant::now(), tally: Arc::clone(&tally), route };
    let desks = Arc::new(Desks::new(false));
    let holding = hold(place, through, CHANNEL.into(), Arc::clone(&desks), book);
    Held { desks, tally, holding: tokio::spawn(holding).abort_handle() }
}

impl Held {
    async fn until(&self, wanted: impl Fn(&SocketFigures) -> bool) -> SocketFigures {
        let look = async || match self.desks.seen().into_iter().find(&wanted) {
            Some(figures) => WaitProgress::<_, _, String>::There(figures),
            None => WaitProgress::OnTheWay(format!("{:?}", self.desks.seen())),
        };
        wait::until(Instant::now() + Duration::from_secs(20), wait::WaitPace::GROWING, look).await.unwrap()
    }

    /// The first connection has told of a post, and is ended; another post is acknowledged while it is gone.
    async fn broken(&self, script: &Script) {
        self.until(|figures| figures.events == 2).await;
        self.desks.acknowledged("one", Some("node1"), 1);
        assert_eq!(self.desks.seen()[0].heard, 1);
        script.leave.add_permits(1);
        self.until(|figures| figures.breaks == 1).await;
        self.desks.acknowledged("two", Some("node1"), 2);
        self.desks.acknowledged("of another node", Some("node2"), 2);
        script.leave.add_permits(1);
    }
}

#[tokio::test]
async fn a_connection_that_goes_on_gets_what_it_missed() {
    let (script, url) = server(true).await;
    let held = held(&url);
    held.broken(&script).await;
    let figures = held.until(|figures| figures.events == 4).await;
    assert_eq!(*lock(&script.asked), [" 0", "first 2"], "id and number of the event that is waited for");
    assert_eq!((figures.resumed, figures.begun_anew), (1, 0));
    assert_eq!((figures.missed_while_away, figures.replayed), (1, 1));
    assert_eq!((figures.missed, figures.doubled, figures.reordered), (1, 0, 0), "event 3 never came");
}

#[tokio::test]
async fn a_connection_that_is_not_known_any_more_begins_anew() {
    let (script, url) = server(false).await;
    let held = held(&url);
    held.broken(&script).await;
    let figures = held.until(|figures| figures.events == 4).await;
    assert_eq!((figures.resumed, figures.begun_anew), (0, 1));
    assert_eq!((figures.missed_while_away, figures.replayed), (1, 0));
    assert_eq!((figures.missed, figures.doubled), (0, 0));
    let (_, _, gaps) = std::mem::take(&mut *lock(&held.tally)).finish(60_000);
    let stretch = &gaps[0].stretch;
    assert_eq!(
        (stretch.version_before.as_deref(), stretch.version_after.as_deref()),
        (Some("11.6.0"), Some("11.7.0"))
    );
}
