//! A GitHub that takes comments or refuses them: nothing but the token that is for it goes there.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};

use super::call::Call;

type Seen = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Serves it; its address, and what it was sent: a request's line and headers but the authorization, and its body.
async fn hub(status: StatusCode, body: String) -> (String, Seen) {
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let answer = move |method: Method, uri: Uri, mut headers: HeaderMap, bytes: Bytes| {
        headers.remove("authorization");
        kept.lock().unwrap().push((format!("{method} {uri} {headers:?}"), bytes.to_vec()));
        let body = body.clone();
        async move { (status, [("content-type", "application/json")], body) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (address, seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_is_refused_and_one_that_is_not() {
    let record = include_str!("../../golden/report/red.record.json");
    for (status, echoes) in [(403, true), (500, false), (401, true)] {
        let mut call =
            Call::of(&["report", "--from", ".", "--report-dir", "out", "--comment", "always"]).on_github();
        let told = call.planted.plant("INPUT_GITHUB-TOKEN, which the answer repeats");
        // A proxy's page that repeats what it was sent.
        let body = if echoes { format!("{{\"message\": \"no {told}\"}}") } else { "<html>".to_owned() };
        let (address, seen) = hub(StatusCode::from_u16(status).unwrap(), body).await;
        let call = call
            .file("record.json", record)
            .variable("GITHUB_API_URL", &address)
            .variable("INPUT_GITHUB-TOKEN", &told)
            .variable("NO_PROXY", "127.0.0.1")
            .input("pull-request", "7");
        let planted = call.planted.clone();
        let (code, output) = tokio::task::spawn_blocking(move || call.judged()).await.unwrap();
        assert_eq!(code, 1, "{output}");
        assert!(output.contains("no pull request comment"), "{output}");
        let seen = seen.lock().unwrap();
        assert!(!seen.is_empty(), "{output}");
        for (head, body) in seen.iter() {
            assert_eq!(planted.found_in(head.as_bytes()), Vec::<String>::new(), "{head}");
            assert_eq!(planted.found_in(body), Vec::<String>::new(), "{head}");
        }
    }
}
