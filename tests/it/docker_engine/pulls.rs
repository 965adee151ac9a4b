//! When an image is pulled that the engine has, and what serves where no registry gives a newer one. An engine that is played says
//! what it is asked.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::scripted::{Asked, engine_that, needing, refuse};
use super::*;

/// What the engine says of an image with this id, which a registry knows or none does.
fn has(id: char, known: bool) -> Response {
    let digests =
        if known { format!(r#"["registry.example/mm@sha256:{}"]"#, "d".repeat(64)) } else { "[]".into() };
    let digits = id.to_string().repeat(64);
    format!(r#"{{"Id":"sha256:{digits}","Architecture":"amd64","Created":"2026-11-01T00:00:00Z","RepoDigests":{digests}}}"#)
        .into_response()
}

/// What becomes of an image that is there, with a policy: the error or whether it was pulled, what was warned of, how many pulls.
async fn prepared(
    policy: PullPolicy,
    answer: impl Fn(&str, usize) -> Response + Clone + Send + Sync + 'static,
) -> (Result<bool, String>, String, usize) {
    let (engine, asked) = engine_that(answer).await;
    let (mut project, options) = needing(&["registry.example/mm:master"]);
    project.services["app0"].pull_policy = Some(policy);
    let (events, mut told) = Events::stream();
    let ended = Running::prepare(&engine, project, options, &events, soon()).await;
    let (mut pulled, mut warned) = (false, String::new());
    while let Ok(event) = told.try_recv() {
        match event.kind {
            EventKind::ImageReady { pulled: it_was, .. } => pulled = it_was,
            EventKind::Warning { text } => warned += &text,
            _ => {}
        }
    }
    (ended.map(|_| pulled).map_err(|error| error.to_string()), warned, pulls(&asked))
}

fn pulls(asked: &Asked) -> usize {
    asked.lock().unwrap().iter().filter(|question| question.starts_with("POST /images/create")).count()
}

fn refused(status: StatusCode, why: &'static str) -> impl Fn(&str, usize) -> Response + Clone {
    move |question, _| if question.starts_with("POST") { refuse(status, why) } else { has('1', true) }
}

#[tokio::test]
async fn a_name_that_moves_is_pulled_again_and_a_newer_image_is_told() {
    let moved = |question: &str, before: usize| match question.starts_with("POST") {
        true => "{\"status\":\"Status: Downloaded newer image\"}\r\n".into_response(),
        // The second look comes after the pull.
        false => has(if before == 0 { '1' } else { '2' }, true),
    };
    assert_eq!(prepared(PullPolicy::Renewed, moved).await, (Ok(true), String::new(), 1));
    assert_eq!(prepared(PullPolicy::Missing, moved).await, (Ok(false), String::new(), 0));
    let same = |question: &str, _: usize| match question.starts_with("POST") {
        true => "{\"status\":\"Status: Image is up to date\"}\r\n".into_response(),
        false => has('1', true),
    };
    assert_eq!(prepared(PullPolicy::Renewed, same).await, (Ok(false), String::new(), 1));
    assert_eq!(prepared(PullPolicy::Always, same).await, (Ok(true), String::new(), 1));
}

#[tokio::test]
async fn what_the_engine_has_serves_where_the_registry_does_not() {
    let gone = refused(StatusCode::NOT_FOUND, "manifest for registry.example/mm:master not found");
    let (ended, warned, pulls) = prepared(PullPolicy::Renewed, gone.clone()).await;
    assert_eq!((ended, pulls), (Ok(false), 1));
    assert!(warned.contains("made 2026-11-01T00:00:00Z, perhaps an old one"), "{warned}");
    assert!(warned.contains("manifest for registry.example/mm:master not found"), "{warned}");
    let late = refused(StatusCode::INTERNAL_SERVER_ERROR, "dial tcp: i/o timeout");
    let (ended, warned, pulls) = prepared(PullPolicy::Renewed, late).await;
    assert_eq!((ended, pulls), (Ok(false), 3), "a registry that is late is asked again");
    assert!(warned.contains("i/o timeout"), "{warned}");
    let full = refused(StatusCode::INTERNAL_SERVER_ERROR, "write /var: no space left on device");
    assert!(prepared(PullPolicy::Renewed, full).await.0.unwrap_err().contains("no space left"));
    let error = prepared(PullPolicy::Always, gone).await.0.unwrap_err();
    assert!(error.contains("manifest for"), "always is always: {error}");
}

#[tokio::test]
async fn an_image_that_was_built_here_is_never_looked_for_in_a_registry() {
    let (ended, warned, pulls) = prepared(PullPolicy::Renewed, |_: &str, _: usize| has('1', false)).await;
    assert_eq!((ended, pulls), (Ok(false), 0));
    assert!(warned.contains("was built or loaded on this engine"), "{warned}");
}
