//! What goes with a pull: the login of the inputs with the images of that registry and no other, the platform that is said with
//! all. An engine that is played sees it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::call::upgrade;
use crate::gate::Ended;
use crate::played;

const SECRET: &str = "password-that-nobody-may-see";

/// A pull that an engine was asked for.
#[derive(Debug, Clone)]
struct Pull {
    image: String,
    login: bool,
    platform: String,
}

type Pulls = Arc<Mutex<Vec<Pull>>>;

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
            let of = |name| query.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap_or_default();
            let (image, platform) = (of("fromImage=").to_owned(), of("platform=").to_owned());
            pulls.lock().unwrap().push(Pull { image, login, platform });
            "{\"status\":\"Status: Downloaded\"}\r\n".into_response()
        }
        ("GET", path) if path.starts_with("/images/") => {
            let pulled = |image: &str| path == format!("/images/{image}/json");
            if pulls.lock().unwrap().iter().any(|pull| pulled(&pull.image)) {
                r#"{"Id":"sha256:1","Architecture":"amd64"}"#.into_response()
            } else {
                refused("No such image: any")
            }
        }
        _ => refused("nothing is here"),
    }
}

/// A run on the played engine with these variables of its own, and what was pulled.
fn pulled(variables: &[(&str, &str)]) -> (Ended, Vec<Pull>) {
    let pulls = Pulls::default();
    let noted = Arc::clone(&pulls);
    let engine =
        async move |method: Method, uri: Uri, headers: HeaderMap| answer(&noted, &method, &uri, &headers);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let host = runtime.block_on(played::engine(Router::new().fallback(engine)));
    let call = upgrade("registry.example/chat:11.5.1", "registry.example/chat:11.6.0");
    let call = variables.iter().fold(call, |call, (name, value)| call.env(name, value));
    let call = call.env("DOCKER_HOST", &host).arg("--reaper", "never").run();
    let pulls = pulls.lock().unwrap().clone();
    (call, pulls)
}

#[test]
fn a_login_goes_to_its_registry_alone() {
    let login = [
        ("INPUT_REGISTRY", "registry.example"),
        ("INPUT_REGISTRY-USERNAME", "me"),
        ("INPUT_REGISTRY-PASSWORD", SECRET),
    ];
    let (call, pulls) = pulled(&login);
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(!call.output.contains(SECRET), "{}", call.output);
    let (with, without): (Vec<_>, Vec<_>) = pulls.iter().partition(|pull| pull.login);
    let mut with: Vec<_> = with.iter().map(|pull| pull.image.as_str()).collect();
    with.sort_unstable();
    let expected = ["registry.example/chat:11.5.1", "registry.example/chat:11.6.0"];
    assert_eq!(with, expected, "{}", call.output);
    // Of the database, the store and the balancer.
    assert_eq!(without.len(), 3, "{without:?}");
}

#[test]
fn the_default_platform_is_the_one_that_everything_is_pulled_for() {
    let (call, pulls) = pulled(&[("INPUT_VARIABLES", "DOCKER_DEFAULT_PLATFORM=linux/arm64")]);
    assert_eq!(pulls.len(), 5, "{}", call.output);
    let said = |pull: &Pull| pull.platform == "linux/arm64";
    assert!(pulls.iter().all(said), "{pulls:?}");
}
