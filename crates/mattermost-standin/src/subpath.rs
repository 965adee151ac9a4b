//! The path of the site's URL: a server has everything below it, and redirects the rest there.
//!
//! Source: server/channels/app/server.go (`RootRouter.PathPrefix(subpath)`, its `NotFoundHandler`), server/channels/utils/subpath.go. It
//! is read when the server starts.

use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{Request, Response, StatusCode, Uri, header};

/// `/sub` of `https://chat.test/sub/`; nothing where there is no path.
pub(super) fn of(site_url: &str) -> String {
    let rest = site_url.split_once("://").map_or("", |(_, rest)| rest);
    rest.find('/').map_or("", |start| rest[start..].trim_end_matches('/')).to_owned()
}

/// Takes the path away in front of a request's; whoever asks beside it is sent there.
pub(super) fn enter<B>(subpath: &str, request: &mut Request<B>) -> Option<Response<Body>> {
    if subpath.is_empty() {
        return None;
    }
    let asked = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let below = asked.strip_prefix(subpath).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let Some(below) = below else {
        let there = format!("{subpath}{asked}");
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().extend(there.parse().ok().map(|there| (header::LOCATION, there)));
        return Some(response);
    };
    let below = if below.starts_with('/') { below.to_owned() } else { format!("/{below}") };
    *request.uri_mut() = below.parse::<Uri>().unwrap_or_default();
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_loses_the_path_and_the_rest_is_sent_there() {
        let entered = |subpath: &str, asked: &str| {
            let mut request = Request::builder().uri(asked).body(()).unwrap();
            match enter(&of(subpath), &mut request) {
                Some(response) => response.headers()[header::LOCATION].to_str().unwrap().to_owned(),
                None => format!("{} itself", request.uri()),
            }
        };
        let sub = "https://chat.test/sub/";
        assert_eq!(entered(sub, "/sub/api/v4/x?y=1"), "/api/v4/x?y=1 itself");
        assert_eq!(entered(sub, "/sub?y=1"), "/?y=1 itself");
        assert_eq!(entered(sub, "/api/v4/x?y=1"), "/sub/api/v4/x?y=1");
        assert_eq!(entered(sub, "/subway"), "/sub/subway");
        assert_eq!(entered("http://balancer:8065", "/api/v4/x"), "/api/v4/x itself");
    }
}
