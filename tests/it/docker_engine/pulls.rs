//! When an image is pulled that the engine has, and what serves where no registry gives a newer one. An engine that is played says
//! what it is asked.

use std::sync::{Arc, Mutex};

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
    let ended = RunningProject::prepare(&engine, project, options, &events, soon()).await;
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

/// What is asked of an engine for an image that is pinned, when it has `known` and nothing else.
async fn pinned(known: &'static str, digest: Option<String>) -> (Result<(), String>, Vec<String>) {
    let pulled = Arc::new(Mutex::new(false));
    let (engine, asked) = engine_that(move |question, _| {
        let mut pulled = pulled.lock().unwrap();
        if question.starts_with("POST") {
            *pulled = true;
            return "{\"status\":\"Status: Downloaded newer image\"}\r\n".into_response();
        }
        let has_it = (!known.is_empty() && question.contains(known)) || *pulled;
        if has_it { has('1', true) } else { refuse(StatusCode::NOT_FOUND, "No such image: x") }
    })
    .await;
    let (project, options) = needing(&["registry.example/mm:master"]);
    let pin = Pin { digest, id: format!("sha256:{}", "1".repeat(64)) };
    let pins = [("registry.example/mm:master".to_owned(), pin)].into();
    let options = PrepareOptions { ways: Ways { pins, ..Ways::default() }, ..options };
    let ended = RunningProject::prepare(&engine, project, options, &Events::nowhere(), soon()).await;
    let asked =
        asked.lock().unwrap().iter().filter(|question| question.contains("/images/")).cloned().collect();
    (ended.map(drop).map_err(|error| error.to_string()), asked)
}

#[tokio::test]
async fn what_a_lock_names_is_taken_by_digest_or_by_id_and_never_by_its_tag() {
    let digest = format!("registry.example/mm@sha256:{}", "d".repeat(64));
    for (known, pulls) in [("mm@sha256:dddd", 0), ("sha256:1111", 0), ("", 1)] {
        let (ended, asked) = pinned(known, Some(digest.clone())).await;
        assert_eq!(ended, Ok(()), "{known}");
        assert!(!asked.iter().any(|question| question.contains("master")), "{asked:?}");
        let create =
            format!("POST /images/create?fromImage=registry.example%2Fmm%40sha256%3A{}", "d".repeat(64));
        assert_eq!(asked.iter().filter(|question| **question == create).count(), pulls, "{known}: {asked:?}");
    }
    assert_eq!(pinned("sha256:1111", None).await.0, Ok(()));
    let (ended, asked) = pinned("", None).await;
    let told = ended.unwrap_err();
    assert!(told.contains("the engine does not have sha256:1111") && told.contains("docker load"), "{told}");
    assert!(!asked.iter().any(|question| question.starts_with("POST")), "{asked:?}");
}

#[tokio::test]
async fn what_was_made_ready_before_is_not_looked_for_again() {
    let (engine, asked) =
        engine_that(|_: &str, _: usize| refuse(StatusCode::NOT_FOUND, "No such image: x")).await;
    let (project, options) = needing(&["registry.example/mm:master"]);
    let fetched = [("registry.example/mm:master".to_owned(), "sha256:1".to_owned())].into();
    let options = PrepareOptions { fetched, pull: Some(PullPolicy::Always), ..options };
    RunningProject::prepare(&engine, project, options, &Events::nowhere(), soon()).await.unwrap();
    let asked = asked.lock().unwrap();
    assert!(!asked.iter().any(|question| question.contains("/images/")), "{asked:?}");
}
