//! A container of a service's own kind beside the project that runs one command of a server to its end: `mattermost db migrate`.
//!
//! It has what the service's containers have, environment, files, volumes and networks, and none of the names, addresses and
//! labels by which somebody would send it what is meant for them. It carries the run's labels, so that teardown and sweep remove
//! it however the run ends.

use std::time::Duration;

use indexmap::IndexMap;
use tokio::time::Instant;

use super::ask::program;
use super::engine::Engine;
use super::error::Error;
use super::image::inspect_image;
use super::labels::RunLabels;
use super::names::service;
use super::{container, one_off, spec};
use compose_file::{Attachment, Project, Restart, Service};

/// How long its removal may take; what is left is removed with the run.
const REMOVAL: Duration = Duration::from_secs(5);

/// What is run.
#[derive(Debug, Clone)]
pub struct ServerCommand {
    /// Its name in the project; no service has it.
    pub name: String,
    /// The service that it is like.
    pub like: String,
    /// The image; it must be there.
    pub image: String,
    /// What the server's program is asked to do.
    pub arguments: Vec<String>,
}

/// Runs it to its end, and removes it: its exit code, or nothing where the time was up.
pub(super) async fn run(
    engine: &Engine,
    project: &Project,
    labels: &RunLabels,
    command: &ServerCommand,
    line: &mut (dyn FnMut(String) + Send),
    deadline: Instant,
) -> Result<Option<i64>, Error> {
    let facts = inspect_image(engine, &command.image).await?;
    let mut entrypoint = vec![program(&facts).to_owned()];
    entrypoint.extend(command.arguments.iter().cloned());
    let mut project = project.clone();
    let like = beside(service(&project, &command.like)?, &command.image, entrypoint);
    project.services.insert(command.name.clone(), like);
    let blueprint = spec::blueprint(&project, &command.name, 1, None, &[], labels)?;
    let name = blueprint.name.clone();
    let ended = async {
        container::create(engine, blueprint).await?;
        container::start(engine, &name).await?;
        one_off::end(engine, &name, line, deadline).await
    }
    .await;
    let _ = container::remove(engine, &name, Instant::now() + REMOVAL).await;
    ended.map(|(exit_code, _)| exit_code)
}

/// The service without what makes it one of its own: names, addresses, ports, health, and starting again.
fn beside(service: &Service, image: &str, entrypoint: Vec<String>) -> Service {
    let networks = service.networks.keys().map(|key| (key.clone(), Attachment::default()));
    Service {
        image: image.to_owned(),
        entrypoint: Some(entrypoint),
        command: None,
        // A balancer may find its servers by their labels.
        labels: IndexMap::new(),
        networks: networks.collect(),
        healthcheck: None,
        ports: Vec::new(),
        expose: Vec::new(),
        replicas: 1,
        hostname: None,
        container_name: None,
        restart: Restart::default(),
        ..service.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_like_the_service_and_has_none_of_its_names() {
        let attachment = Attachment {
            aliases: vec!["mm".into()],
            ipv4_address: Some("10.0.0.2".into()),
            ipv6_address: None,
        };
        let service = Service {
            command: Some(vec!["server".into()]),
            environment: [("MM_CONFIG".to_owned(), "postgres://".to_owned())].into(),
            networks: [("inner".to_owned(), attachment)].into(),
            labels: [("traefik.enable".to_owned(), "true".to_owned())].into(),
            container_name: Some("mm".into()),
            hostname: Some("mm".into()),
            replicas: 3,
            ..Service::default()
        };
        let made = beside(&service, "mm:2", vec!["mattermost".into(), "db".into(), "migrate".into()]);
        assert_eq!((made.image.as_str(), made.command), ("mm:2", None));
        assert_eq!(made.environment["MM_CONFIG"], "postgres://");
        assert_eq!(made.networks["inner"], Attachment::default());
        assert_eq!((made.container_name, made.hostname, made.replicas), (None, None, 1));
        assert!(made.labels.is_empty() && made.restart == Restart::No);
    }
}
