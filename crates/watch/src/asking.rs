//! One request of each path, and the judgement of its answer: the wanted status with the wanted body, or what is wrong.

use std::sync::Arc;

use availability::{Harm, SampledAnswer, UserPath};
use mattermost_client::{Client, Connections};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::ground::{WatchGround, is_page};
use crate::places::WatchedPlace;

/// As many of the newest messages as are read.
const NEWEST: usize = 5;

/// An answer, and the post that it acknowledges.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) answer: SampledAnswer,
    pub(crate) post: Option<String>,
    /// The connection ended before anything came back.
    pub(crate) is_cut: bool,
}

/// Asks once, as a browser does: where a connection that was kept ends before anything comes back, it asks on a new one, and no
/// user notices anything but the time. Balancers count on it: haproxy closes the client's connection without a word where a
/// server closed the one that it used again (its documentation, `http-reuse`), which a server that stops does.
pub(crate) async fn ask(path: UserPath, ground: &WatchGround, place: &WatchedPlace, number: u64) -> Asked {
    if path == UserPath::PingNew {
        return ask_by(path, ground, &place.client(Connections::New), number).await;
    }
    let asked = ask_by(path, ground, &place.client(Connections::Kept), number).await;
    if asked.is_cut { ask_by(path, ground, &place.client(Connections::New), number).await } else { asked }
}

async fn ask_by(path: UserPath, ground: &WatchGround, client: &Client, number: u64) -> Asked {
    let response = match request(path, ground, client, number).send().await {
        Ok(response) => response,
        Err(error) => {
            let harm = harm_of(&error);
            return Asked { is_cut: harm == Harm::Reset, answer: failed(harm, None), post: None };
        }
    };
    let version = version(&response);
    let status = response.status().as_u16();
    let session = response.headers().get("token").and_then(|token| token.to_str().ok()).map(str::to_owned);
    // A wrong status is told as such, even if its body does not come.
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) if status == wanted(path) => {
            return Asked { answer: failed(harm_of(&error), version), ..Asked::default() };
        }
        Err(_) => Vec::new().into(),
    };
    if status != wanted(path) {
        return Asked { answer: failed(Harm::Status(status), version), ..Asked::default() };
    }
    if let (UserPath::Login, Some(session)) = (path, session) {
        end(client.with_token(&session));
    }
    let told: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let harm = (!is_right(path, ground, number, &body, &told)).then_some(Harm::WrongBody);
    let acknowledged = harm.is_none() && path == UserPath::Post;
    let post = if acknowledged { told["id"].as_str().map(str::to_owned) } else { None };
    Asked { answer: SampledAnswer { node: None, version, harm }, post, is_cut: false }
}

fn failed(harm: Harm, version: Option<Arc<str>>) -> SampledAnswer {
    SampledAnswer { node: None, version, harm: Some(harm) }
}

/// What came of a request that got no answer.
fn harm_of(error: &reqwest::Error) -> Harm {
    // A connection that takes too long to come about is no refusal: a server that is paused, or busy, is waited for there too.
    if error.is_timeout() {
        Harm::TimedOut
    } else if error.is_connect() {
        Harm::Refused
    } else {
        Harm::Reset
    }
}

fn wanted(path: UserPath) -> u16 {
    if matches!(path, UserPath::Post | UserPath::Upload) { 201 } else { 200 }
}

fn message(number: u64) -> String {
    format!("watch {number}")
}

fn request(path: UserPath, ground: &WatchGround, client: &Client, number: u64) -> RequestBuilder {
    let WatchGround { team, channel, word, file, .. } = ground;
    let get = |path: &str| client.request(Method::GET, path);
    let post = |path: &str, body: Value| client.request(Method::POST, path).json(&body);
    match path {
        UserPath::PingNew | UserPath::PingKept | UserPath::Socket => get("/api/v4/system/ping"),
        UserPath::Session => get("/api/v4/users/me"),
        UserPath::Post => post("/api/v4/posts", json!({ "channel_id": channel, "message": message(number) })),
        UserPath::ReadPosts => get(&format!("/api/v4/channels/{channel}/posts?page=0&per_page={NEWEST}")),
        UserPath::Search => post(
            &format!("/api/v4/teams/{team}/posts/search"),
            json!({ "terms": word, "is_or_search": false }),
        ),
        UserPath::Upload => {
            let file = Part::bytes(ground.bytes.clone()).file_name("watch.txt");
            // The server reads the form as a stream, and wants to know the channel first.
            let form = Form::new().text("channel_id", channel.clone()).part("files", file);
            client.request(Method::POST, "/api/v4/files").multipart(form)
        }
        UserPath::Download => get(&format!("/api/v4/files/{file}")),
        UserPath::Page => get("/"),
        UserPath::Login => {
            let (name, password) =
                ground.login.as_ref().map_or(("", ""), |login| (&login.name, &login.password));
            post("/api/v4/users/login", json!({ "login_id": name, "password": password }))
        }
    }
}

fn is_right(path: UserPath, ground: &WatchGround, number: u64, body: &[u8], told: &Value) -> bool {
    match path {
        UserPath::PingNew | UserPath::PingKept | UserPath::Socket => told["status"] == "OK",
        UserPath::Session => told["id"] == *ground.me,
        UserPath::Login => told["id"].as_str().is_some_and(|id| !id.is_empty()),
        UserPath::Post => told["channel_id"] == *ground.channel && told["message"] == *message(number),
        UserPath::ReadPosts => {
            let order = told["order"].as_array().map_or(&[][..], Vec::as_slice);
            let here = |id: &Value| {
                let post = id.as_str().map_or(&Value::Null, |id| &told["posts"][id]);
                post["channel_id"] == *ground.channel
            };
            (1..=NEWEST).contains(&order.len()) && order.iter().all(here)
        }
        UserPath::Search => {
            told["order"].as_array().is_some_and(|order| order.iter().any(|id| *id == *ground.marker))
        }
        UserPath::Upload => told["file_infos"][0]["size"].as_u64() == u64::try_from(ground.bytes.len()).ok(),
        UserPath::Download => *body == *ground.bytes,
        UserPath::Page => is_page(body),
    }
}

/// The version in `X-Version-Id`, as [`mattermost_client::Reply::version`] reads it.
fn version(response: &Response) -> Option<Arc<str>> {
    let header = response.headers().get("x-version-id")?.to_str().ok()?;
    let parts: Vec<&str> = header.splitn(4, '.').collect();
    (parts.len() == 4).then(|| parts[..3].join(".").into())
}

/// Ends the session of a login beside everything else: a server revokes old sessions of an account that has 500.
fn end(client: Client) {
    tokio::spawn(async move { drop(client.logout().await) });
}
