//! What a balancer changes in a request and an answer that it passes on.

use std::net::{IpAddr, SocketAddr};

use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Uri};

/// The same path and query at a node.
pub(super) fn to_node(address: SocketAddr, uri: &Uri) -> Uri {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    // An address and the path of a parsed URI always make one.
    format!("http://{address}{path}").parse().unwrap_or_default()
}

/// Tells the node who asked, and for which host.
pub(super) fn forwarded(request: &mut Request<Incoming>, client: IpAddr) {
    let host = request.headers().get(header::HOST).cloned();
    let headers = request.headers_mut();
    let before = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let chain = before.map_or_else(|| client.to_string(), |before| format!("{before}, {client}"));
    if let Ok(chain) = HeaderValue::try_from(chain) {
        headers.insert("x-forwarded-for", chain);
    }
    headers.entry("x-forwarded-proto").or_insert(HeaderValue::from_static("http"));
    if let Some(host) = host {
        headers.entry("x-forwarded-host").or_insert(host);
    }
}

/// Removes what is between two neighbours only; an upgrade is passed on as it is.
pub(super) fn hop_by_hop(headers: &mut HeaderMap, upgrade: bool) {
    if upgrade {
        return;
    }
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in [header::CONNECTION, header::TE, header::TRAILER, header::UPGRADE] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}
