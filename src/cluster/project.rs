//! Which service of a compose project plays which role, and the built-in project.

use std::path::PathBuf;

use indexmap::IndexMap;
use secrecy::SecretString;

use super::reload::Reload;
use crate::compose::{Project, Service};

/// The built-in cluster's compose file.
const COMPOSE: &str = include_str!("../../cluster/compose.yaml");
/// The built-in cluster's balancer configuration.
const HAPROXY: &str = include_str!("../../cluster/haproxy.cfg");

/// The port of a Mattermost server, unless a label says otherwise.
const NODE_PORT: u16 = 8065;

/// The built-in project: the compose file, and the files that it names.
#[must_use]
pub fn default_files() -> ((PathBuf, String), IndexMap<PathBuf, Vec<u8>>) {
    let base = PathBuf::from("/cluster");
    let files = IndexMap::from([(base.join("haproxy.cfg"), HAPROXY.as_bytes().to_vec())]);
    ((base.join("compose.yaml"), COMPOSE.to_owned()), files)
}

/// Who is who in a project, told by the label `upgrade-gate.role`.
#[derive(Debug, Clone, PartialEq)]
pub struct Roles {
    /// Mattermost servers, in file order.
    pub nodes: Vec<NodeRole>,
    /// What stands in front of them.
    pub balancer: Option<BalancerRole>,
    /// The S3 store, from the nodes' own configuration; `None` when files do not go to S3.
    pub store: Option<StoreRole>,
    /// Everything that is not a node, by service name.
    pub others: Vec<String>,
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRole {
    /// Its name: the service's, with a number where the service has several containers.
    pub name: String,
    /// The compose service.
    pub service: String,
    /// The container's number in its service, from 1.
    pub number: u32,
    /// The port that it serves.
    pub port: u16,
}

/// The balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalancerRole {
    /// The compose service.
    pub service: String,
    /// The port that it serves.
    pub port: u16,
    /// haproxy's runtime API: port and backend; without it nodes cannot be drained.
    pub haproxy: Option<(u16, String)>,
    /// How it is told that a node has come up, where it does not look by itself.
    pub reload: Option<Reload>,
}

/// The S3 store, as the nodes know it.
#[derive(Debug, Clone)]
pub struct StoreRole {
    /// Host and port of the endpoint; the host is a service of the project or a name outside.
    pub endpoint: String,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// Bucket.
    pub bucket: String,
    /// What keys begin with.
    pub prefix: String,
    /// Region.
    pub region: String,
    /// Access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: SecretString,
}

impl PartialEq for StoreRole {
    fn eq(&self, other: &Self) -> bool {
        (&self.endpoint, &self.bucket, &self.prefix) == (&other.endpoint, &other.bucket, &other.prefix)
    }
}

impl Roles {
    /// Reads the roles of a project.
    ///
    /// # Errors
    /// What is missing or wrong, with what to write, one sentence each.
    pub fn read(project: &Project) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let mut nodes = Vec::new();
        let mut balancer = None;
        let mut others = Vec::new();
        for (name, service) in &project.services {
            match role(service) {
                Some("node") => nodes.extend(nodes_of(name, service, &mut wrong)),
                Some("balancer") => balancer = Some(balancer_of(name, service, &mut wrong)),
                Some("store" | "database") | None => {}
                Some(other) => wrong.push(format!(
                    "service {name} has the label upgrade-gate.role: {other}; write node, balancer, store or database"
                )),
            }
            if role(service) != Some("node") {
                others.push(name.clone());
            }
        }
        if nodes.is_empty() {
            wrong.push(
                "no service is a node; give each Mattermost service the label upgrade-gate.role: node".into(),
            );
        }
        let store = nodes.first().and_then(|node| store_of(&project.services[&node.service]));
        if wrong.is_empty() { Ok(Self { nodes, balancer, store, others }) } else { Err(wrong) }
    }
}

fn role(service: &Service) -> Option<&str> {
    service.labels.get("upgrade-gate.role").map(String::as_str)
}

fn nodes_of(name: &str, service: &Service, wrong: &mut Vec<String>) -> Vec<NodeRole> {
    let port = port(name, service, "upgrade-gate.port", wrong).unwrap_or(NODE_PORT);
    (1..=service.replicas)
        .map(|number| {
            let node = if service.replicas == 1 { name.to_owned() } else { format!("{name}-{number}") };
            NodeRole { name: node, service: name.to_owned(), number, port }
        })
        .collect()
}

fn balancer_of(name: &str, service: &Service, wrong: &mut Vec<String>) -> BalancerRole {
    let backend = service.labels.get("upgrade-gate.backend").map_or("nodes", String::as_str).to_owned();
    BalancerRole {
        service: name.to_owned(),
        port: port(name, service, "upgrade-gate.port", wrong).unwrap_or(NODE_PORT),
        haproxy: port(name, service, "upgrade-gate.haproxy", wrong).map(|port| (port, backend)),
        reload: Reload::read(name, service).unwrap_or_else(|told| {
            wrong.push(told);
            None
        }),
    }
}

fn port(name: &str, service: &Service, label: &str, wrong: &mut Vec<String>) -> Option<u16> {
    let text = service.labels.get(label)?;
    let port = text.parse().ok();
    if port.is_none() {
        wrong.push(format!("service {name} has the label {label}: {text}, which is no port; write a number"));
    }
    port
}

fn store_of(node: &Service) -> Option<StoreRole> {
    let setting = |key: &str| {
        node.environment
            .get(&format!("MM_FILESETTINGS_{key}"))
            .map_or(String::new(), |value| value.trim().to_owned())
    };
    if setting("DRIVERNAME") != "amazons3" {
        return None;
    }
    let region = setting("AMAZONS3REGION");
    Some(StoreRole {
        endpoint: setting("AMAZONS3ENDPOINT"),
        tls: setting("AMAZONS3SSL") != "false",
        bucket: setting("AMAZONS3BUCKET"),
        prefix: setting("AMAZONS3PATHPREFIX"),
        region: if region.is_empty() { "us-east-1".into() } else { region },
        access_key: setting("AMAZONS3ACCESSKEYID"),
        secret_key: setting("AMAZONS3SECRETACCESSKEY").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{MemoryFiles, Source, parse};

    fn default_project(profiles: &[&str]) -> Project {
        let ((path, text), files) = default_files();
        let source = Source {
            base: path.parent().unwrap().to_owned(),
            files: vec![(path, text)],
            profiles: profiles.iter().map(|&p| p.to_owned()).collect(),
            ..Source::default()
        };
        parse(&source, &MemoryFiles(files)).unwrap().project
    }

    #[test]
    fn the_built_in_project_has_every_role() {
        let roles = Roles::read(&default_project(&[])).unwrap();
        let names: Vec<_> = roles.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["node1", "node2", "node3"]);
        let balancer = roles.balancer.unwrap();
        assert_eq!((balancer.port, balancer.haproxy), (8065, Some((9999, "nodes".into()))));
        let store = roles.store.unwrap();
        assert_eq!(
            (store.endpoint.as_str(), store.bucket.as_str(), store.tls),
            ("store:9000", "mattermost", false)
        );
        assert_eq!(roles.others, ["database", "store", "balancer"]);
    }

    #[test]
    fn the_profile_more_brings_nine_nodes() {
        let roles = Roles::read(&default_project(&["more"])).unwrap();
        assert_eq!(roles.nodes.len(), 9);
        assert_eq!(roles.nodes[8].name, "node9");
    }

    #[test]
    fn the_built_in_project_fits_seven_gigabytes() {
        let project = default_project(&[]);
        let limits = project.services.values().map(|service| service.limits.memory.unwrap());
        let node = project.services["node1"].limits.memory.unwrap();
        let nodes = project.services.keys().filter(|name| name.starts_with("node")).count() as u64;
        // One node at a time needs its ceiling, when a plugin starts for the first time; the others have half a gigabyte.
        let total = limits.sum::<u64>() - (nodes - 1) * (node - 512 * 1024 * 1024);
        assert!(total <= 7 * 1024 * 1024 * 1024, "{total} bytes");
    }

    #[test]
    fn unknown_roles_and_missing_nodes_are_named() {
        let mut project = default_project(&[]);
        for name in ["node1", "node2", "node3"] {
            project.services[name].labels.insert("upgrade-gate.role".into(), "mattermost".into());
        }
        let wrong = Roles::read(&project).unwrap_err();
        assert_eq!(wrong.len(), 4, "{wrong:?}");
        assert!(wrong[0].contains("write node, balancer, store or database"));
    }
}
