//! What cannot be provoked on a real engine of this machine: pulls, a full set of address pools, an engine that is late.
//!
//! A small HTTP server plays the engine: it answers what the test says and notes what it was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use upgrade_gate::docker::Credentials;

use super::*;
use crate::played;

/// What the engine was asked, in order: method, path and query.
pub(super) type Asked = Arc<Mutex<Vec<String>>>;

/// An engine that answers by `answer(question, how often it was asked before)`, and its questions.
pub(super) async fn engine_that(
    answer: impl Fn(&str, usize) -> Response + Clone + Send + Sync + 'static,
) -> (Engine, Asked) {
    let asked = Asked::default();
    let notes = Arc::clone(&asked);
    let play = async move |method: Method, uri: Uri, headers: HeaderMap, _body: Bytes| {
        let login = headers.get("x-registry-auth").filter(|login| !login.is_empty());
        let login = login.map_or(String::new(), |_| " with login".to_owned());
        // bollard sends an option that is not set as an empty one, which the engine takes as not set.
        let question = format!("{method} {uri}{login}").replace("&platform=", "");
        let before = {
            let mut notes = notes.lock().unwrap();
            let before = notes.iter().filter(|note| **note == question).count();
            notes.push(question.clone());
            before
        };
        if question == "GET /version" {
            return r#"{"Version":"29.4.2","ApiVersion":"1.53","Arch":"amd64"}"#.into_response();
        }
        answer(&question, before)
    };
    let host = played::engine(Router::new().fallback(play)).await;
    (Engine::connect(Some(&host)).await.unwrap(), asked)
}

pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    (status, format!(r#"{{"message":"{message}"}}"#)).into_response()
}

/// A project of one network and these images, and its options without any policy.
pub(super) fn needing(images: &[&'static str]) -> (Project, PrepareOptions) {
    let services = images.iter().enumerate().map(|(number, image)| {
        let networks = IndexMap::from([("front".into(), Attachment::default())]);
        let image = (*image).to_owned();
        (format!("app{number}"), Service { image, networks, replicas: 1, ..Service::default() })
    });
    let project = Project { name: "p".into(), services: services.collect(), ..Project::default() };
    let expires = OffsetDateTime::now_utc() + Duration::from_secs(600);
    let labels =
        RunLabels { run: "r1".into(), owner: "test".into(), expires, github_job: None, runner: None };
    let (ways, fetched) = (Ways::default(), Fetched::default());
    (project, PrepareOptions { labels, pull: None, ways, further_images: vec![], fetched })
}

/// An image that was tagged here, and that two repositories have.
const PULLED: &str = r#"{"Id":"sha256:1","Architecture":"amd64","Os":"linux","Variant":"v8","Created":"2026-11-01T00:00:00Z",
    "RepoDigests":["other/app@sha256:3","app@sha256:0000000000000000000000000000000000000000000000000000000000000002"]}"#;

#[tokio::test]
async fn a_pull_is_tried_again_and_told_with_its_progress() {
    let (engine, asked) = engine_that(|question, before| match (question, before) {
        ("GET /images/app:1/json", 0) => refuse(StatusCode::NOT_FOUND, "No such image: app:1"),
        ("GET /images/app:1/json", _) => PULLED.into_response(),
        ("POST /images/create?fromImage=app%3A1", 0) => refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Get https://registry-1.docker.io/v2/: dial tcp: i/o timeout",
        ),
        ("POST /images/create?fromImage=app%3A1", 1) => {
            "{\"status\":\"Downloading\",\"id\":\"a\"}\r\n{\"errorDetail\":{\"message\":\"unexpected EOF\"},\"error\":\"unexpected EOF\"}\r\n".into_response()
        }
        ("POST /images/create?fromImage=app%3A1", _) => {
            "{\"status\":\"Pull complete\",\"id\":\"a\"}\r\n{\"status\":\"Status: Downloaded\"}\r\n".into_response()
        }
        _ => refuse(StatusCode::NOT_IMPLEMENTED, "not in the script"),
    })
    .await;
    let (events, mut told) = Events::stream();
    let (project, options) = needing(&["app:1"]);
    RunningProject::prepare(&engine, project, options, &events, soon()).await.unwrap();
    let pulls = asked.lock().unwrap().iter().filter(|question| question.contains("/images/create")).count();
    assert_eq!(pulls, 3);
    let mut kinds = Vec::new();
    while let Ok(event) = told.try_recv() {
        kinds.push(event.kind);
    }
    let [EventKind::ImageReady { pulled: true, identity, .. }] = &kinds[..] else { panic!("{kinds:?}") };
    let identity = identity.as_ref().unwrap();
    assert_eq!((identity.id.as_str(), identity.platform.as_str()), ("sha256:1", "linux/amd64/v8"));
    assert_eq!(identity.digest.as_deref(), Some(format!("app@sha256:{}2", "0".repeat(63)).as_str()));
    assert_eq!(identity.created.as_deref(), Some("2026-11-01T00:00:00Z"));
}

#[tokio::test]
async fn an_image_of_another_architecture_is_an_error_unless_its_platform_is_said() {
    let (engine, asked) = engine_that(|question, _| match question.split('?').next().unwrap() {
        "GET /images/app:1/json" => r#"{"Id":"sha256:1","Architecture":"arm64"}"#.into_response(),
        "GET /images/app:2/json" => refuse(StatusCode::NOT_FOUND, "No such image: app:2"),
        "POST /images/create" => {
            refuse(StatusCode::NOT_FOUND, "no matching manifest for linux/amd64 in the manifest list entries")
        }
        "GET /distribution/app:2/json" => {
            let platforms =
                r#"[{"architecture":"arm64","os":"linux"},{"architecture":"ppc64le","os":"linux"}]"#;
            let descriptor = r#"{"mediaType":"x","digest":"sha256:1","size":1}"#;
            format!(r#"{{"Descriptor":{descriptor},"Platforms":{platforms}}}"#).into_response()
        }
        _ => refuse(StatusCode::NOT_FOUND, "nothing is here"),
    })
    .await;
    let prepared = async |images: &[&'static str], platform: Option<&str>| {
        let (mut project, options) = needing(images);
        project.networks.clear();
        for service in project.services.values_mut() {
            service.platform = platform.map(str::to_owned);
        }
        RunningProject::prepare(&engine, project, options, &Events::nowhere(), soon()).await.map(drop)
    };
    let there = prepared(&["app:1"], None).await.unwrap_err();
    assert_eq!(there.cause, Cause::Architecture);
    let told = there.to_string();
    assert!(
        told.contains("image app:1") && told.contains("made for arm64, and the engine runs amd64"),
        "{told}"
    );
    let registry = prepared(&["app:2"], None).await.unwrap_err();
    assert_eq!(registry.cause, Cause::Architecture);
    let told = registry.to_string();
    assert!(
        told.contains("image app:2") && told.contains("for arm64, ppc64le, and the engine runs amd64"),
        "{told}"
    );
    prepared(&["app:1"], Some("linux/arm64")).await.unwrap();
    let asked = asked.lock().unwrap();
    assert!(!asked.iter().any(|question| question.contains("/containers/create")), "{asked:?}");
}

#[tokio::test]
async fn an_image_nobody_has_is_not_asked_for_again_and_no_login_goes_astray() {
    let (engine, asked) = engine_that(|question, _| {
        if question.starts_with("POST") {
            refuse(
                StatusCode::NOT_FOUND,
                "pull access denied for app, repository does not exist or may require 'docker login'",
            )
        } else {
            refuse(StatusCode::NOT_FOUND, "No such image: app")
        }
    })
    .await;
    let credentials = |registry: &str| Credentials {
        registry: registry.into(),
        username: "me".into(),
        password: "secret".to_owned().into(),
    };
    for (reference, login) in [("app:1", ""), ("ghcr.io/a/app:1", " with login")] {
        let (project, options) = needing(&[reference]);
        let ways = Ways { credentials: vec![credentials("ghcr.io")], ..Ways::default() };
        let options = PrepareOptions { ways, ..options };
        let error =
            RunningProject::prepare(&engine, project, options, &Events::nowhere(), soon()).await.unwrap_err();
        assert_eq!((error.cause, error.status), (Cause::ImageNotFound, Some(404)), "{error}");
        assert!(
            error.to_string().starts_with(&format!("pulling image {reference} failed: pull access denied"))
        );
        let asked = asked.lock().unwrap();
        let pulls: Vec<_> = asked.iter().filter(|question| question.starts_with("POST")).collect();
        let query = reference.replace('/', "%2F").replace(':', "%3A");
        assert_eq!(*pulls.last().unwrap(), &format!("POST /images/create?fromImage={query}{login}"));
    }
    assert_eq!(asked.lock().unwrap().iter().filter(|question| question.starts_with("POST")).count(), 2);
}

#[tokio::test]
async fn exhausted_address_pools_are_freed_of_our_leftovers_once() {
    let pools = "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network";
    let (engine, asked) = engine_that(move |question, before| {
        let left = r#"[{"Id":"old","Name":"old_default","Labels":{"upgrade-gate.run":"old","upgrade-gate.owner":"me",
            "upgrade-gate.expires":"2001-01-01T00:00:00Z"}},
            {"Id":"young","Name":"young_default","Labels":{"upgrade-gate.run":"young","upgrade-gate.owner":"me",
            "upgrade-gate.expires":"2999-01-01T00:00:00Z"}}]"#;
        match (question.split('?').next().unwrap(), before) {
            ("GET /networks/p_front", _) => refuse(StatusCode::NOT_FOUND, "network p_front not found"),
            ("POST /networks/create", 0) => refuse(StatusCode::INTERNAL_SERVER_ERROR, pools),
            ("POST /networks/create", 1) => (StatusCode::CREATED, r#"{"Id":"1","Warning":""}"#).into_response(),
            ("GET /containers/json", _) => "[]".into_response(),
            ("GET /networks", _) => left.into_response(),
            ("GET /volumes", _) => r#"{"Volumes":null,"Warnings":null}"#.into_response(),
            ("DELETE /networks/old", _) => StatusCode::NO_CONTENT.into_response(),
            _ => refuse(StatusCode::INTERNAL_SERVER_ERROR, pools),
        }
    })
    .await;
    let (mut project, options) = needing(&[]);
    project.networks.insert("front".into(), Network::default());
    RunningProject::prepare(&engine, project.clone(), options.clone(), &Events::nowhere(), soon())
        .await
        .unwrap();
    let removed: Vec<_> =
        asked.lock().unwrap().iter().filter(|question| question.starts_with("DELETE")).cloned().collect();
    assert_eq!(removed, ["DELETE /networks/old"]);

    // From now on every creation is refused: a second attempt, and then the truth.
    let error =
        RunningProject::prepare(&engine, project, options, &Events::nowhere(), soon()).await.unwrap_err();
    assert_eq!(error.cause, Cause::AddressPoolsExhausted);
    assert!(error.to_string().contains("creating network p_front failed: could not find"), "{error}");
    assert!(error.to_string().contains("docker network prune"), "{error}");
}

/// The lists of an engine that has one container or none.
fn listed(question: &str, container: bool) -> Option<Response> {
    let late = r#"[{"Id":"1","Names":["/late"],"Labels":{"upgrade-gate.run":"r1"}}]"#;
    match question.split('?').next().unwrap() {
        "GET /containers/json" => Some(if container { late } else { "[]" }.into_response()),
        "GET /networks" => Some("[]".into_response()),
        "GET /volumes" => Some(r#"{"Volumes":null,"Warnings":null}"#.into_response()),
        _ => None,
    }
}

#[tokio::test]
async fn what_a_killed_run_left_to_the_engine_is_waited_for() {
    let (engine, asked) = engine_that(|question, before| {
        // Not there in the first two lists: the engine was still at it.
        let answer = listed(question, before == 2);
        answer.unwrap_or_else(|| StatusCode::NO_CONTENT.into_response())
    })
    .await;
    assert!(down(&engine, "r1", soon()).await.unwrap().is_empty());
    asked.lock().unwrap().clear();
    let removed = clear(&engine, "r1", Duration::from_secs(1), soon()).await.unwrap();
    assert_eq!(removed.containers, ["late"]);
}

#[tokio::test]
async fn what_is_left_when_the_time_is_up_is_told() {
    let (engine, _) = engine_that(|question, _| {
        let answer = listed(question, true);
        answer
            .unwrap_or_else(|| refuse(StatusCode::CONFLICT, "removal of container 1 is already in progress"))
    })
    .await;
    let error = down(&engine, "r1", Instant::now() + Duration::from_millis(300)).await.unwrap_err();
    assert_eq!(error.cause, Cause::Deadline);
    let told = error.to_string();
    assert!(told.contains("1 containers, 0 networks, 0 volumes are left"), "{told}");
    assert!(told.contains("upgrade-gate cleanup --run r1"), "{told}");
}

#[tokio::test]
async fn nothing_is_removed_while_it_is_being_started() {
    let (release, released) = tokio::sync::watch::channel(false);
    let order = Asked::default();
    let notes = Arc::clone(&order);
    let play = async move |method: Method, uri: Uri| {
        let question = format!("{method} {}", uri.path());
        match question.as_str() {
            "GET /version" => {
                return r#"{"Version":"20.10.24","ApiVersion":"1.41","Arch":"amd64"}"#.into_response();
            }
            "GET /images/app:1/json" => return r#"{"Id":"sha256:1","Architecture":"amd64"}"#.into_response(),
            "POST /networks/create" => {
                return (StatusCode::CREATED, r#"{"Id":"1","Warning":""}"#).into_response();
            }
            _ => {}
        }
        if question.ends_with("/start") {
            notes.lock().unwrap().push("starting".into());
            let _ = released.clone().wait_for(|released| *released).await;
            notes.lock().unwrap().push("started".into());
        }
        let gone = notes.lock().unwrap().iter().any(|note| note == "removed");
        if question.starts_with("DELETE") {
            notes.lock().unwrap().push("removed".into());
        }
        let found = listed(&question, !gone);
        let missing = || refuse(StatusCode::NOT_FOUND, "not there");
        let done = || StatusCode::NO_CONTENT.into_response();
        found.unwrap_or_else(|| if question.starts_with("GET") { missing() } else { done() })
    };
    let host = played::engine(Router::new().fallback(play)).await;
    let engine = Engine::connect(Some(&host)).await.unwrap();
    let (project, options) = needing(&["app:1"]);
    let running =
        RunningProject::prepare(&engine, project, options, &Events::nowhere(), soon()).await.unwrap();
    let starting = tokio::spawn(async move { running.start("app0", 1).await });
    let noted = async |word: &str| {
        while !order.lock().unwrap().iter().any(|note| note == word) {
            tokio::task::yield_now().await;
        }
    };
    noted("starting").await;
    // Who started it is gone, as in a run that is cancelled.
    starting.abort();
    let removal = tokio::spawn(async move { down(&engine, "r1", soon()).await });
    for _ in 0..10_000 {
        tokio::task::yield_now().await;
    }
    release.send_replace(true);
    removal.await.unwrap().unwrap();
    assert_eq!(*order.lock().unwrap(), ["starting", "started", "removed"]);
}
