//! Ctrl-C and SIGTERM at different moments: partial reports, and nothing is left.

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use upgrade_gate::report::REPORTS;

use super::call::{built_in, gone, upgrade};
use super::images::{RELEASE, STABLE, images};
use crate::played;

/// Interrupts a run when its output says `moment`.
fn interrupted_at(moment: &str, signal: &'static str, code: i32) {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, RELEASE).signal_at(moment, signal).run();
    assert_eq!(call.code, Some(code), "at \"{moment}\": {}", call.output);
    assert!(call.output.contains(moment), "the run never said \"{moment}\"");
    for name in REPORTS.iter().map(|report| report.name) {
        assert!(!call.report(name).is_empty(), "{name} is empty");
    }
    assert_eq!(gone(&call.run_id()), "", "after a signal at \"{moment}\"");
}

#[test]
fn at_the_beginning_of_the_bring_up() {
    interrupted_at("bring up on stable", "-INT", 130);
}

#[test]
fn while_images_are_looked_at() {
    interrupted_at(" is there", "-INT", 130);
}

#[test]
fn when_the_first_node_is_ready() {
    interrupted_at(" is ready with 11.5.1", "-TERM", 143);
}

#[test]
fn while_stable_is_checked() {
    interrupted_at("stage stable", "-INT", 130);
}

#[test]
fn while_a_node_is_replaced() {
    interrupted_at("replace node2", "-INT", 130);
}

#[test]
fn while_the_release_is_checked() {
    interrupted_at("stage release", "-TERM", 143);
}

/// Plays an engine that has one image and is silent about the others, and whose one container cannot be removed.
async fn stubborn(method: Method, uri: Uri) -> Response {
    // As an engine does, it answers with what was asked for: the label of this run.
    let asked = uri.query().unwrap_or_default();
    let run = asked.find("ug-").map_or("none", |at| &asked[at..at + "ug-0123456789".len()]);
    let one = format!(r#"[{{"Id":"1","Names":["/stubborn"],"Labels":{{"upgrade-gate.run":"{run}"}}}}]"#);
    let refused = |status, text| (status, format!(r#"{{"message":"{text}"}}"#)).into_response();
    match (method.as_str(), uri.path()) {
        ("GET", "/version") => r#"{"Version":"29.4.2","ApiVersion":"1.53","Arch":"amd64"}"#.into_response(),
        ("GET", "/containers/json") => one.into_response(),
        ("GET", "/networks") => "[]".into_response(),
        ("GET", "/volumes") => r#"{"Volumes":null,"Warnings":null}"#.into_response(),
        ("POST", "/networks/create") => (StatusCode::CREATED, r#"{"Id":"1","Warning":""}"#).into_response(),
        ("DELETE", _) => refused(StatusCode::CONFLICT, "removal of container 1 is already in progress"),
        ("GET", path) if path.starts_with("/images/postgres") => {
            r#"{"Id":"sha256:1","Architecture":"amd64"}"#.into_response()
        }
        ("GET", path) if path.starts_with("/images/") => std::future::pending().await,
        _ => refused(StatusCode::NOT_FOUND, "nothing is here"),
    }
}

#[test]
fn who_cannot_remove_everything_leaves_all_the_same_and_says_so() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let host = runtime.block_on(played::engine(Router::new().fallback(stubborn)));
    let call = upgrade(STABLE, RELEASE).env("DOCKER_HOST", &host).arg("--reaper", "never");
    // The runner's second signal comes while the first is being obeyed.
    let call = call.signal_at(" is there", "-INT").signal_at("partial reports first", "-TERM").run();
    assert_eq!(call.code, Some(130), "{}", call.output);
    assert!(call.output.contains("SIGTERM came while the cluster is removed"), "{}", call.output);
    assert!(call.output.contains("1 containers, 0 networks, 0 volumes are left"), "{}", call.output);
    assert!(call.output.contains("upgrade-gate cleanup --run ug-"), "{}", call.output);
    assert_eq!(call.record().interrupted.as_deref(), Some("SIGINT"));
}
