//! The way of a browser to one node: by the site's name, to the node's own address, and to nobody else.
//!
//! Servers of today let a websocket in by the Origin of the page, which has to be that of the SiteURL; cookies are the site's as well. A
//! page at the node's address would be another site's.

use chromium::SiteReach;
use reqwest::Url;

use super::super::prelude::*;
use super::super::site::UsersSite;

/// How a browser gets to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BrowserWay {
    /// What its connections are.
    pub(super) reach: SiteReach,
    /// Scheme, host and port of its pages.
    pub(super) origin: String,
    /// The same with the path that all of them are below.
    pub(super) base: String,
}

impl BrowserWay {
    /// To a node of a site.
    pub(super) fn to(place: &Place, site: &UsersSite) -> Result<Self, StepError> {
        let address = place.client.address();
        let at = address.at().map(|at| at.to_string());
        Self::of(address.url(), at, site)
            .ok_or_else(|| place.failed("an address that is a URL", address.to_string()))
    }

    /// A node that speaks another scheme than the site is one behind a balancer with TLS: it is asked as it speaks.
    fn of(node: &str, at: Option<String>, site: &UsersSite) -> Option<Self> {
        let node = Url::parse(node).ok()?;
        let own = Url::parse(&site.origin).ok()?;
        let (scheme, host) = (node.scheme(), own.host_str()?);
        let usual = if scheme == "https" { 443 } else { 80 };
        let port = own.port().unwrap_or(usual);
        let shown = if port == usual { String::new() } else { format!(":{port}") };
        let origin = format!("{scheme}://{host}{shown}");
        let server =
            at.or_else(|| Some(format!("{}:{}", node.host_str()?, node.port_or_known_default()?)))?;
        Some(Self {
            reach: SiteReach { site: format!("{host}:{port}"), server, any_certificate: scheme == "https" },
            base: format!("{origin}{}", site.path),
            origin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(node: &str, at: Option<&str>, origin: &str, path: &str) -> (String, String, String) {
        let site = UsersSite { origin: origin.into(), path: path.into() };
        let way = BrowserWay::of(node, at.map(str::to_owned), &site).unwrap();
        (way.reach.site, way.reach.server, way.base)
    }

    #[test]
    fn a_browser_goes_by_the_name_of_the_site_to_the_node() {
        let told =
            |site: &str, server: &str, base: &str| (site.to_owned(), server.to_owned(), base.to_owned());
        assert_eq!(
            way("http://10.0.0.2:8065/sub", None, "http://balancer:8065", "/sub"),
            told("balancer:8065", "10.0.0.2:8065", "http://balancer:8065/sub")
        );
        assert_eq!(
            way("http://10.0.0.2:8065", None, "https://chat.test", ""),
            told("chat.test:80", "10.0.0.2:8065", "http://chat.test")
        );
        assert_eq!(
            way("https://chat.test:8443/sub", Some("10.0.0.2:443"), "https://chat.test:8443", "/sub"),
            told("chat.test:8443", "10.0.0.2:443", "https://chat.test:8443/sub")
        );
        assert_eq!(
            way("http://127.0.0.1:4000", None, "http://127.0.0.1:4000", ""),
            told("127.0.0.1:4000", "127.0.0.1:4000", "http://127.0.0.1:4000")
        );
    }
}
