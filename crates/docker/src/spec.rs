//! Service → the body of a create call: pure.
//!
//! A container is created on its first network only and connected to the others before it starts: engines
//! of API 1.41 to 1.43 refuse two networks at creation, and the newer ones take this way just as well.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use bollard::models::{
    ContainerCreateBody, EndpointIpamConfig, EndpointSettings, HealthConfig, HostConfig, NetworkingConfig,
};
use sha2::{Digest as _, Sha256};

use super::error::Error;
use super::files::{self, File};
use super::host;
use super::labels::RunLabels;
use super::names::{attachments, container_name, network_name, service};
use compose_file::{Healthcheck, Project, Service};

/// Everything that is needed to create one container.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Blueprint {
    /// Its name, also what we call it in every later call.
    pub(super) name: String,
    /// The platform, as the create call wants it beside the body.
    pub(super) platform: Option<String>,
    pub(super) body: ContainerCreateBody,
    /// The networks to connect before the start, by their real names.
    pub(super) further_networks: Vec<(String, EndpointSettings)>,
    /// The files to put in before the start.
    pub(super) files: Vec<File>,
}

/// What container `number` of service `name` is created from, with another `image` and further variables if given.
pub(super) fn blueprint(
    project: &Project,
    name: &str,
    number: u32,
    image: Option<&str>,
    env: &[(String, String)],
    labels: &RunLabels,
) -> Result<Blueprint, Error> {
    let service = service(project, name)?;
    let container = container_name(project, name, number);
    let image = image.unwrap_or(&service.image);

    let mut networks = attachments(service).into_iter().map(|(key, attachment)| {
        let mut aliases = vec![name.to_owned(), container.clone()];
        // A name that a balancer's configuration can hold: the container's own begins with that of the run.
        if service.replicas > 1 {
            aliases.push(format!("{name}-{number}"));
        }
        aliases.extend(attachment.aliases);
        let (ipv4_address, ipv6_address) = (attachment.ipv4_address, attachment.ipv6_address);
        let fixed = ipv4_address.is_some() || ipv6_address.is_some();
        let ipam_config =
            fixed.then(|| EndpointIpamConfig { ipv4_address, ipv6_address, ..Default::default() });
        let links = links(project, service);
        let endpoint = EndpointSettings { aliases: Some(aliases), ipam_config, links, ..Default::default() };
        (network_name(project, &key), endpoint)
    });
    let first = networks.next();
    let further_networks = networks.collect();

    let mut environment = service.environment.clone();
    environment.extend(env.iter().cloned());
    let compose = [
        ("com.docker.compose.service", name.to_owned()),
        ("com.docker.compose.container-number", number.to_string()),
        ("com.docker.compose.oneoff", "False".to_owned()),
        ("com.docker.compose.config-hash", hash(service, image, env)),
    ];
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        cmd: service.command.clone(),
        entrypoint: service.entrypoint.clone().map(|words| {
            // The engine clears an image's entrypoint on [""] and keeps it on [].
            if words.is_empty() { vec![String::new()] } else { words }
        }),
        env: Some(environment.iter().map(|(key, value)| format!("{key}={value}")).collect()),
        labels: Some(labels.on(&project.name, &service.labels, compose)),
        healthcheck: service.healthcheck.as_ref().map(healthcheck),
        exposed_ports: Some(host::ports(service).into_keys().collect()),
        hostname: service.hostname.clone(),
        domainname: service.domainname.clone(),
        user: service.user.clone(),
        working_dir: service.working_dir.clone(),
        stop_signal: service.stop_signal.clone(),
        stop_timeout: service.stop_grace_period.and_then(|grace| grace.as_secs().try_into().ok()),
        open_stdin: Some(service.stdin_open),
        tty: Some(service.tty),
        host_config: Some(HostConfig {
            network_mode: first.as_ref().map(|(network, _)| network.clone()),
            ..host::host(project, service)
        }),
        networking_config: first
            .map(|endpoint| NetworkingConfig { endpoints_config: Some(HashMap::from([endpoint])) }),
        ..Default::default()
    };
    let files = files::of_service(project, service)?;
    Ok(Blueprint { name: container, platform: service.platform.clone(), body, further_networks, files })
}

/// `container:name` for each container of a linked service, as docker compose has it.
fn links(project: &Project, service: &Service) -> Option<Vec<String>> {
    let links = service.links.iter().flat_map(|(name, linked)| {
        let replicas = project.services.get(linked).map_or(0, |linked| linked.replicas);
        (1..=replicas).map(move |number| format!("{}:{name}", container_name(project, linked, number)))
    });
    Some(links.collect()).filter(|links: &Vec<String>| !links.is_empty())
}

fn healthcheck(check: &Healthcheck) -> HealthConfig {
    let nanoseconds = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    HealthConfig {
        test: (!check.test.is_empty()).then(|| check.test.clone()),
        interval: check.interval.map(nanoseconds),
        timeout: check.timeout.map(nanoseconds),
        retries: check.retries.map(i64::from),
        start_period: check.start_period.map(nanoseconds),
        start_interval: check.start_interval.map(nanoseconds),
    }
}

/// A fingerprint of what a container is made from, for compose's label.
fn hash(service: &Service, image: &str, env: &[(String, String)]) -> String {
    let text = serde_json::to_vec(&(service, image, env)).unwrap_or_default();
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use compose_file::{Attachment, FileMount, FileSource, Network};

    fn project(service: Service) -> Project {
        Project {
            name: "p".into(),
            services: IndexMap::from([("app".to_owned(), service)]),
            networks: IndexMap::from([
                ("front".to_owned(), Network::default()),
                ("back".to_owned(), Network { name: Some("real".into()), ..Network::default() }),
            ]),
            configs: IndexMap::from([(
                "cfg".to_owned(),
                FileSource { content: b"x".to_vec(), origin: "cfg".into() },
            )]),
            ..Project::default()
        }
    }

    fn made(service: Service) -> Blueprint {
        blueprint(&project(service), "app", 2, None, &[], &RunLabels::example()).unwrap()
    }

    #[test]
    fn the_first_network_is_for_the_creation_and_the_rest_for_later() {
        let attachment = Attachment {
            aliases: vec!["web".into()],
            ipv4_address: Some("10.0.0.9".into()),
            ..Attachment::default()
        };
        let networks =
            IndexMap::from([("front".to_owned(), Attachment::default()), ("back".to_owned(), attachment)]);
        let made = made(Service { networks, ..Service::default() });
        let endpoints = made.body.networking_config.unwrap().endpoints_config.unwrap();
        assert_eq!(endpoints.keys().collect::<Vec<_>>(), ["p_front"]);
        assert_eq!(endpoints["p_front"].aliases, Some(vec!["app".into(), "p-app-2".into()]));
        assert_eq!(made.body.host_config.unwrap().network_mode.as_deref(), Some("p_front"));
        let (name, further) = &made.further_networks[0];
        assert_eq!((name.as_str(), made.further_networks.len()), ("real", 1));
        assert_eq!(further.aliases, Some(vec!["app".into(), "p-app-2".into(), "web".into()]));
        assert_eq!(further.ipam_config.as_ref().unwrap().ipv4_address.as_deref(), Some("10.0.0.9"));
    }

    #[test]
    fn links_name_the_containers_of_a_service() {
        let links = IndexMap::from([("data".to_owned(), "app".to_owned())]);
        let links = made(Service { links, replicas: 2, ..Service::default() });
        let endpoints = links.body.networking_config.unwrap().endpoints_config.unwrap();
        let endpoint = endpoints.values().next().unwrap();
        assert_eq!(endpoint.links, Some(vec!["p-app-1:data".into(), "p-app-2:data".into()]));
    }

    #[test]
    fn a_service_without_networks_is_on_the_default_one() {
        let made = made(Service::default());
        assert_eq!(made.body.host_config.unwrap().network_mode.as_deref(), Some("p_default"));
        assert!(made.further_networks.is_empty());
    }

    #[test]
    fn labels_are_the_files_then_composes_then_ours() {
        let own = IndexMap::from([("upgrade-gate.role".to_owned(), "node".to_owned())]);
        let labels = made(Service { labels: own, ..Service::default() }).body.labels.unwrap();
        for (key, value) in [
            ("upgrade-gate.role", "node"),
            ("upgrade-gate.run", "r1"),
            ("upgrade-gate.owner", "me"),
            ("upgrade-gate.expires", "2026-11-22T10:00:00Z"),
            ("com.docker.compose.project", "p"),
            ("com.docker.compose.service", "app"),
            ("com.docker.compose.container-number", "2"),
            ("com.docker.compose.oneoff", "False"),
        ] {
            assert_eq!(labels.get(key).map(String::as_str), Some(value), "{key}");
        }
        assert_eq!(labels["com.docker.compose.config-hash"].len(), 64);
    }

    #[test]
    fn another_image_and_variables_change_only_those() {
        let environment =
            IndexMap::from([("A".to_owned(), "1".to_owned()), ("B".to_owned(), "2".to_owned())]);
        let project = project(Service { image: "app:1".into(), environment, ..Service::default() });
        let env = [("B".to_owned(), "3".to_owned()), ("C".to_owned(), "4".to_owned())];
        let before = blueprint(&project, "app", 1, None, &[], &RunLabels::example()).unwrap();
        let after = blueprint(&project, "app", 1, Some("app:2"), &env, &RunLabels::example()).unwrap();
        assert_eq!(after.body.image.as_deref(), Some("app:2"));
        assert_eq!(after.body.env, Some(vec!["A=1".into(), "B=3".into(), "C=4".into()]));
        assert_eq!((before.name, before.body.host_config), (after.name, after.body.host_config));
        let key = "com.docker.compose.config-hash";
        assert_ne!(before.body.labels.unwrap()[key], after.body.labels.unwrap()[key]);
    }

    #[test]
    fn health_and_the_cleared_entrypoint_are_translated() {
        let service = Service {
            healthcheck: Some(Healthcheck {
                test: vec!["CMD".into(), "true".into()],
                interval: Some(Duration::from_millis(500)),
                retries: Some(3),
                ..Healthcheck::default()
            }),
            stop_grace_period: Some(Duration::from_secs(30)),
            entrypoint: Some(vec![]),
            ..Service::default()
        };
        let body = made(service).body;
        assert_eq!(body.entrypoint, Some(vec![String::new()]));
        assert_eq!(body.stop_timeout, Some(30));
        let health = body.healthcheck.unwrap();
        assert_eq!((health.interval, health.retries, health.timeout), (Some(500_000_000), Some(3), None));
    }

    #[test]
    fn files_come_along() {
        let mount = FileMount { source: "cfg".into(), target: "/a".into(), uid: 1, gid: 2, mode: 0o400 };
        let made = made(Service { configs: vec![mount], ..Service::default() });
        assert_eq!(made.files[0].content, b"x");
    }
}
