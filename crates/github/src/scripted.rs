//! GitHub's API as far as comments go, scripted: for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::context::{Context, Pull};

/// What goes wrong with one call.
pub(super) enum Fault {
    /// This status, with this message and this header.
    Status(u16, &'static str, Option<(&'static str, &'static str)>),
    /// The call is carried out, and its answer is this status.
    LostAnswer(u16),
    /// No answer, ever.
    Hang,
}

/// One comment: id, author, text.
pub(super) type Stored = (u64, String, String);

/// What the server has and does.
#[derive(Default)]
pub(super) struct Script {
    pub(super) comments: Vec<Stored>,
    /// The login behind the token; none for a workflow's own token, which may not ask.
    pub(super) login: Option<&'static str>,
    /// Whom comments are by, if that is not the login.
    pub(super) author: Option<&'static str>,
    /// What goes wrong: with the first call that begins with this, such as `POST /repos`.
    pub(super) faults: VecDeque<(&'static str, Fault)>,
    /// Another job's comment that appears just before ours is created.
    pub(super) race: Option<Stored>,
    pub(super) pulls: Value,
    /// Method and path of each call.
    pub(super) calls: Vec<String>,
}

/// A running server.
pub(super) struct Scripted {
    pub(super) url: String,
    script: Arc<Mutex<Script>>,
}

impl Scripted {
    pub(super) async fn start(script: Script) -> Self {
        let script = Arc::new(Mutex::new(script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/v3", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, script }
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// Calls that change something.
    pub(super) fn writes(&self) -> Vec<String> {
        self.script().calls.iter().filter(|call| !call.starts_with("GET")).cloned().collect()
    }
}

/// A context of pull request 7 of acme/chat.
pub(super) fn context(api_url: &str) -> Context {
    Context {
        owner: "acme".into(),
        repo: "chat".into(),
        event: "pull_request".into(),
        pull: Pull::Number(7),
        fork: None,
        dependabot: false,
        head_sha: "abc".into(),
        api_url: api_url.into(),
        server_url: "http://git.acme.com".into(),
        run_url: "http://git.acme.com/acme/chat/actions/runs/42".into(),
        run: Some(("42".into(), "1".into())),
        branch: Some("main".into()),
        id: "Gate/roll".into(),
        output_file: None,
        summary_file: None,
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(path) = uri.path().strip_prefix("/api/v3") else {
        return refusal(404, "the base path is missing");
    };
    if headers.get("authorization").is_none_or(|value| value != "Bearer secret-token") {
        return refusal(401, "Bad credentials");
    }
    let call = format!("{method} {path}");
    let fault = {
        let mut script = script.lock().unwrap();
        script.calls.push(call.clone());
        let due = script.faults.front().is_some_and(|(wanted, _)| call.starts_with(wanted));
        if due { script.faults.pop_front() } else { None }
    };
    match fault.map(|(_, fault)| fault) {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Status(status, message, header)) => {
            let mut answer = refusal(status, message);
            if let Some((name, value)) = header {
                answer.headers_mut().insert(name, value.parse().unwrap());
            }
            answer
        }
        Some(Fault::LostAnswer(status)) => {
            carry_out(&mut script.lock().unwrap(), &method, path, &uri, &body);
            refusal(status, "lost")
        }
        None => carry_out(&mut script.lock().unwrap(), &method, path, &uri, &body),
    }
}

fn carry_out(script: &mut Script, method: &Method, path: &str, uri: &Uri, body: &Bytes) -> Response {
    let text = || serde_json::from_slice::<Value>(body).unwrap()["body"].as_str().unwrap().to_owned();
    let id = path.rsplit('/').next().and_then(|id| id.parse::<u64>().ok());
    match (method.as_str(), path, id) {
        ("GET", "/user", _) => match script.login {
            Some(login) => json_answer(200, &json!({ "login": login })),
            None => refusal(403, "Resource not accessible by integration"),
        },
        ("GET", "/repos/acme/chat/commits/abc/pulls", _) => json_answer(200, &script.pulls),
        ("GET", "/repos/acme/chat/issues/7/comments", _) => page(script, uri),
        ("GET", _, Some(id)) if path.starts_with("/repos/acme/chat/pulls/") => {
            let pulls = script.pulls.as_array().into_iter().flatten();
            pulls
                .clone()
                .find(|pull| pull["number"] == id)
                .map_or_else(|| refusal(404, "Not Found"), |pull| json_answer(200, pull))
        }
        ("POST", "/repos/acme/chat/issues/7/comments", _) => {
            script.comments.extend(script.race.take());
            let next = script.comments.iter().map(|(id, ..)| id + 1).max().unwrap_or(1);
            let author = script.author.or(script.login).unwrap_or("github-actions[bot]");
            let made = (next, author.to_owned(), text());
            script.comments.push(made.clone());
            json_answer(201, &shown(&made))
        }
        ("PATCH", _, Some(id)) => match script.comments.iter_mut().find(|(known, ..)| *known == id) {
            Some(comment) => {
                comment.2 = text();
                json_answer(200, &shown(comment))
            }
            None => refusal(404, "Not Found"),
        },
        ("DELETE", _, Some(id)) => {
            let before = script.comments.len();
            script.comments.retain(|(known, ..)| *known != id);
            if script.comments.len() < before {
                StatusCode::NO_CONTENT.into_response()
            } else {
                refusal(404, "Not Found")
            }
        }
        _ => refusal(404, "Not Found"),
    }
}

fn page(script: &Script, uri: &Uri) -> Response {
    let query = uri.query().unwrap_or_default();
    let number = |name: &str| {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse::<usize>().ok())
    };
    let (size, page) = (number("per_page").unwrap_or(30).min(100), number("page").unwrap_or(1));
    let items: Vec<Value> = script.comments.iter().skip((page - 1) * size).take(size).map(shown).collect();
    let mut answer = json_answer(200, &Value::Array(items));
    if script.comments.len() > page * size {
        // Another host on purpose: a client that follows it is lost.
        let link = format!("<http://127.0.0.1:1/elsewhere?page={}>; rel=\"next\"", page + 1);
        answer.headers_mut().insert("link", link.parse().unwrap());
    }
    answer
}

fn shown((id, author, text): &Stored) -> Value {
    // An account that was deleted leaves its comments without a user.
    let user = if author.is_empty() { Value::Null } else { json!({ "login": author }) };
    // GitHub gives texts back with other line ends.
    json!({ "id": id, "user": user, "body": text.replace('\n', "\r\n"), "html_url": format!("http://page/{id}") })
}

fn json_answer(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn refusal(status: u16, message: &str) -> Response {
    json_answer(status, &json!({ "message": message, "documentation_url": "https://docs.github.com" }))
}
