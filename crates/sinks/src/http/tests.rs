//! The sink, asked over TCP by bytes that no client library makes nicer.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::*;

async fn sink() -> HttpSink {
    HttpSink::start(Ipv4Addr::LOCALHOST.into()).await.unwrap()
}

async fn ask(sink: &HttpSink, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(sink.address()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-One: Two\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

#[tokio::test]
async fn an_endpoint_answers_what_it_was_told_and_keeps_what_it_was_asked() {
    let sink = sink().await;
    sink.serve("/a", |request| CannedAnswer::json(&json!({"said": request.text()})));
    let answer = ask(&sink, "POST /a/deeper?x=1%20y", "hello").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"said":"hello"}"#), "{answer}");
    let request = sink.wait("/a", soon(), |_| true).await.unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/a/deeper"));
    assert_eq!((request.query.as_str(), request.header("x-one")), ("x=1%20y", Some("Two")));
    assert!(sink.wait("/a", Instant::now(), |_| true).await.is_none(), "a request is handed out once");
    assert_eq!(sink.requests("/a").len(), 1);
}

#[tokio::test]
async fn a_request_that_comes_later_ends_the_wait_and_others_stay_for_others() {
    let sink = sink().await;
    sink.serve("/a", |_| CannedAnswer::text("ok"));
    let waiting = sink.wait("/a", soon(), |request| request.text() == "second");
    let asking = async {
        ask(&sink, "POST /a", "first").await;
        ask(&sink, "POST /a", "second").await;
    };
    let (found, ()) = tokio::join!(waiting, asking);
    assert_eq!(found.unwrap().text(), "second");
    assert_eq!(sink.wait("/a", Instant::now(), |_| true).await.unwrap().text(), "first");
}

#[tokio::test]
async fn unknown_paths_get_a_404_and_are_noted() {
    let sink = sink().await;
    sink.serve("/a", |_| CannedAnswer::text("ok").with_status(201));
    assert!(ask(&sink, "GET /ab", "").await.starts_with("HTTP/1.1 404"));
    assert!(ask(&sink, "GET /a", "").await.starts_with("HTTP/1.1 201"));
    assert_eq!(sink.strangers().iter().map(Request::told).collect::<Vec<_>>(), ["GET /ab "]);
    assert!(sink.wait("/ab", Instant::now(), |_| true).await.is_none());
}

#[tokio::test]
async fn the_longest_path_answers_and_the_newest_word_counts() {
    let sink = sink().await;
    sink.serve("/a", |_| CannedAnswer::text("wide"));
    sink.serve("/a/b", |_| CannedAnswer::text("old"));
    sink.serve("/a/b", |_| CannedAnswer::text("new"));
    assert!(ask(&sink, "GET /a/b/c", "").await.ends_with("new"));
    assert!(ask(&sink, "GET /a/c", "").await.ends_with("wide"));
}

#[test]
fn fields_of_a_form_are_decoded() {
    let request = Request {
        method: "POST".into(),
        path: "/".into(),
        query: String::new(),
        headers: Vec::new(),
        body: b"text=hello+world&command=%2Flab".to_vec(),
    };
    assert_eq!(request.field("text").as_deref(), Some("hello world"));
    assert_eq!(request.field("command").as_deref(), Some("/lab"));
    assert_eq!(request.field("nothing"), None);
}
