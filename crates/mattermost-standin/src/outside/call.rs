//! Requests that a node makes: to webhooks, commands, apps and the Customer Web Server.
//!
//! As in the product an address of a private network is refused unless
//! `ServiceSettings.AllowedUntrustedInternalConnections` lists it. Simpler: plain HTTP only, addresses instead of names,
//! and the calls of a node in a container come from the process that holds its world.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::node::core::NodeCore;

/// The product's `OutgoingIntegrationRequestsTimeout` by default.
const PATIENCE: Duration = Duration::from_secs(30);
/// More than an answer to an integration ever has.
const MOST: usize = 1024 * 1024;

/// What a node sends.
pub(crate) struct OutsideCall<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a str,
    pub(crate) content_type: &'static str,
    /// Sent as `Authorization: Token …`, unless it is empty.
    pub(crate) token: &'a str,
    pub(crate) body: String,
}

/// What came back.
pub(crate) struct OutsideReply {
    pub(crate) status: u16,
    pub(crate) is_json: bool,
    pub(crate) body: Vec<u8>,
}

impl<'a> OutsideCall<'a> {
    /// A POST of JSON.
    pub(crate) fn json(url: &'a str, body: &serde_json::Value) -> Self {
        let body = body.to_string();
        Self { method: Method::POST, url, content_type: "application/json", token: "", body }
    }

    /// A GET.
    pub(crate) fn get(url: &'a str) -> Self {
        Self { method: Method::GET, url, content_type: "application/json", token: "", body: String::new() }
    }

    /// Makes the request; what went wrong is said as the product's `detailed_error` says it.
    pub(crate) async fn send(self, node: &NodeCore) -> Result<OutsideReply, String> {
        let verb = if self.method == Method::GET { "Get" } else { "Post" };
        let wrong = |why: String| format!("{verb} \"{}\": {why}", self.url);
        let settings = node.settings();
        let allowed = settings.text("ServiceSettings", "AllowedUntrustedInternalConnections");
        if let Some(why) = forbidden(allowed, self.url) {
            return Err(wrong(why));
        }
        if node.world.is_copy() {
            return Ok(OutsideReply { status: 200, is_json: true, body: b"{}".to_vec() });
        }
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.url)
            .header(header::USER_AGENT, "Mattermost-Bot/1.1")
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, self.content_type);
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Token {}", self.token));
        }
        let request = request.body(Body::from(self.body)).map_err(|error| wrong(error.to_string()))?;
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http::<Body>();
        let answer = async {
            let response = client.request(request).await.map_err(|error| error.to_string())?;
            let (parts, body) = response.into_parts();
            let body = to_bytes(Body::new(body), MOST).await.map_err(|error| error.to_string())?;
            let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            Ok(OutsideReply {
                status: parts.status.as_u16(),
                is_json: kind.is_some_and(|kind| kind.starts_with("application/json")),
                body: body.to_vec(),
            })
        };
        let timed = tokio::time::timeout(PATIENCE, answer).await;
        timed.unwrap_or_else(|_| Err("context deadline exceeded".into())).map_err(wrong)
    }
}

/// Why this server may not call `url`, if so.
fn forbidden(allowed: &str, url: &str) -> Option<String> {
    let uri: axum::http::Uri = url.parse().ok()?;
    let host = uri.host()?;
    let IpAddr::V4(address) = host.parse().ok()? else { return None };
    let reserved = address.is_private() || address.is_loopback() || address.is_link_local();
    let listed = allowed.split([' ', ',']).filter(|entry| !entry.is_empty()).any(|entry| {
        let (network, length) = entry.split_once('/').unwrap_or((entry, "32"));
        let (Ok(network), Ok(length)) = (network.parse::<std::net::Ipv4Addr>(), length.parse::<u32>()) else {
            return entry == host;
        };
        let mask = u32::MAX.checked_shl(32 - length.min(32)).unwrap_or(0);
        u32::from(network) & mask == u32::from(address) & mask
    });
    (reserved && !listed).then(|| {
        format!(
            "address forbidden, you may need to set AllowedUntrustedInternalConnections to allow an integration access to your internal network: IP {address} is in a reserved range and not in AllowedUntrustedInternalConnections"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::forbidden;

    #[test]
    fn private_addresses_must_be_listed() {
        let url = "http://172.18.0.1:8080/x";
        assert!(forbidden("", url).unwrap().contains("IP 172.18.0.1 is in a reserved range"));
        assert!(forbidden("10.0.0.0/8, other", url).is_some());
        for allowed in ["0.0.0.0/0", "other 172.16.0.0/12", "172.18.0.1"] {
            assert_eq!(forbidden(allowed, url), None, "{allowed}");
        }
        assert_eq!(forbidden("", "http://93.184.216.34/"), None);
    }
}
