//! The login of the inputs goes with the pull of that registry's images, and with no other. An engine that is played sees it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::call::Call;
use crate::played;

const SECRET: &str = "password-that-nobody-may-see";

/// The pulls that an engine was asked for, and whether a login came with each.
type Pulls = Arc<Mutex<Vec<(String, bool)>>>;

/// Plays an engine that gets every image that it is asked for, and makes no container.
fn answer(pulls: &Pulls, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    let refused = |text| (StatusCode::NOT_FOUND, format!(r#"{{"message":"{text}"}}"#)).into_response();
    let made = |body| (StatusCode::CREATED, body).into_response();
    match (method.as_str(), uri.path()) {
        ("GET", "/version") => r#"{"Version":"29.4.2","ApiVersion":"1.53","Arch":"amd64"}"#.into_response(),
        ("GET", "/containers/json" | "/networks") => "[]".into_response(),
        ("GET", "/volumes") => r#"{"Volumes":null,"Warnings":null}"#.into_response(),
        ("POST", "/networks/create") => made(r#"{"Id":"1","Warning":""}"#),
        ("POST", "/volumes/create") => made(
            r#"{"Name":"v","Driver":"local","Mountpoint":"/v","Labels":{},"Scope":"local","Options":{}}"#,
        ),
        ("POST", "/images/create") => {
            let login = headers.get("x-registry-auth").is_some_and(|login| !login.is_empty());
            let query =
                uri.query().unwrap_or_default().replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
            let image = query.split('&').find_map(|pair| pair.strip_prefix("fromImage=")).unwrap_or_default();
            pulls.lock().unwrap().push((image.to_owned(), login));
            "{\"status\":\"Status: Downloaded\"}\r\n".into_response()
        }
        ("GET", path) if path.starts_with("/images/") => {
            let pulled = |image: &str| path == format!("/images/{image}/json");
            if pulls.lock().unwrap().iter().any(|(image, _)| pulled(image)) {
                r#"{"Id":"sha256:1","Architecture":"amd64"}"#.into_response()
            } else {
                refused("No such image: any")
            }
        }
        _ => refused("nothing is here"),
    }
}

#[test]
fn a_login_goes_to_its_registry_alone() {
    let pulls = Pulls::default();
    let noted = Arc::clone(&pulls);
    let engine =
        async move |method: Method, uri: Uri, headers: HeaderMap| answer(&noted, &method, &uri, &headers);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let host = runtime.block_on(played::engine(Router::new().fallback(engine)));
    let call = Call::bare("registry.example/chat:11.5.1", "registry.example/chat:11.6.0")
        .variable("DOCKER_HOST", &host)
        .variable("INPUT_REGISTRY", "registry.example")
        .variable("INPUT_REGISTRY-USERNAME", "me")
        .variable("INPUT_REGISTRY-PASSWORD", SECRET)
        .arg("--reaper", "never")
        .run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(!call.output.contains(SECRET), "{}", call.output);
    let pulls = pulls.lock().unwrap();
    let (with, without): (Vec<_>, Vec<_>) = pulls.iter().partition(|(_, login)| *login);
    let mut with: Vec<_> = with.iter().map(|(image, _)| image.as_str()).collect();
    with.sort_unstable();
    let expected = ["registry.example/chat:11.5.1", "registry.example/chat:11.6.0"];
    assert_eq!(with, expected, "{}", call.output);
    // Of the database, the store and the balancer.
    assert_eq!(without.len(), 3, "{without:?}");
}
