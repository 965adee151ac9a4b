//! By what address a service is asked: its container's, or the one that users have, which its label `upgrade-gate.url` says.
//!
//! Source: mattermost server/channels/app/server.go (`RootRouter.PathPrefix(subpath)`: a server has everything below the path of
//! its SiteURL and redirects the rest there; with `ConnectionSecurity` TLS it speaks that itself), server/channels/utils/subpath.go.

use std::net::SocketAddr;

use reqwest::Url;

use super::labels::{PORT, URL};
use compose_file::Service;
use mattermost_client::{Address, judge_address};

/// An address that a node or the balancer goes by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// Scheme, host and port as users write them; nothing where the container's own address will do.
    origin: Option<Url>,
    /// What every path begins with: nothing, or such as `/sub`.
    path: String,
}

impl Site {
    /// What the label of a service says, where it has one.
    pub(super) fn of_label(name: &str, service: &Service, wrong: &mut Vec<String>) -> Option<Self> {
        let text = service.labels.get(URL)?;
        let read = judge_address(text)
            .and_then(|()| Url::parse(text).map_err(|error| format!("is no URL ({error})")));
        let told = match read {
            // What a connection to a number is not, it cannot be told to be.
            Ok(url) if url.domain().is_none() => "has a number in place of a name".to_owned(),
            Ok(url) => return Some(Self::of(url)),
            Err(told) => told,
        };
        wrong.push(format!(
            "service {name} has the label {URL}, which {told}; write the address that users have, such as https://chat.test or https://chat.test/sub"
        ));
        None
    }

    /// What a node says by its label, else by its environment.
    pub(super) fn of_node(name: &str, node: &Service, wrong: &mut Vec<String>) -> Self {
        let speaks_tls = setting(node, "CONNECTIONSECURITY") == Some("TLS");
        if node.labels.contains_key(URL) {
            let site = Self::of_label(name, node, wrong).unwrap_or_default();
            if speaks_tls && site.origin.as_ref().is_some_and(|origin| origin.scheme() == "http") {
                wrong.push(format!(
                    "service {name} speaks TLS (MM_SERVICESETTINGS_CONNECTIONSECURITY), and its label {URL} says http://; write https:// there"
                ));
            }
            return site;
        }
        let own = setting(node, "SITEURL").and_then(|text| Url::parse(text).ok());
        let path = own.as_ref().map(path).unwrap_or_default();
        if !speaks_tls {
            return Self { origin: None, path };
        }
        let named = own.filter(|url| url.domain().is_some());
        let named = named.and_then(|mut url| url.set_scheme("https").is_ok().then_some(url));
        match named {
            Some(url) => Self::of(url),
            None => {
                wrong.push(format!(
                    "service {name} speaks TLS (MM_SERVICESETTINGS_CONNECTIONSECURITY), and no MM_SERVICESETTINGS_SITEURL says by what name; write the label {URL} with a name of its certificate, such as https://chat.test"
                ));
                Self { origin: None, path }
            }
        }
    }

    /// What a balancer without a label goes by: a path of the nodes' reaches them through it.
    pub(super) fn below(&self) -> Self {
        Self { origin: None, path: self.path.clone() }
    }

    fn of(mut url: Url) -> Self {
        let path = path(&url);
        url.set_path("");
        Self { origin: Some(url), path }
    }

    /// The port of the container behind the address of users: the one that is published as theirs, or theirs.
    pub(super) fn port(&self, service: &Service) -> Option<u16> {
        let users = self.origin.as_ref()?.port_or_known_default()?;
        let published =
            service.ports.iter().find(|port| port.published == Some(users) && port.protocol == "tcp");
        Some(published.map_or(users, |port| port.target))
    }

    /// What every path begins with: nothing, or such as `/sub`.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The name that it goes by, where it has one of its own.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.origin.as_ref()?.domain()
    }

    /// How a container of it is asked, which serves at `at`.
    #[must_use]
    pub fn address(&self, at: SocketAddr) -> Address {
        match self.text() {
            Some(url) => Address::named(&url, at),
            None => Address::plain(&format!("http://{at}{}", self.path)),
        }
    }

    /// The URL for who is on the same network and knows its name, if it has one.
    #[must_use]
    pub fn for_side_containers(&self, service: &str, port: u16) -> String {
        let Some(mut url) = self.origin.clone() else {
            return format!("http://{service}:{port}{}", self.path);
        };
        // Nobody publishes ports there.
        if url.set_port(Some(port)).is_err() {
            return format!("http://{service}:{port}{}", self.path);
        }
        format!("{}{}", url.as_str().trim_end_matches('/'), self.path)
    }

    /// The URL where it is more than a container's name and port.
    #[must_use]
    pub fn shown(&self, service: &str, port: u16) -> Option<String> {
        let below = (!self.path.is_empty()).then(|| format!("http://{service}:{port}{}", self.path));
        self.text().or(below)
    }

    fn text(&self) -> Option<String> {
        let origin = self.origin.as_ref()?;
        Some(format!("{}{}", origin.as_str().trim_end_matches('/'), self.path))
    }
}

/// What is wrong with a balancer that serves TLS's own port and does not say by what name.
pub(super) fn judge_balancer(name: &str, balancer: &Service, port: u16, wrong: &mut Vec<String>) {
    if port == 443 && !balancer.labels.contains_key(URL) {
        wrong.push(format!(
            "service {name} has the label {PORT}: \"443\" and not {URL}, without which it would be asked by plain HTTP; write {URL} with the address that users have, such as https://chat.test"
        ));
    }
}

/// A setting of `ServiceSettings`; empty is as good as absent.
fn setting<'a>(node: &'a Service, key: &str) -> Option<&'a str> {
    let value = node.environment.get(&format!("MM_SERVICESETTINGS_{key}"))?.trim();
    (!value.is_empty()).then_some(value)
}

/// The path of the site's URL, as the product has it: `/sub` for `/sub/`.
pub(super) fn path(url: &Url) -> String {
    url.path().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Roles, project_of};

    fn read(node: &str, balancer: &str) -> Result<Roles, Vec<String>> {
        Roles::read(&project_of(&format!(
            "services:\n  n: {{ image: x, {node} }}\n  lb: {{ image: y, {balancer} }}\n"
        )))
    }

    const NODE: &str = "labels: { upgrade-gate.role: node }";
    const BALANCER: &str = "labels: { upgrade-gate.role: balancer }";

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 2], port))
    }

    #[test]
    fn users_come_by_the_label_and_connections_go_to_the_container() {
        let labelled = |more: &str, ports: &str| {
            let balancer = format!("labels: {{ upgrade-gate.role: balancer, {more} }}, {ports}");
            read(NODE, &balancer).unwrap().balancer.unwrap()
        };
        let own = labelled("upgrade-gate.url: 'https://chat.test/sub/'", "");
        assert_eq!(own.port, 443);
        assert_eq!(own.site.address(at(443)), Address::named("https://chat.test/sub", at(443)));
        assert_eq!(own.site.for_side_containers("lb", 443), "https://chat.test/sub");
        let elsewhere =
            labelled("upgrade-gate.url: 'https://chat.test:8443'", "ports: ['8443:443', '80:80']");
        assert_eq!(elsewhere.port, 443);
        assert_eq!(elsewhere.site.address(at(443)).url(), "https://chat.test:8443");
        assert_eq!(elsewhere.site.for_side_containers("lb", 443), "https://chat.test");
        assert_eq!(elsewhere.site.shown("lb", 443).unwrap(), "https://chat.test:8443");
        assert_eq!(labelled("upgrade-gate.url: 'http://chat.test'", "").port, 80);
        assert_eq!(labelled("upgrade-gate.url: 'http://chat.test:8000'", "").port, 8000);
        let told =
            labelled("upgrade-gate.url: 'http://chat.test', upgrade-gate.port: '8065'", "ports: ['80:81']");
        assert_eq!(told.port, 8065);
        assert_eq!(told.site.for_side_containers("lb", 8065), "http://chat.test:8065");
    }

    #[test]
    fn a_node_is_asked_below_the_path_of_its_site_and_so_is_the_balancer() {
        let below = |url: &str| {
            let node = format!("{NODE}, environment: {{ MM_SERVICESETTINGS_SITEURL: '{url}' }}");
            let roles = read(&node, BALANCER).unwrap();
            let address = |site: &Site| site.address(at(8065)).url().to_owned();
            (address(&roles.nodes[0].site), address(&roles.balancer.unwrap().site))
        };
        let sub = "http://10.0.0.2:8065/sub".to_owned();
        assert_eq!(below("https://chat.test/sub/"), (sub.clone(), sub));
        let none = "http://10.0.0.2:8065".to_owned();
        for url in ["https://chat.test", "https://chat.test/", "", "chat"] {
            assert_eq!(below(url), (none.clone(), none.clone()), "{url}");
        }
    }

    #[test]
    fn a_node_with_tls_goes_by_the_name_of_its_site_unless_a_label_says_otherwise() {
        let tls = |more: &str, labels: &str| {
            let node = format!(
                "labels: {{ upgrade-gate.role: node, {labels} }}, environment: {{ MM_SERVICESETTINGS_CONNECTIONSECURITY: TLS, {more} }}"
            );
            read(&node, BALANCER).map(|roles| roles.nodes[0].site.address(at(8065)).url().to_owned())
        };
        assert_eq!(
            tls("MM_SERVICESETTINGS_SITEURL: 'https://chat.test/sub'", "").unwrap(),
            "https://chat.test/sub"
        );
        assert_eq!(tls("MM_SERVICESETTINGS_SITEURL: 'http://chat.test'", "").unwrap(), "https://chat.test");
        let label = "upgrade-gate.url: 'https://n.test/x'";
        assert_eq!(
            tls("MM_SERVICESETTINGS_SITEURL: 'https://chat.test'", label).unwrap(),
            "https://n.test/x"
        );
        for nameless in ["", "MM_SERVICESETTINGS_SITEURL: 'https://10.0.0.2'"] {
            let wrong = tls(nameless, "").unwrap_err();
            assert!(wrong[0].contains("says by what name; write the label upgrade-gate.url"), "{wrong:?}");
        }
        assert!(
            tls("", "upgrade-gate.url: 'http://n.test'").unwrap_err()[0].contains("write https:// there")
        );
    }

    #[test]
    fn what_cannot_work_is_told_and_no_secret_with_it() {
        for (labels, part) in [
            ("upgrade-gate.url: 'chat.test'", "no URL that begins with http:// or https://"),
            ("upgrade-gate.url: ''", "no URL"),
            ("upgrade-gate.url: 'https://me:hunter2@chat.test'", "a user or a password"),
            ("upgrade-gate.url: 'https://chat.test/?token=hunter2'", "more than an address"),
            ("upgrade-gate.url: 'https://chat.test/#hunter2'", "more than an address"),
            ("upgrade-gate.url: 'https://10.0.0.2'", "a number in place of a name"),
            ("upgrade-gate.port: '443'", "would be asked by plain HTTP; write upgrade-gate.url"),
        ] {
            let wrong =
                read(NODE, &format!("labels: {{ upgrade-gate.role: balancer, {labels} }}")).unwrap_err();
            assert!(wrong[0].contains(part) && !wrong[0].contains("hunter2"), "{labels}: {wrong:?}");
        }
        let database = "labels: { upgrade-gate.role: database, upgrade-gate.url: 'https://chat.test' }";
        assert!(read(NODE, database).unwrap_err()[0].contains("no effect on a database"));
    }
}
