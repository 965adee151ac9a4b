//! What things are called on the engine: pure.

use super::cause::Cause;
use super::error::Error;
use compose_file::{Attachment, Network, Project, Service, Volume};

/// The network that compose gives to services which name none.
pub(super) const DEFAULT_NETWORK: &str = "default";

/// The service of that name, or an error that names it.
pub(super) fn service<'a>(project: &'a Project, name: &str) -> Result<&'a Service, Error> {
    project.services.get(name).ok_or_else(|| {
        let known = project.services.keys().cloned().collect::<Vec<_>>().join(", ");
        Error::new(
            Cause::Invalid,
            "looking for",
            format!("service {name}"),
            format!("the project has only {known}"),
        )
    })
}

/// The name of a container: the file's own, or `project-service-number` as docker compose has it.
pub(super) fn container_name(project: &Project, name: &str, number: u32) -> String {
    let fixed = project.services.get(name).and_then(|service| service.container_name.clone());
    fixed.unwrap_or_else(|| format!("{}-{name}-{number}", project.name))
}

/// The real name of a network, by its key in the file.
pub(super) fn network_name(project: &Project, key: &str) -> String {
    match project.networks.get(key) {
        Some(Network { name: Some(name), .. }) => name.clone(),
        Some(Network { external: true, .. }) => key.to_owned(),
        _ => format!("{}_{key}", project.name),
    }
}

/// The real name of a volume, by its key in the file.
pub(super) fn volume_name(project: &Project, key: &str) -> String {
    match project.volumes.get(key) {
        Some(Volume { name: Some(name), .. }) => name.clone(),
        Some(Volume { external: true, .. }) => key.to_owned(),
        _ => format!("{}_{key}", project.name),
    }
}

/// The networks of a service, in file order, by key; a service that names none is on `default`.
pub(super) fn attachments(service: &Service) -> Vec<(String, Attachment)> {
    if service.networks.is_empty() {
        return vec![(DEFAULT_NETWORK.to_owned(), Attachment::default())];
    }
    service.networks.iter().map(|(key, attachment)| (key.clone(), attachment.clone())).collect()
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;

    #[test]
    fn a_name_of_the_file_wins_over_ours() {
        let fixed = Service { container_name: Some("fixed".into()), ..Service::default() };
        let project = Project {
            name: "p".into(),
            services: IndexMap::from([("a".into(), Service::default()), ("b".into(), fixed)]),
            networks: IndexMap::from([
                ("front".into(), Network::default()),
                ("back".into(), Network { name: Some("real".into()), ..Network::default() }),
                ("outside".into(), Network { external: true, ..Network::default() }),
            ]),
            volumes: IndexMap::from([
                ("data".into(), Volume::default()),
                ("shared".into(), Volume { external: true, ..Volume::default() }),
            ]),
            ..Project::default()
        };
        assert_eq!(container_name(&project, "a", 2), "p-a-2");
        assert_eq!(container_name(&project, "b", 1), "fixed");
        assert_eq!(
            ["front", "back", "outside"].map(|key| network_name(&project, key)),
            ["p_front", "real", "outside"]
        );
        assert_eq!(["data", "shared"].map(|key| volume_name(&project, key)), ["p_data", "shared"]);
    }

    #[test]
    fn an_unknown_service_is_named() {
        let services = IndexMap::from([("app".into(), Service::default())]);
        let error = service(&Project { services, ..Project::default() }, "web").unwrap_err();
        assert!(error.to_string().contains("service web failed: the project has only app"), "{error}");
    }
}
