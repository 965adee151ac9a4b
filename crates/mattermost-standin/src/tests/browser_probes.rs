//! Faults of sessions by cookie: how each shows at the node that runs the release.

use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::client::{PASSWORD, Site};
use super::faults::NEW;

/// Whether the fault shows; nothing where it is about something else.
pub(super) async fn seen(fault: &str, site: &Site) -> Option<bool> {
    let found = match fault {
        "cookies-unread" => asked(site, NEW, Method::GET, &[("Cookie", &token(site))]).await == 401,
        "csrf-cookie-lost" => !set_cookies(site, NEW).await.iter().any(|line| line.starts_with("MMCSRF=")),
        "token-cookie-open" => {
            let lines = set_cookies(site, NEW).await;
            lines.iter().any(|line| line.starts_with("MMAUTHTOKEN=") && !line.contains("HttpOnly"))
        }
        "cookies-elsewhere" => {
            set_cookies(site, NEW).await.iter().all(|line| line.contains("; Path=/elsewhere;"))
        }
        "forgery-unchecked" => asked(site, NEW, Method::POST, &[("Cookie", &token(site))]).await == 200,
        "any-origin" => has_websocket(site, NEW, "https://elsewhere.example").await,
        "start-refused" => site.get(NEW, "/users/me/teams/unread").await.status == 500,
        _ => return None,
    };
    Some(found)
}

fn token(site: &Site) -> String {
    format!("MMAUTHTOKEN={}", site.admin)
}

async fn asked(site: &Site, node: usize, method: Method, headers: &[(&str, &str)]) -> u16 {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let path = if method == Method::GET { "/users/me" } else { "/users/ids" };
    let begun = http.request(method.clone(), site.url(node, path)).json(&json!([site.admin_id]));
    let request = headers.iter().fold(begun, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap().status().as_u16()
}

/// What a browser is told to keep that logs in.
async fn set_cookies(site: &Site, node: usize) -> Vec<String> {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let body = json!({"login_id": "sysadmin", "password": PASSWORD});
    let begun = http.post(site.url(node, "/users/login")).json(&body);
    let answer = begun.header("X-Requested-With", "XMLHttpRequest").send().await.unwrap();
    let lines = answer.headers().get_all("set-cookie").iter();
    lines.map(|line| line.to_str().unwrap().to_owned()).collect()
}

async fn has_websocket(site: &Site, node: usize, origin: &str) -> bool {
    let mut request = site.url(node, "/websocket").replace("http", "ws").into_client_request().unwrap();
    request.headers_mut().insert("Origin", origin.parse().unwrap());
    connect_async(request).await.is_ok()
}

#[tokio::test]
async fn who_comes_by_cookie_shows_that_the_sites_own_page_asks() {
    let site = Site::new(true, &["11.6.0"], &crate::fault::Faults::none()).await;
    let cookie = token(&site);
    let lines = set_cookies(&site, 0).await;
    let names: Vec<&str> = lines.iter().filter_map(|line| line.split('=').next()).collect();
    assert_eq!(names, ["MMAUTHTOKEN", "MMUSERID", "MMCSRF"]);
    assert_eq!(asked(&site, 0, Method::GET, &[("Cookie", &cookie)]).await, 200);
    assert_eq!(asked(&site, 0, Method::POST, &[("Cookie", &cookie)]).await, 401);
    let wrong = [("Cookie", cookie.as_str()), ("X-CSRF-Token", "nonsense")];
    assert_eq!(asked(&site, 0, Method::POST, &wrong).await, 401);
    let csrf = crate::node::identity::csrf_of(&site.admin);
    for proof in [("X-CSRF-Token", csrf.as_str()), ("X-Requested-With", "XMLHttpRequest")] {
        assert_eq!(asked(&site, 0, Method::POST, &[("Cookie", cookie.as_str()), proof]).await, 200);
    }
}
