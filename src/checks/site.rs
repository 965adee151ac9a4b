//! Where browsers find the site: by its SiteURL, whatever the address is that a node is asked by.

use super::prelude::*;
use crate::mattermost::origin_of;

/// A site as browsers know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UsersSite {
    /// Scheme, host and port: `https://chat.test`.
    pub(super) origin: String,
    /// What every path begins with: nothing, or such as `/sub`.
    pub(super) path: String,
}

impl UsersSite {
    /// The path of its cookies: its own, so that what else has the host does not get them.
    ///
    /// Source: server/channels/app/login.go (`AttachSessionCookies`: `Path: subpath`).
    pub(super) fn cookie_path(&self) -> &str {
        if self.path.is_empty() { "/" } else { &self.path }
    }

    fn of_url(url: &str) -> Option<Self> {
        let origin = origin_of(url)?;
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').map_or("", |at| &rest[at..]);
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned();
        Some(Self { origin, path })
    }
}

/// The site of a node: that of its SiteURL, and where none is set the node itself.
pub(super) async fn of(place: &Place) -> Result<UsersSite, StepError> {
    let config = place.client.client_config().await.expecting("the client configuration")?;
    let set = config.get("SiteURL").and_then(|url| UsersSite::of_url(url));
    let own = || UsersSite::of_url(place.client.address().url());
    set.or_else(own).ok_or_else(|| place.failed("a SiteURL that is a URL", config["SiteURL"].clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_an_origin_and_perhaps_a_path() {
        let of = |url| {
            UsersSite::of_url(url)
                .map(|site| (site.origin.clone(), site.path.clone(), site.cookie_path().to_owned()))
        };
        let told =
            |origin: &str, path: &str, cookies: &str| Some((origin.into(), path.into(), cookies.into()));
        assert_eq!(of("https://chat.test"), told("https://chat.test", "", "/"));
        assert_eq!(of("https://chat.test:443/company/"), told("https://chat.test", "/company", "/company"));
        assert_eq!(of("http://10.0.0.1:8065/a/b"), told("http://10.0.0.1:8065", "/a/b", "/a/b"));
        assert_eq!(of("chat"), None);
    }
}
