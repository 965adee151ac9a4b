//! Data that was there before the run and that the project lets it change: what somebody may still need.
//!
//! A stable server migrates whatever database it is given. So folders of the engine's host, external volumes and databases
//! outside of the file are named before anything starts.

use std::path::Path;

use indexmap::IndexSet;

use super::address::{Hosts, hosts, is_the_container_itself};
use super::configuration::{self, Configuration};
use super::labels::role;
use compose_file::{Mount, MountSource, Project, Service};

/// What addresses of databases are in.
const ADDRESSES: [&str; 4] = [
    "MM_CONFIG",
    "MM_SQLSETTINGS_DATASOURCE",
    "MM_SQLSETTINGS_DATASOURCEREPLICAS",
    "MM_SQLSETTINGS_DATASOURCESEARCHREPLICAS",
];
/// Where servers of databases keep their data, in the images that people use.
const DATABASES: [&str; 4] =
    ["/var/lib/postgresql", "/var/lib/mysql", "/bitnami/postgresql", "/bitnami/mariadb"];

/// Something from before the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outside {
    /// What it is, as a clause with its service: "service db mounts the folder /srv/db at /var/lib/postgresql".
    pub(super) what: String,
    /// Whether the run would migrate it, or may; else it is a place that is written to.
    pub(super) dear: bool,
}

/// All of it, in file order. `nodes` are the services that are nodes.
pub(super) fn find(project: &Project, nodes: &IndexSet<&str>) -> Vec<Outside> {
    let mut found = Vec::new();
    let asked = asked(project, nodes.iter().copied());
    for (name, service) in &project.services {
        let is_node = nodes.contains(name.as_str());
        let is_database = !is_node && is_database(project, name, service, &asked);
        for mount in service.volumes.iter().filter(|mount| !mount.read_only) {
            let Some(source) = from_before(project, mount) else { continue };
            let target = Path::new(&mount.target);
            let dear = if is_node { may_name_a_database(service, target) } else { is_database };
            found.push(Outside { what: format!("service {name} mounts {source} at {}", mount.target), dear });
        }
        if is_node {
            databases(project, name, service, &mut found);
        }
    }
    found
}

/// The hosts that these nodes ask for a database.
pub(super) fn asked<'a>(project: &Project, nodes: impl Iterator<Item = &'a str>) -> IndexSet<String> {
    let addresses = nodes.flat_map(|node| addresses(&project.services[node]));
    let named = addresses.filter_map(|(_, address)| match hosts(address) {
        Hosts::Named(hosts) => Some(hosts),
        Hosts::Unreadable => None,
    });
    named.flatten().collect()
}

/// What a mount shows, if that was there before the run.
fn from_before(project: &Project, mount: &Mount) -> Option<String> {
    match &mount.source {
        MountSource::Bind(path) => Some(format!("{} of the engine's host", path.display())),
        MountSource::Volume(key) => {
            let volume = project.volumes.get(key)?;
            let device = volume.driver_opts.get("device").filter(|device| !is_memory(device));
            match (volume.external, device) {
                (true, _) => Some(format!("the external volume {}", volume.name.as_ref().unwrap_or(key))),
                (false, Some(_)) => Some(format!("the volume {key}, which shows a device of its own")),
                (false, None) => None,
            }
        }
        MountSource::Anonymous | MountSource::Tmpfs(_) => None,
    }
}

fn is_memory(device: &str) -> bool {
    device == "tmpfs"
}

/// By its label, because a node asks it, or by what its image and its mounts are.
fn is_database(project: &Project, name: &str, service: &Service, asked: &IndexSet<String>) -> bool {
    let labelled = role(service) == Some("database");
    let image = service.image.rsplit('/').next().unwrap_or_default();
    let named = ["postgres", "mysql", "mariadb"].iter().any(|word| image.contains(word));
    let keeps = service.volumes.iter().any(|mount| {
        let target = Path::new(&mount.target);
        DATABASES.iter().any(|folder| overlap(target, Path::new(folder)))
    });
    labelled || named || keeps || asked.iter().any(|host| answers_to(project, name, service, host))
}

/// Whether this mount shows a configuration that nobody has read and that says which database the node asks: somebody's live one
/// may be in it. An address in the environment wins over it.
fn may_name_a_database(node: &Service, target: &Path) -> bool {
    let told = node.environment.get("MM_SQLSETTINGS_DATASOURCE").is_some_and(|told| !told.trim().is_empty());
    match configuration::of(node) {
        Configuration::File(file) => !told && file.starts_with(target),
        Configuration::Database | Configuration::Command => false,
    }
}

fn overlap(a: &Path, b: &Path) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

fn addresses(node: &Service) -> impl Iterator<Item = (&'static str, &str)> {
    let given = ADDRESSES.iter().filter_map(|key| Some((*key, node.environment.get(*key)?.trim())));
    // Several replicas are divided by blanks.
    let each = given.flat_map(|(key, text)| {
        let parts = if key.ends_with("REPLICAS") { text.split(' ').collect() } else { vec![text] };
        parts.into_iter().map(move |part| (key, part))
    });
    each.filter(|(key, text)| !text.is_empty() && (*key != "MM_CONFIG" || text.contains("://")))
}

/// The databases outside of the file that a node is told of.
fn databases(project: &Project, name: &str, node: &Service, found: &mut Vec<Outside>) {
    for (key, address) in addresses(node) {
        match hosts(address) {
            Hosts::Unreadable => {
                let what = format!("service {name} has a {key} of which nobody can say whom it asks");
                found.push(Outside { what, dear: true });
            }
            Hosts::Named(hosts) => {
                let outside = hosts
                    .iter()
                    .filter(|host| !is_the_container_itself(host) && !is_inside(project, node, host));
                for host in outside {
                    let what = format!(
                        "service {name} asks {host} by its {key}, which is no service of the compose file"
                    );
                    found.push(Outside { what, dear: true });
                }
            }
        }
    }
}

/// Whether a host is a service of the file, and no line of /etc/hosts says otherwise.
fn is_inside(project: &Project, node: &Service, host: &str) -> bool {
    let elsewhere = node
        .extra_hosts
        .iter()
        .any(|line| line.split_once([':', '=']).is_some_and(|(name, _)| name.eq_ignore_ascii_case(host)));
    !elsewhere && project.services.iter().any(|(name, service)| answers_to(project, name, service, host))
}

/// Whether a service is reached by this name: its own, a container's, an alias, or a fixed address.
pub(super) fn answers_to(project: &Project, name: &str, service: &Service, host: &str) -> bool {
    let containers = (1..=service.replicas.min(9)).map(|n| format!("{}-{name}-{n}", project.name));
    let fixed =
        service.networks.values().flat_map(|attached| attached.aliases.iter().chain(&attached.ipv4_address));
    let names = [Some(name), service.container_name.as_deref(), service.hostname.as_deref()];
    let names = names.into_iter().flatten().map(str::to_owned);
    names.chain(containers).chain(fixed.cloned()).any(|known| known.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests;
