//! Where a server is asked: the URL that it goes by, and where connections to it go.

use std::fmt;
use std::net::SocketAddr;

use reqwest::Url;

/// The address of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host, port and path, without a trailing slash.
    url: String,
    /// Where connections go whatever its name means to this machine's resolver, and the port and path of the URL there.
    at: Option<SocketAddr>,
}

impl Address {
    /// A URL whose host is looked up as any host is.
    #[must_use]
    pub fn plain(url: &str) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), at: None }
    }

    /// The URL that users have, served at `at`: its name is sent as `Host` and for TLS, and never looked up. Several servers may
    /// go by one name.
    #[must_use]
    pub fn named(url: &str, at: SocketAddr) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), at: Some(at) }
    }

    /// Scheme, host, port and path, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where connections go, where that is not what the URL says.
    #[must_use]
    pub fn at(&self) -> Option<SocketAddr> {
        self.at
    }

    /// The same server by the number of its address: of use to whoever cannot look the name up. A certificate seldom has it.
    #[must_use]
    pub fn by_number(&self) -> String {
        let Some(at) = self.at else { return self.url.clone() };
        let (scheme, rest) = self.url.split_once("://").unwrap_or(("http", &self.url));
        let path = rest.find('/').map_or("", |start| &rest[start..]);
        format!("{scheme}://{at}{path}")
    }

    /// The name that is never looked up, and where its connections go.
    pub(super) fn pinned(&self) -> Option<(String, SocketAddr)> {
        Some((Url::parse(&self.url).ok()?.host_str()?.to_owned(), self.at?))
    }

    /// The URL that is requested, and the `Host` that is sent where that is not the URL's own. A port in the URL would win over
    /// the one that connections go to.
    pub(super) fn requested(&self) -> (String, Option<String>) {
        let Some(mut url) = self.at.and_then(|_| Url::parse(&self.url).ok()) else {
            return (self.url.clone(), None);
        };
        let Some(port) = url.port() else { return (self.url.clone(), None) };
        let host = format!("{}:{port}", url.host_str().unwrap_or_default());
        if url.set_port(None).is_err() {
            return (self.url.clone(), None);
        }
        (url.as_str().trim_end_matches('/').to_owned(), Some(host))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{} on {at}", self.url),
            None => f.write_str(&self.url),
        }
    }
}

/// Whether a text is the address of a server; else what is wrong with it, as a clause.
///
/// # Errors
/// What is wrong with it.
pub fn judge_address(text: &str) -> Result<(), String> {
    // The parser mends what browsers mend: `http:/h` and `http:///h` are `http://h` to it.
    if !text.split_once("://").is_some_and(|(_, rest)| rest.starts_with(|c: char| c != '/' && c != '\\')) {
        return Err("is no URL that begins with http:// or https:// and a host".into());
    }
    let url = Url::parse(text).map_err(|error| format!("is no URL ({error})"))?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err("is no URL that begins with http:// or https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or a password in it, which would be shown".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has more than an address in it".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_nothing_else() {
        for good in ["http://10.0.0.1:8065", "https://mm.example", "https://mm.example/chat/"] {
            assert_eq!(judge_address(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "mm.example",
            "mm:8065",
            "ftp://mm",
            "https://a:b@mm.example",
            "http://mm?x=1",
            "http:/mm",
            "http:///mm",
        ] {
            assert!(judge_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_port_of_connections_wins_and_the_one_of_the_url_stays_in_host() {
        let at = SocketAddr::from(([10, 0, 0, 2], 443));
        let named = Address::named("https://chat.test:8443/sub/", at);
        assert_eq!(named.requested(), ("https://chat.test/sub".into(), Some("chat.test:8443".into())));
        assert_eq!(named.pinned(), Some(("chat.test".into(), at)));
        assert_eq!(named.by_number(), "https://10.0.0.2:443/sub");
        let usual = Address::named("http://chat.test", at);
        assert_eq!(usual.requested(), ("http://chat.test".into(), None));
        let plain = Address::plain("http://10.0.0.2:8065/");
        assert_eq!((plain.requested(), plain.pinned()), (("http://10.0.0.2:8065".into(), None), None));
        assert_eq!(plain.by_number(), "http://10.0.0.2:8065");
    }
}
