//! Whether the parts of a project fit together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::IndexMap;

use super::bounds::PORTS;
use super::node::{Findings, YamlPlace};
use super::ports::too_many;
use super::project::{DependsCondition, MountSource, Project};
use super::source::Off;

/// Checks a project; `off` are the services that no active profile turns on. Dependencies on those are dropped where the file
/// allows it (`required: false`).
pub(super) fn check(project: &mut Project, off: &IndexMap<String, Off>, findings: &mut Findings) {
    dependencies(project, off, findings);
    references(project, findings);
    fixed_names(project, findings);
    published_ports(project, findings);
    targets(project, findings);
}

fn at(service: &str) -> YamlPlace {
    YamlPlace::default().key("services").key(service)
}

fn dependencies(project: &mut Project, off: &IndexMap<String, Off>, findings: &mut Findings) {
    for service in project.services.values_mut() {
        service.depends_on.retain(|other, dependency| dependency.required || !off.contains_key(other));
    }
    for (name, service) in &project.services {
        for (other, dependency) in &service.depends_on {
            let place = at(name).key("depends_on").key(other);
            if let Some(off) = off.get(other) {
                let message = format!("it depends on `{other}`, which no active profile turns on");
                let profiles = off.profiles.join(" or ");
                let remedy = format!("Give the input `profiles` {profiles}, or set `required: false`");
                findings.problem(&place, message, remedy);
                continue;
            }
            let Some(target) = project.services.get(other) else {
                let message = format!("it depends on `{other}`, which is no service of the project");
                findings.problem(&place, message, "Correct the name, or remove the dependency");
                continue;
            };
            let unchecked = target.healthcheck.as_ref().is_some_and(|check| check.test == ["NONE"]);
            if unchecked && dependency.condition == DependsCondition::ServiceHealthy {
                let message = format!("it waits for `{other}` to be healthy, whose health check is disabled");
                findings.problem(&place, message, "Use the condition service_started, or enable the check");
            }
        }
    }
    if let Some(circle) = project.circle() {
        let message = format!("the services wait for each other in a circle: {}", circle.join(" → "));
        findings.problem(&at(&circle[0]).key("depends_on"), message, "Remove one of these dependencies");
    }
}

fn references(project: &Project, findings: &mut Findings) {
    let mut undeclared = |service: &str, key: &str, name: &str, kind: &str| {
        let message = format!("it uses the {kind} `{name}`, which is not declared");
        let remedy = format!("Declare it under the top-level `{key}:`, or correct the name");
        findings.problem(&at(service).key(key), message, remedy);
    };
    for (name, service) in &project.services {
        for network in service.networks.keys().filter(|network| !project.networks.contains_key(*network)) {
            undeclared(name, "networks", network, "network");
        }
        for mount in &service.volumes {
            match &mount.source {
                MountSource::Volume(volume) if !project.volumes.contains_key(volume) => {
                    undeclared(name, "volumes", volume, "volume");
                }
                _ => {}
            }
        }
    }
}

fn fixed_names(project: &Project, findings: &mut Findings) {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, service) in &project.services {
        let Some(fixed) = &service.container_name else { continue };
        let place = at(name).key("container_name");
        if service.replicas > 1 {
            let message = format!("{} containers cannot all be called `{fixed}`", service.replicas);
            findings.problem(&place, message, "Leave `container_name:` out, or run one container");
        }
        if let Some(other) = taken.insert(fixed, name) {
            let message = format!("the container of the service `{other}` is called `{fixed}` too");
            findings.problem(&place, message, "Give each container a name of its own");
        }
    }
}

/// Who has a port of the host: the address, and the service.
type Takers<'a> = Vec<(Option<&'a str>, &'a str)>;

fn published_ports(project: &Project, findings: &mut Findings) {
    let amount: usize = project.services.values().map(|service| service.ports.len()).sum();
    if amount > PORTS {
        findings.problem(&YamlPlace::default().key("services"), too_many(), "Publish fewer ports");
        return;
    }
    let mut taken: HashMap<(u16, &str), Takers<'_>> = HashMap::new();
    // One port of a range tells it all.
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (name, service) in &project.services {
        let place = at(name).key("ports");
        for port in &service.ports {
            let Some(published) = port.published else { continue };
            if service.replicas > 1 && told.insert((name, "")) {
                let message = format!("{} containers cannot all publish port {published}", service.replicas);
                findings.problem(
                    &place,
                    message,
                    "Publish the target port alone, so that the engine chooses",
                );
            }
            let address = port.host_ip.as_deref();
            // Without an address the port is taken on all of them.
            let meets = |other: Option<&str>| everywhere(other) || everywhere(address) || other == address;
            let here = taken.entry((published, &port.protocol)).or_default();
            let earlier = here.iter().find(|(ip, _)| meets(*ip)).map(|(_, other)| *other);
            if let Some(other) = earlier.filter(|other| told.insert((name, other))) {
                let message = format!(
                    "port {published}/{} of the host is published by `{other}` already",
                    port.protocol
                );
                findings.problem(&place, message, "Choose another port, or publish the target port alone");
            }
            here.push((address, name));
        }
    }
}

fn everywhere(address: Option<&str>) -> bool {
    matches!(address, None | Some("0.0.0.0" | "::"))
}

fn targets(project: &Project, findings: &mut Findings) {
    for (name, service) in &project.services {
        let tmpfs = service.tmpfs.iter().map(|entry| entry.split(':').next().unwrap_or_default());
        let files = service.configs.iter().chain(&service.secrets).map(|file| file.target.as_str());
        let mut seen: Vec<&str> = Vec::new();
        for target in service.volumes.iter().map(|mount| mount.target.as_str()).chain(tmpfs).chain(files) {
            if seen.contains(&target) {
                let message = format!("two things are to be mounted at `{target}`");
                findings.problem(&at(name), message, "Keep one of them");
            }
            seen.push(target);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::environment::Variables;
    use super::super::node::{YamlNode, reading};
    use super::super::project::{Network, Volume};
    use super::super::service::service;
    use super::super::source::MemorySource;
    use super::*;

    /// What is told of these services, where `off` is inactive, and the network `default` and the volume `v` are declared.
    fn told(services: &str) -> String {
        let (outer, files) = (IndexMap::new(), MemorySource::default());
        let variables = Variables { base: Path::new("/srv"), outer: &outer, files: &files };
        let read = |node: &YamlNode<'_>, findings: &mut Findings| {
            let entries = node.entries(findings);
            let mut project = Project {
                services: entries
                    .iter()
                    .map(|(name, node)| (name.clone(), service(node, &variables, findings)))
                    .collect(),
                networks: IndexMap::from([("default".to_owned(), Network::default())]),
                volumes: IndexMap::from([("v".to_owned(), Volume::default())]),
                ..Project::default()
            };
            let off = Off { profiles: vec!["ha".into()], ..Off::default() };
            check(&mut project, &IndexMap::from([("off".to_owned(), off)]), findings);
        };
        reading(&format!("{{{services}}}"), read).1.join("\n")
    }

    #[test]
    fn dependencies_exist_and_go_one_way() {
        insta::assert_snapshot!(told("a: {image: x, depends_on: [b, off, gone]}, b: {image: x, depends_on: [c]}, c: {image: x, depends_on: [a]}"), @r"
        services.a.depends_on.off: it depends on `off`, which no active profile turns on
        services.a.depends_on.gone: it depends on `gone`, which is no service of the project
        services.a.depends_on: the services wait for each other in a circle: a → b → c → a
        ");
        insta::assert_snapshot!(told("a: {image: x, depends_on: {b: {condition: service_healthy}}}, b: {image: x, healthcheck: {disable: true}}"), @"services.a.depends_on.b: it waits for `b` to be healthy, whose health check is disabled");
        assert_eq!(told("a: {image: x, depends_on: {off: {required: false}}}"), "");
    }

    #[test]
    fn what_is_used_is_declared() {
        insta::assert_snapshot!(told("a: {image: x, networks: [n, default], volumes: ['w:/w', 'v:/v']}"), @r"
        services.a.networks: it uses the network `n`, which is not declared
        services.a.volumes: it uses the volume `w`, which is not declared
        ");
    }

    #[test]
    fn names_and_ports_are_free() {
        insta::assert_snapshot!(told("a: {image: x, container_name: fixed, scale: 2, ports: ['80:80']}, b: {image: x, container_name: fixed}"), @r"
        services.a.container_name: 2 containers cannot all be called `fixed`
        services.b.container_name: the container of the service `a` is called `fixed` too
        services.a.ports: 2 containers cannot all publish port 80
        ");
        insta::assert_snapshot!(told("a: {image: x, ports: ['127.0.0.1:80:80', '81:81/udp']}, b: {image: x, ports: ['80:80', '81:81']}"), @"services.b.ports: port 80/tcp of the host is published by `a` already");
        assert_eq!(
            told("a: {image: x, ports: ['127.0.0.1:80:80', '127.0.0.2:80:80', '80:80/udp', '81']}"),
            ""
        );
    }

    #[test]
    fn one_thing_is_mounted_at_a_target() {
        insta::assert_snapshot!(told("a: {image: x, volumes: ['v:/run'], tmpfs: '/run:size=1m'}"), @"services.a: two things are to be mounted at `/run`");
    }
}
