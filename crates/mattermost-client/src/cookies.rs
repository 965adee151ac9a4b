//! What a browser sends that no program does: cookies, the origin of the page, and what shows that the page is the site's own.

use std::fmt;

use reqwest::{Method, RequestBuilder, Url};

/// The cookie with the session's token, which no script may read.
pub const TOKEN_COOKIE: &str = "MMAUTHTOKEN";
/// The cookie with the user's id.
pub const USER_COOKIE: &str = "MMUSERID";
/// The cookie with what a script has to send to change something.
pub const CSRF_COOKIE: &str = "MMCSRF";

/// What `X-Requested-With` has to be.
const BY_SCRIPT: (&str, &str) = ("X-Requested-With", "XMLHttpRequest");

/// A cookie that a server sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Below which path a browser sends it.
    pub path: String,
    /// Whether scripts of the page cannot read it.
    pub http_only: bool,
}

/// What a browser sends with each request of a page.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Browser {
    pub(super) cookies: String,
    /// Scheme, host and port of the site.
    pub(super) site: String,
    /// Those of the page that asks.
    pub(super) page: String,
    /// What the page's script sends where it changes something; nothing for a page of somebody else's.
    pub(super) csrf: Option<String>,
}

/// Cookies are as good as a password.
impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").field("page", &self.page).finish_non_exhaustive()
    }
}

impl Browser {
    /// Adds what a browser and the page's script add.
    pub(super) fn dress(&self, request: RequestBuilder, method: &Method) -> RequestBuilder {
        let mut request = request.header("Cookie", &self.cookies);
        if let Some(csrf) = &self.csrf {
            request = request.header(BY_SCRIPT.0, BY_SCRIPT.1);
            if method != Method::GET {
                request = request.header("X-CSRF-Token", csrf);
            }
        }
        if method == Method::GET { request } else { request.header("Origin", &self.page) }
    }

    /// The headers of a websocket's handshake. A browser goes to the site by its name, whatever machine that leads to: servers of
    /// before compare the Origin with the `Host` that is asked for, those of today (seen on 11.6) with the SiteURL.
    pub(super) fn handshake(&self) -> [(&'static str, String); 3] {
        let host = self.site.split_once("://").map_or("", |(_, host)| host);
        [("Cookie", self.cookies.clone()), ("Origin", self.page.clone()), ("Host", host.to_owned())]
    }
}

/// Scheme, host and port of a URL, as browsers send it; nothing for what is no URL.
#[must_use]
pub fn origin_of(url: &str) -> Option<String> {
    let origin = Url::parse(url).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// What the headers of an answer set.
pub(super) fn set_cookies(headers: &[(String, String)]) -> Vec<SetCookie> {
    let lines = headers.iter().filter(|(name, _)| name == "set-cookie");
    let read = |line: &str| {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let rest: Vec<&str> = parts.collect();
        let http_only = rest.iter().any(|part| part.eq_ignore_ascii_case("HttpOnly"));
        let path = rest
            .iter()
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| key.eq_ignore_ascii_case("Path"));
        let path = path.map_or("", |(_, path)| path).to_owned();
        Some(SetCookie { name: name.to_owned(), value: value.to_owned(), path, http_only })
    };
    lines.filter_map(|(_, line)| read(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_as_a_server_sets_them() {
        // Two lines of an answer of a real 11.7 to a login.
        let headers = [
            "MMAUTHTOKEN=ch6k; Path=/; Expires=Wed, 26 May 2027 18:06:25 GMT; Max-Age=15552000; HttpOnly",
            "MMCSRF=ow6e; Path=/sub; Expires=Wed, 26 May 2027 18:06:25 GMT; Max-Age=15552000",
        ];
        let headers = headers.map(|line| ("set-cookie".to_owned(), line.to_owned()));
        let read: Vec<_> = set_cookies(&headers)
            .into_iter()
            .map(|cookie| (cookie.name, cookie.value, cookie.path, cookie.http_only))
            .collect();
        let expected = [("MMAUTHTOKEN", "ch6k", "/", true), ("MMCSRF", "ow6e", "/sub", false)]
            .map(|(n, v, p, h)| (n.into(), v.into(), p.into(), h));
        assert_eq!(read, expected);
    }

    #[test]
    fn an_origin_has_no_path_and_no_port_that_goes_without_saying() {
        let of = |url| origin_of(url).unwrap_or_default();
        assert_eq!(of("https://mm.example:443/chat/"), "https://mm.example");
        assert_eq!(of("http://10.0.0.1:8065"), "http://10.0.0.1:8065");
        assert_eq!(of("mm.example"), "");
        assert_eq!(of(""), "");
    }

    #[test]
    fn nobody_reads_cookies_in_a_log() {
        let site = String::from("http://h");
        let browser =
            Browser { cookies: "MMAUTHTOKEN=secret".into(), site: site.clone(), page: site, csrf: None };
        assert_eq!(browser.handshake()[2], ("Host", "h".to_owned()));
        assert!(!format!("{browser:?}").contains("secret"));
    }
}
