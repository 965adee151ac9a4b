//! The login of the inputs goes with the pull of that registry's images, and with no other. An engine that is played sees it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::call::Call;

const SECRET: &str = "password-that-nobody-may-see";

/// The pulls that an engine was asked for, and whether a login came with each.
type Pulls = Arc<Mutex<Vec<(String, bool)>>>;

/// Plays an engine that has no image and gets none.
fn answer(pulls: &Pulls, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    let refused = |text| (StatusCode::NOT_FOUND, format!(r#"{{"message":"{text}"}}"#)).into_response();
    match (method.as_str(), uri.path()) {
        ("GET", "/version") => r#"{"Version":"29.4.2","ApiVersion":"1.53","Arch":"amd64"}"#.into_response(),
        ("GET", "/containers/json" | "/networks") => "[]".into_response(),
        ("GET", "/volumes") => r#"{"Volumes":null,"Warnings":null}"#.into_response(),
        ("POST", "/networks/create") => (StatusCode::CREATED, r#"{"Id":"1","Warning":""}"#).into_response(),
        ("POST", "/images/create") => {
            let login = headers.get("x-registry-auth").is_some_and(|login| !login.is_empty());
            pulls.lock().unwrap().push((uri.query().unwrap_or_default().to_owned(), login));
            refused("pull access denied")
        }
        _ => refused("No such image: any"),
    }
}

#[test]
fn a_login_goes_to_its_registry_alone() {
    let pulls = Pulls::default();
    let noted = Arc::clone(&pulls);
    let engine =
        async move |method: Method, uri: Uri, headers: HeaderMap| answer(&noted, &method, &uri, &headers);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let host = format!("tcp://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, Router::new().fallback(engine)).await });
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
    assert!(pulls.iter().any(|(image, _)| image.contains("registry.example")), "{}", call.output);
    for (image, login) in pulls.iter() {
        assert_eq!(*login, image.contains("registry.example"), "{image}");
    }
}
