//! The world outside of a job, on this machine, for steps in containers: GitHub's API as far as one pull request's comments
//! go, and a store for reports. It may be asked directly, or as a proxy.
//!
//! GitHub's faults and races are played in `crates/github/src/scripted.rs`, its own description is asked in `tests/openapi`.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, put};
use axum::{Json, response::IntoResponse};
use serde_json::{Value, json};

/// The comments of pull request 7 of acme/chat, in the order of their ids, from 1.
type Comments = Arc<Mutex<Vec<String>>>;

/// The names of uploaded files, in the bucket `reports`.
type Files = Arc<Mutex<Vec<String>>>;

/// A running server; it ends with this.
pub(super) struct World {
    comments: Comments,
    files: Files,
    port: u16,
    /// Serves until it is dropped.
    _runtime: tokio::runtime::Runtime,
}

impl World {
    /// One whose comments this token may read and write.
    pub(super) fn with_token(token: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("0.0.0.0:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (comments, files, bearer) = (Comments::default(), Files::default(), format!("Bearer {token}"));
        let served = Router::new()
            .route("/repos/acme/chat/issues/7/comments", get(list).post(create))
            .with_state(Arc::clone(&comments))
            .layer(axum::middleware::from_fn(
                move |headers: HeaderMap, request, next: axum::middleware::Next| {
                    let known = headers.get("authorization").is_some_and(|value| *value == *bearer);
                    async move {
                        if known { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() }
                    }
                },
            ));
        let store = Router::new().route("/reports/{*name}", put(keep)).with_state(Arc::clone(&files));
        let store = store.layer(DefaultBodyLimit::disable());
        let served = served.merge(store);
        runtime.spawn(async move { axum::serve(listener, served).await });
        Self { comments, files, port, _runtime: runtime }
    }

    /// Its address for whoever reaches this machine at `host`.
    pub(super) fn url(&self, host: &str) -> String {
        format!("http://{host}:{}", self.port)
    }

    /// The comments as they are now.
    pub(super) fn comments(&self) -> Vec<String> {
        self.comments.lock().unwrap().clone()
    }

    /// The names of the files that were uploaded.
    pub(super) fn files(&self) -> Vec<String> {
        self.files.lock().unwrap().clone()
    }
}

/// Reads all of it before it answers: who answers first cuts off whoever still sends.
async fn keep(State(files): State<Files>, Path(name): Path<String>, _file: Bytes) {
    files.lock().unwrap().push(name);
}

fn shown(at: usize, body: &str) -> Value {
    let id = at + 1;
    json!({
        "id": id, "body": body, "user": { "login": "github-actions[bot]" },
        "html_url": format!("https://github.com/acme/chat/pull/7#issuecomment-{id}"),
    })
}

async fn list(State(comments): State<Comments>) -> Json<Value> {
    let comments = comments.lock().unwrap();
    Json(comments.iter().enumerate().map(|(at, body)| shown(at, body)).collect())
}

async fn create(State(comments): State<Comments>, Json(sent): Json<Value>) -> (StatusCode, Json<Value>) {
    let mut comments = comments.lock().unwrap();
    comments.push(sent["body"].as_str().unwrap().to_owned());
    (StatusCode::CREATED, Json(shown(comments.len() - 1, &comments[comments.len() - 1])))
}
