//! What a project needs before its first container: networks, volumes, images.

use futures_util::future::try_join_all;
use time::OffsetDateTime;
use tokio::time::Instant;

use super::cause::Cause;
use super::engine::Engine;
use super::error::Error;
use super::fetch::{self, Fetched, Wanted, Ways};
use super::labels::RunLabels;
use super::names::{self, DEFAULT_NETWORK};
use super::sweep::sweep_expired;
use super::{network, volume};
use compose_file::{Network, Project, PullPolicy};
use run_record::event::Events;

/// How a project is brought up.
#[derive(Debug, Clone)]
pub struct PrepareOptions {
    /// What everything is marked with: run id, owner, expiry.
    pub labels: RunLabels,
    /// The pull policy of all images, instead of each service's own.
    pub pull: Option<PullPolicy>,
    /// How images are had.
    pub ways: Ways,
    /// Images that are needed later, pulled together with those of the services: the release under test.
    pub further_images: Vec<Wanted>,
    /// Images that were made ready already.
    pub fetched: Fetched,
}

/// Makes networks, volumes and images ready, all at once; returns all images. The first failure ends it.
pub(super) async fn prepare(
    engine: &Engine,
    project: &Project,
    options: &PrepareOptions,
    events: &Events,
    deadline: Instant,
) -> Result<Fetched, Error> {
    let labels = &options.labels;
    let networks = async {
        let all = networks(project);
        try_join_all(all.iter().map(|(key, settings)| async move {
            let name = names::network_name(project, key);
            let ensure = || network::ensure(engine, &project.name, key, &name, settings, labels);
            match ensure().await {
                // About 31 networks fit into the default pools; leftovers of killed runs may hold them.
                Err(error) if error.cause == Cause::AddressPoolsExhausted => {
                    sweep_expired(engine, OffsetDateTime::now_utc(), deadline).await?;
                    ensure().await
                }
                result => result,
            }
        }))
        .await
    };
    let volumes = try_join_all(project.volumes.iter().map(|(key, settings)| async move {
        let name = names::volume_name(project, key);
        volume::ensure(engine, &project.name, key, &name, settings, labels).await
    }));
    let mut wanted = images(project, options.pull, &options.further_images);
    wanted.retain(|wanted| !options.fetched.contains_key(&wanted.reference));
    let images = fetch::fetch(engine, wanted, &options.ways, events, deadline);
    let (_, _, mut fetched) = tokio::try_join!(networks, volumes, images)?;
    fetched.extend(options.fetched.clone());
    Ok(fetched)
}

/// The networks to make: the file's, and `default` when a service names none.
pub(super) fn networks(project: &Project) -> Vec<(String, Network)> {
    let mut networks: Vec<_> =
        project.networks.iter().map(|(key, network)| (key.clone(), network.clone())).collect();
    let default_needed = project.services.values().any(|service| service.networks.is_empty());
    if default_needed && !project.networks.contains_key(DEFAULT_NETWORK) {
        networks.push((DEFAULT_NETWORK.to_owned(), Network::default()));
    }
    networks
}

/// The images to have, each once.
fn images(project: &Project, pull: Option<PullPolicy>, further: &[Wanted]) -> Vec<Wanted> {
    let services = project.services.values().map(|service| Wanted {
        reference: service.image.clone(),
        platform: service.platform.clone(),
        policy: service.pull_policy.unwrap_or_default(),
    });
    let mut images: Vec<Wanted> = Vec::new();
    for mut wanted in services.chain(further.iter().cloned()) {
        wanted.policy = pull.unwrap_or(wanted.policy);
        let same = |other: &&mut Wanted| {
            (&other.reference, &other.platform) == (&wanted.reference, &wanted.platform)
        };
        match images.iter_mut().find(same) {
            // Two services may disagree: a pull serves both.
            Some(other) => other.policy = other.policy.stronger(wanted.policy),
            None => images.push(wanted),
        }
    }
    images
}

#[cfg(test)]
mod tests {
    use super::*;
    use compose_file::{Attachment, Service};

    #[test]
    fn each_image_is_needed_once_and_a_pull_serves_all() {
        let service = |image: &str, policy| Service {
            image: image.into(),
            pull_policy: Some(policy),
            ..Service::default()
        };
        let later =
            |image: &str| Wanted { reference: image.into(), platform: None, policy: PullPolicy::Missing };
        let mut project = Project::default();
        for (name, policy) in
            [("a", PullPolicy::Never), ("b", PullPolicy::Missing), ("c", PullPolicy::Always)]
        {
            project.services.insert(name.into(), service("app:1", policy));
        }
        project.services.insert("d".into(), service("db:1", PullPolicy::Never));
        let wanted = images(&project, None, &[later("app:2"), later("app:1")]);
        let seen: Vec<_> = wanted.iter().map(|needed| (needed.reference.as_str(), needed.policy)).collect();
        assert_eq!(
            seen,
            [("app:1", PullPolicy::Always), ("db:1", PullPolicy::Never), ("app:2", PullPolicy::Missing)]
        );
        let wanted = images(&project, Some(PullPolicy::Never), &[later("app:2")]);
        assert!(wanted.iter().all(|needed| needed.policy == PullPolicy::Never));
    }

    #[test]
    fn the_default_network_is_made_only_when_a_service_needs_it() {
        let mut project = Project::default();
        let attached = [("front".to_owned(), Attachment::default())].into_iter().collect();
        project.networks.insert("front".into(), Network::default());
        project.services.insert("a".into(), Service { networks: attached, ..Service::default() });
        let keys = |project: &Project| networks(project).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(keys(&project), ["front"]);
        project.services.insert("b".into(), Service::default());
        assert_eq!(keys(&project), ["front", "default"]);
    }
}
