//! What keeps a copy of somebody's site from reaching out of the run: its settings are in its database, and they are real.
//!
//! The networks have no way out, whatever a setting says; and what a server would try there is off, or led to the gate, by its
//! environment, which wins over the database. Where an address of the site's stays in the database (its mail server), no name leads to it.
//! Source of the names: server/public/model/config.go; an empty value of a text is taken as such (server/config/environment.go).

use indexmap::IndexMap;

use super::labels::is_node;
use compose_file::{Network, Project};

/// What is cut off, as reports say it, and the variables that do so.
const CUT_OFF: [(&str, &[(&str, &str)]); 10] = [
    (
        "push notifications",
        &[
            ("MM_EMAILSETTINGS_SENDPUSHNOTIFICATIONS", "false"),
            ("MM_EMAILSETTINGS_PUSHNOTIFICATIONSERVER", ""),
        ],
    ),
    (
        "mail to others than the gate",
        &[
            ("MM_EMAILSETTINGS_SENDEMAILNOTIFICATIONS", "false"),
            ("MM_EMAILSETTINGS_ENABLEEMAILBATCHING", "false"),
        ],
    ),
    (
        "log-in by LDAP, SAML and others",
        &[
            ("MM_LDAPSETTINGS_ENABLE", "false"),
            ("MM_LDAPSETTINGS_ENABLESYNC", "false"),
            ("MM_SAMLSETTINGS_ENABLE", "false"),
            ("MM_SAMLSETTINGS_ENABLESYNCWITHLDAP", "false"),
            ("MM_GITLABSETTINGS_ENABLE", "false"),
            ("MM_GOOGLESETTINGS_ENABLE", "false"),
            ("MM_OFFICE365SETTINGS_ENABLE", "false"),
            ("MM_OPENIDSETTINGS_ENABLE", "false"),
        ],
    ),
    (
        "link previews and the image proxy",
        &[("MM_SERVICESETTINGS_ENABLELINKPREVIEWS", "false"), ("MM_IMAGEPROXYSETTINGS_ENABLE", "false")],
    ),
    (
        "the marketplace of plugins",
        &[
            ("MM_PLUGINSETTINGS_ENABLEMARKETPLACE", "false"),
            ("MM_PLUGINSETTINGS_ENABLEREMOTEMARKETPLACE", "false"),
        ],
    ),
    (
        "Elasticsearch",
        &[
            ("MM_ELASTICSEARCHSETTINGS_ENABLEINDEXING", "false"),
            ("MM_ELASTICSEARCHSETTINGS_ENABLESEARCHING", "false"),
            ("MM_ELASTICSEARCHSETTINGS_ENABLEAUTOCOMPLETE", "false"),
        ],
    ),
    (
        "export and deletion by age",
        &[
            ("MM_MESSAGEEXPORTSETTINGS_ENABLEEXPORT", "false"),
            ("MM_DATARETENTIONSETTINGS_ENABLEMESSAGEDELETION", "false"),
            ("MM_DATARETENTIONSETTINGS_ENABLEFILEDELETION", "false"),
            ("MM_DATARETENTIONSETTINGS_ENABLEBOARDSDELETION", "false"),
        ],
    ),
    (
        "telemetry and error reports",
        &[("MM_LOGSETTINGS_ENABLEDIAGNOSTICS", "false"), ("MM_LOGSETTINGS_ENABLESENTRY", "false")],
    ),
    (
        "certificates and TLS of the servers' own",
        &[
            ("MM_SERVICESETTINGS_CONNECTIONSECURITY", ""),
            ("MM_SERVICESETTINGS_USELETSENCRYPT", "false"),
            ("MM_SERVICESETTINGS_FORWARD80TO443", "false"),
        ],
    ),
    ("read replicas", &[]),
];

/// What the gate's own accounts need, whatever the site allows its users.
const ACCOUNTS: [(&str, &str); 16] = [
    ("MM_TEAMSETTINGS_ENABLEUSERCREATION", "true"),
    ("MM_TEAMSETTINGS_ENABLEOPENSERVER", "true"),
    ("MM_TEAMSETTINGS_RESTRICTCREATIONTODOMAINS", ""),
    ("MM_TEAMSETTINGS_MAXUSERSPERTEAM", "1000000"),
    ("MM_EMAILSETTINGS_ENABLESIGNUPWITHEMAIL", "true"),
    ("MM_EMAILSETTINGS_ENABLESIGNINWITHEMAIL", "true"),
    ("MM_EMAILSETTINGS_ENABLESIGNINWITHUSERNAME", "true"),
    ("MM_EMAILSETTINGS_REQUIREEMAILVERIFICATION", "false"),
    ("MM_SERVICESETTINGS_ENFORCEMULTIFACTORAUTHENTICATION", "false"),
    ("MM_SUPPORTSETTINGS_CUSTOMTERMSOFSERVICEENABLED", "false"),
    ("MM_PASSWORDSETTINGS_MINIMUMLENGTH", "8"),
    ("MM_PASSWORDSETTINGS_LOWERCASE", "false"),
    ("MM_PASSWORDSETTINGS_UPPERCASE", "false"),
    ("MM_PASSWORDSETTINGS_NUMBER", "false"),
    ("MM_PASSWORDSETTINGS_SYMBOL", "false"),
    ("MM_GUESTACCOUNTSSETTINGS_RESTRICTCREATIONTODOMAINS", ""),
];

/// The network that services are on which name none.
const DEFAULT: &str = "default";

/// Cuts the nodes of a project off from what a site's settings name, and its networks from everything.
pub fn cut_off(project: &mut Project) {
    for network in project.networks.values_mut() {
        network.internal = true;
    }
    if project.services.values().any(|service| service.networks.is_empty()) {
        project
            .networks
            .entry(DEFAULT.to_owned())
            .or_insert_with(|| Network { internal: true, ..Network::default() });
    }
    let variables: IndexMap<&str, &str> =
        CUT_OFF.iter().flat_map(|(_, all)| all.iter()).chain(&ACCOUNTS).copied().collect();
    for service in project.services.values_mut().filter(|service| is_node(service)) {
        for (name, value) in &variables {
            service.environment.insert((*name).to_owned(), (*value).to_owned());
        }
    }
}

/// What is cut off, in words.
#[must_use]
pub fn what_is_cut_off() -> Vec<&'static str> {
    CUT_OFF.iter().map(|(what, _)| *what).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::project_of;

    #[test]
    fn no_network_has_a_way_out_and_every_node_has_the_variables() {
        let mut project = project_of(
            "services: { n: { image: x, labels: { upgrade-gate.role: node } }, db: { image: y, networks: [back] } }\nnetworks: { back: {} }",
        );
        cut_off(&mut project);
        assert_eq!(project.networks.len(), 2);
        assert!(project.networks.values().all(|network| network.internal));
        let node = &project.services["n"].environment;
        assert_eq!(node["MM_LDAPSETTINGS_ENABLE"], "false");
        assert_eq!(node["MM_EMAILSETTINGS_PUSHNOTIFICATIONSERVER"], "");
        assert!(project.services["db"].environment.is_empty());
    }
}
