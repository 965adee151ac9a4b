//! Who is who in a project, told by the label `upgrade-gate.role`.

use super::super::reload::Reload;
use super::configuration;
use super::databases;
use super::files::{self, NodeFiles};
use super::labels::{self, is_node, role};
use super::off::no_image;
use super::site::{self, Site};
use compose_file::{Project, Service};

/// The port of a Mattermost server, unless a label says otherwise.
const NODE_PORT: u16 = 8065;

/// Who is who in a project, told by the label `upgrade-gate.role`.
#[derive(Debug, Clone, PartialEq)]
pub struct Roles {
    /// Mattermost servers, in file order.
    pub nodes: Vec<NodeRole>,
    /// What stands in front of them.
    pub balancer: Option<BalancerRole>,
    /// Where the nodes keep files, from their own environment.
    pub files: NodeFiles,
    /// The database that the nodes ask, by service name; nothing where it is outside of the project, or nobody can say.
    pub databases: Vec<String>,
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
    /// By what address it is asked.
    pub site: Site,
    /// The folder of its configuration, where that would go with its container: it is carried over to the next one.
    pub kept: Option<String>,
}

/// The balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalancerRole {
    /// The compose service.
    pub service: String,
    /// The port that it serves.
    pub port: u16,
    /// By what address users come.
    pub site: Site,
    /// haproxy's runtime API; without it nodes cannot be drained.
    pub haproxy: Option<RuntimeApi>,
    /// How it is told that a node has come up, where it does not look by itself.
    pub reload: Option<Reload>,
}

/// Where haproxy's runtime API is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeApi {
    /// The compose service.
    pub service: String,
    /// The port that it listens on.
    pub port: u16,
    /// The backend with the nodes.
    pub backend: String,
}

/// The most nodes, as many as the input `nodes` allows: more than anybody's cluster has, and what one engine can hold.
pub const MOST_NODES: u32 = 9;

impl Roles {
    /// Reads the roles of a project.
    ///
    /// # Errors
    /// What is missing or wrong, with what to write, one sentence each.
    pub fn read(project: &Project) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let mut nodes: Vec<NodeRole> = Vec::new();
        let mut balancers: Vec<BalancerRole> = Vec::new();
        let mut others = Vec::new();
        for (name, service) in &project.services {
            labels::judge(name, service, &mut wrong);
            match role(service) {
                Some("node") => nodes.extend(nodes_of(name, service, &mut wrong)),
                Some("balancer") => balancers.push(balancer_of(name, service, &mut wrong)),
                Some(_) | None => {}
            }
            wrong.extend(no_image(name, service));
            if !is_node(service) {
                others.push(name.clone());
            }
        }
        if nodes.is_empty() && !project.services.values().any(is_node) {
            wrong.push(
                "no service is a node; give each Mattermost service the label upgrade-gate.role: node".into(),
            );
        }
        if let [first, second, ..] = balancers.as_slice() {
            wrong.push(format!(
                "the services {} and {} are both balancers; give the label upgrade-gate.role: balancer to the one that users have",
                first.service, second.service
            ));
        }
        twice(&nodes, &others, &mut wrong);
        let files = nodes.first().map_or_else(
            || NodeFiles::Unknown("there is no node".into()),
            |node| files::of(&project.services[&node.service]),
        );
        contradictions(project, &nodes, &files, &mut wrong);
        if let (Some(balancer), Some(node)) = (balancers.last_mut(), nodes.first())
            && balancer.site == Site::default()
        {
            balancer.site = node.site.below();
        }
        if wrong.is_empty() {
            let databases = databases::of(project);
            Ok(Self { nodes, balancer: balancers.pop(), files, databases, others })
        } else {
            Err(wrong)
        }
    }
}

fn nodes_of(name: &str, service: &Service, wrong: &mut Vec<String>) -> Vec<NodeRole> {
    let port = labels::port(name, service, labels::PORT, wrong).unwrap_or(NODE_PORT);
    if !(1..=MOST_NODES).contains(&service.replicas) {
        let replicas = service.replicas;
        wrong.push(format!("service {name} is a node with {replicas} replicas; write 1 to {MOST_NODES}"));
        return Vec::new();
    }
    let site = Site::of_node(name, service, wrong);
    let kept = configuration::in_the_container(service).map(|folder| folder.display().to_string());
    (1..=service.replicas)
        .map(|number| {
            let node = if service.replicas == 1 { name.to_owned() } else { format!("{name}-{number}") };
            let (site, kept) = (site.clone(), kept.clone());
            NodeRole { name: node, service: name.to_owned(), number, port, site, kept }
        })
        .collect()
}

fn balancer_of(name: &str, service: &Service, wrong: &mut Vec<String>) -> BalancerRole {
    if service.replicas != 1 {
        let replicas = service.replicas;
        wrong.push(format!(
            "service {name} is the balancer with {replicas} replicas; write 1, as users have one address"
        ));
    }
    let site = Site::of_label(name, service, wrong);
    let port = labels::port(name, service, labels::PORT, wrong);
    let port = port.or_else(|| site.as_ref()?.port(service)).unwrap_or(NODE_PORT);
    site::judge_balancer(name, service, port, wrong);
    let backend = service.labels.get(labels::BACKEND).map_or("nodes", String::as_str).to_owned();
    BalancerRole {
        service: name.to_owned(),
        port,
        site: site.unwrap_or_default(),
        haproxy: labels::port(name, service, labels::HAPROXY, wrong).map(|port| RuntimeApi {
            service: name.to_owned(),
            port,
            backend,
        }),
        reload: Reload::read(name, service).unwrap_or_else(|told| {
            wrong.push(told);
            None
        }),
    }
}

/// Replicas of one service may be named as another service is.
fn twice(nodes: &[NodeRole], others: &[String], wrong: &mut Vec<String>) {
    if nodes.len() > MOST_NODES as usize {
        wrong.push(format!("there are {} nodes; have {MOST_NODES} at most", nodes.len()));
    }
    for (n, node) in nodes.iter().enumerate() {
        let same = nodes[..n].iter().find(|other| other.name == node.name);
        let other =
            same.map(|other| &other.service).or_else(|| others.iter().find(|other| **other == node.name));
        if let Some(other) = other {
            wrong.push(format!(
                "two parts are called {}, one of service {} and one of service {other}; rename one of the services",
                node.name, node.service
            ));
        }
    }
}

/// Labels and settings that say different things.
fn contradictions(project: &Project, nodes: &[NodeRole], files: &NodeFiles, wrong: &mut Vec<String>) {
    let stores = project.services.iter().filter(|(_, service)| role(service) == Some("store"));
    let stores: Vec<&str> = stores.map(|(name, _)| name.as_str()).collect();
    let elsewhere = match files {
        NodeFiles::OutOfReach(why) => Some(why),
        NodeFiles::Bucket(_) | NodeFiles::Unknown(_) => None,
    };
    if let (Some(store), Some(why)) = (stores.first(), elsewhere) {
        wrong.push(format!(
            "service {store} has the label upgrade-gate.role: store, and {why}; set MM_FILESETTINGS_… on the nodes, or take the label away"
        ));
    }
    let mut services = nodes.iter().filter(|node| node.number == 1).map(|node| node.service.as_str());
    let Some(first) = services.next() else { return };
    for other in services {
        if files::of(&project.services[other]) != *files {
            wrong.push(format!(
                "the nodes {first} and {other} keep files in different places; give both the same MM_FILESETTINGS_…"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::project_of;

    fn read(services: &str) -> Result<Roles, Vec<String>> {
        Roles::read(&project_of(&format!("services: {{ {services} }}")))
    }

    const NODE: &str = "n: { image: x, labels: { upgrade-gate.role: node } }";

    #[test]
    fn replicas_are_nodes_of_their_own() {
        let roles =
            read("n: { image: x, labels: { upgrade-gate.role: node }, scale: 2 }, db: { image: y }").unwrap();
        let names: Vec<_> = roles.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["n-1", "n-2"]);
        assert_eq!((roles.balancer, roles.others), (None, vec!["db".to_owned()]));
    }

    #[test]
    fn who_is_there_twice_or_too_often_is_told() {
        let balancer = |name: &str, more: &str| {
            format!("{name}: {{ image: x, labels: {{ upgrade-gate.role: balancer }} {more} }}")
        };
        let node = |more: &str| format!("n: {{ image: x, labels: {{ upgrade-gate.role: node }} {more} }}");
        for (services, part) in [
            (format!("{NODE}, {}, {}", balancer("a", ""), balancer("b", "")), "a and b are both balancers"),
            (format!("{NODE}, {}", balancer("a", ", scale: 2")), "is the balancer with 2 replicas"),
            (
                format!("{}, n-1: {{ image: x, labels: {{ upgrade-gate.role: node }} }}", node(", scale: 2")),
                "two parts are called n-1",
            ),
            (format!("{}, n-2: {{ image: x }}", node(", scale: 2")), "two parts are called n-2"),
            (node(", scale: 10"), "10 replicas; write 1 to 9"),
            (node(", scale: 0"), "0 replicas; write 1 to 9"),
            ("db: { image: x }".to_owned(), "no service is a node"),
            ("n: { image: x, labels: { upgrade-gate.role: mattermost } }".to_owned(), "no service is a node"),
            (
                "n: { image: x, labels: { upgrade-gate.role: Node } }".to_owned(),
                "write node, balancer, store or database",
            ),
        ] {
            let wrong = read(&services).unwrap_err();
            assert!(wrong.iter().any(|wrong| wrong.contains(part)), "{services}: {wrong:?}");
        }
    }

    #[test]
    fn a_label_and_the_nodes_may_not_say_different_things() {
        let store = "s: { image: x, labels: { upgrade-gate.role: store } }";
        let local = read(&format!(
            "n: {{ image: x, labels: {{ upgrade-gate.role: node }}, environment: {{ MM_CONFIG: 'postgres://db/x' }} }}, {store}"
        ));
        assert!(
            local.unwrap_err()[0]
                .contains("service s has the label upgrade-gate.role: store, and files are kept on")
        );
        // A file that the gate does not read may say so.
        assert!(read(&format!("{NODE}, {store}")).is_ok());
        let other = "m: { image: x, labels: { upgrade-gate.role: node }, environment: { MM_FILESETTINGS_DRIVERNAME: local } }";
        let apart = read(&format!("{NODE}, {other}")).unwrap_err();
        assert!(apart[0].contains("the nodes n and m keep files in different places"), "{apart:?}");
    }
}
