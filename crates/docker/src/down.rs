//! The end of a run: everything with its label goes, whoever made it and however far it came.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use bollard::errors::Error as EngineError;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    RemoveVolumeOptionsBuilder,
};
use futures_util::future::join_all;
use serde::Serialize;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::cause::Cause;
use super::container::{self, LOOK_AGAIN};
use super::engine::Engine;
use super::error::{DuringOperation as _, Error};
use super::labels::{LABEL_REAPER, LABEL_RUN, filter};
use super::network;

/// How long we go on without getting anywhere: somebody else's container may use what is left.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long additions of our own may go on before we remove what is there all the same.
const UNDER_WAY: Duration = Duration::from_secs(2);
/// How long the last look may take, at what is left when the time is up.
const LAST_LOOK: Duration = Duration::from_millis(500);

/// What was removed, by name and sorted; what another cleaner removed meanwhile is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Removed {
    /// Containers.
    pub containers: Vec<String>,
    /// Networks.
    pub networks: Vec<String>,
    /// Named volumes; anonymous ones go with their container.
    pub volumes: Vec<String>,
    /// What could not be removed, as sentences. Always empty after [`down`], which fails instead.
    pub left: Vec<String>,
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (containers, networks, volumes) =
            (self.containers.len(), self.networks.len(), self.volumes.len());
        write!(f, "removed {containers} containers, {networks} networks, {volumes} volumes")?;
        self.left.iter().try_for_each(|left| write!(f, "\nnot removed: {left}"))
    }
}

impl Removed {
    /// Whether there was nothing to remove.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    fn count(&self) -> usize {
        self.containers.len() + self.networks.len() + self.volumes.len()
    }

    pub(super) fn sort(&mut self) {
        for names in [&mut self.containers, &mut self.networks, &mut self.volumes] {
            names.sort();
            names.dedup();
        }
    }
}

/// Removes all containers (with their anonymous volumes), networks and volumes of a run that this connection made.
/// Containers are killed, not stopped. Removing twice, or beside another cleaner, is fine: the answer is good when
/// nothing of the run is left.
///
/// # Errors
/// When the engine does not answer, when something resists for 20 s, or what is left at the deadline.
pub async fn down(engine: &Engine, run: &str, deadline: Instant) -> Result<Removed, Error> {
    until_gone(engine, run, Duration::ZERO, deadline).await
}

/// The same for a run of another process, which may still be at work, or have left creations to the engine when it
/// was killed: nothing of the run must turn up for as long as `quiet` says. A busy engine takes seconds for a network.
///
/// # Errors
/// As [`down`].
pub async fn clear(engine: &Engine, run: &str, quiet: Duration, deadline: Instant) -> Result<Removed, Error> {
    until_gone(engine, run, quiet, deadline).await
}

async fn until_gone(
    engine: &Engine,
    run: &str,
    quiet: Duration,
    deadline: Instant,
) -> Result<Removed, Error> {
    let labels = [format!("{LABEL_RUN}={run}")];
    let mut removed = Removed::default();
    let mut patience = deadline.min(Instant::now() + PATIENCE);
    let mut empty_since = None;
    // An engine that removes a container while it starts it can miscount the endpoints of its network, which nobody can
    // remove then before the engine is restarted: once in about two hundred cancelled runs on Docker 20.10.
    let _ = timeout_at(deadline.min(Instant::now() + UNDER_WAY), engine.additions_done()).await;
    while Instant::now() < deadline {
        let Ok(found) = timeout_at(deadline, find(engine, &labels)).await else { break };
        let (reapers, found) = found?.without_reapers();
        if !found.is_empty() {
            empty_since = None;
            let before = removed.count();
            // Containers of ours are going anyway, and one that we do not know must not keep the network alive.
            let pass = remove(engine, &found, Guests::Disconnect, patience, &mut removed);
            let Ok(failures) = timeout_at(deadline, pass).await else { break };
            if removed.count() > before {
                patience = deadline.min(Instant::now() + PATIENCE);
            } else if (patience..deadline).contains(&Instant::now())
                && let Some(error) = failures.into_iter().next()
            {
                return Err(error);
            } else {
                sleep(LOOK_AGAIN).await;
            }
        } else if let Some(since) = empty_since {
            if Instant::now() < since + quiet {
                sleep(LOOK_AGAIN).await;
                continue;
            }
            // Last of all: until here it would have gone on in our place.
            let pass = remove(engine, &reapers, Guests::Disconnect, deadline, &mut removed);
            let Ok(failures) = timeout_at(deadline, pass).await else { break };
            removed.sort();
            return failures.into_iter().next().map_or(Ok(removed), Err);
        } else {
            // An interrupted bring-up leaves additions under way, which a list does not show yet.
            let _ = timeout_at(deadline, engine.additions_done()).await;
            empty_since = Some(Instant::now());
        }
    }
    Err(too_late(engine, run, &labels).await)
}

/// The time was up: what is left, and who can remove it.
async fn too_late(engine: &Engine, run: &str, labels: &[String]) -> Error {
    let left = match timeout(LAST_LOOK, find(engine, labels)).await {
        Ok(Ok(found)) => found.to_string(),
        _ => "an unknown number of objects".to_owned(),
    };
    let message = format!("the time was up, and {left} are left");
    Error::new(Cause::Deadline, "removing", format!("run {run}"), message).remedy(format!(
        "The Action's post step removes them, and so does `upgrade-gate cleanup --run {run}`."
    ))
}

/// Objects that carry the labels somebody asked for.
#[derive(Debug, Default)]
pub(super) struct FoundObjects {
    pub(super) containers: Vec<Thing>,
    pub(super) networks: Vec<Thing>,
    pub(super) volumes: Vec<Thing>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Thing {
    id: String,
    name: String,
    pub(super) labels: HashMap<String, String>,
}

impl FoundObjects {
    fn is_empty(&self) -> bool {
        self.containers.is_empty() && self.networks.is_empty() && self.volumes.is_empty()
    }

    /// The containers that watch over the run, and everything else.
    fn without_reapers(mut self) -> (Self, Self) {
        let (reapers, containers) =
            self.containers.into_iter().partition(|thing| thing.labels.contains_key(LABEL_REAPER));
        self.containers = containers;
        (Self { containers: reapers, ..Self::default() }, self)
    }

    /// Keeps only what `wanted` says yes to.
    pub(super) fn retain(&mut self, wanted: impl Fn(&HashMap<String, String>) -> bool) {
        for things in [&mut self.containers, &mut self.networks, &mut self.volumes] {
            things.retain(|thing| wanted(&thing.labels));
        }
    }
}

impl fmt::Display for FoundObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (containers, networks, volumes) =
            (self.containers.len(), self.networks.len(), self.volumes.len());
        write!(f, "{containers} containers, {networks} networks, {volumes} volumes")
    }
}

/// Everything with all of these labels, each `key` or `key=value`.
pub(super) async fn find(engine: &Engine, labels: &[String]) -> Result<FoundObjects, Error> {
    let filters = filter(labels);
    let containers = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let networks = ListNetworksOptionsBuilder::default().filters(&filters).build();
    let volumes = ListVolumesOptionsBuilder::default().filters(&filters).build();
    let (containers, networks, volumes) = tokio::try_join!(
        async { engine.docker().list_containers(Some(containers)).await.when("listing", "containers") },
        async { engine.docker().list_networks(Some(networks)).await.when("listing", "networks") },
        async { engine.docker().list_volumes(Some(volumes)).await.when("listing", "volumes") },
    )?;
    let containers = containers.into_iter().map(|container| {
        let id = container.id.unwrap_or_default();
        let name = container.names.and_then(|names| names.into_iter().next()).unwrap_or_else(|| id.clone());
        let name = name.trim_start_matches('/').to_owned();
        Thing { id, name, labels: container.labels.unwrap_or_default() }
    });
    let networks = networks.into_iter().map(|network| Thing {
        id: network.id.unwrap_or_default(),
        name: network.name.unwrap_or_default(),
        labels: network.labels.unwrap_or_default(),
    });
    let volumes = volumes.volumes.unwrap_or_default().into_iter().map(|volume| Thing {
        id: volume.name.clone(),
        name: volume.name,
        labels: volume.labels,
    });
    let mut found = FoundObjects {
        containers: containers.collect(),
        networks: networks.collect(),
        volumes: volumes.collect(),
    };
    // What is found is removed: an engine, or a proxy before it, that does not know the filter would give us everything.
    found.retain(|have| labels.iter().all(|wanted| carries(have, wanted)));
    Ok(found)
}

/// Whether a label, given as `key` or `key=value`, is among these.
fn carries(labels: &HashMap<String, String>, wanted: &str) -> bool {
    match wanted.split_once('=') {
        Some((key, value)) => labels.get(key).is_some_and(|have| have == value),
        None => labels.contains_key(wanted),
    }
}

/// What happens to containers that are on a network without being of the same run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guests {
    /// They are taken off.
    Disconnect,
    /// They keep it.
    Respect,
}

/// Tries once to remove everything found; what did not work comes back.
pub(super) async fn remove(
    engine: &Engine,
    found: &FoundObjects,
    guests: Guests,
    deadline: Instant,
    removed: &mut Removed,
) -> Vec<Error> {
    let FoundObjects { containers, networks, volumes } = found;
    let mut failures = Vec::new();
    // In this order: a network with containers and a volume in use cannot be removed.
    let results =
        join_all(containers.iter().map(|thing| container::remove(engine, &thing.id, deadline))).await;
    removed.containers.extend(count(containers, results, &mut failures));
    let results = join_all(networks.iter().map(|thing| remove_network(engine, thing, guests))).await;
    removed.networks.extend(count(networks, results, &mut failures));
    let results = join_all(volumes.iter().map(|thing| remove_volume(engine, thing))).await;
    removed.volumes.extend(count(volumes, results, &mut failures));
    failures
}

/// The names of what was removed; errors go to `failures`.
fn count(things: &[Thing], results: Vec<Result<bool, Error>>, failures: &mut Vec<Error>) -> Vec<String> {
    let mut names = Vec::new();
    for (thing, result) in things.iter().zip(results) {
        match result {
            Ok(true) => names.push(thing.name.clone()),
            Ok(false) => {}
            Err(error) => failures.push(error),
        }
    }
    names
}

async fn remove_network(engine: &Engine, thing: &Thing, guests: Guests) -> Result<bool, Error> {
    if guests == Guests::Disconnect {
        network::empty(engine, &thing.id).await?;
    }
    gone(engine.docker().remove_network(&thing.id).await, || format!("network {}", thing.name))
}

async fn remove_volume(engine: &Engine, thing: &Thing) -> Result<bool, Error> {
    let options = RemoveVolumeOptionsBuilder::default().force(true).build();
    gone(engine.docker().remove_volume(&thing.id, Some(options)).await, || format!("volume {}", thing.name))
}

/// Whether our call removed it; one that was gone already is no error.
fn gone(result: Result<(), EngineError>, object: impl Fn() -> String) -> Result<bool, Error> {
    match result {
        Ok(()) => Ok(true),
        Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => Ok(false),
        Err(error) => Err(Error::engine("removing", object(), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_carries_exactly_the_label_is_found() {
        let labels = |value: &str| HashMap::from([(LABEL_RUN.to_owned(), value.to_owned())]);
        let wanted = format!("{LABEL_RUN}=ug-1");
        assert!(carries(&labels("ug-1"), &wanted) && carries(&labels("x"), LABEL_RUN));
        for other in [labels(""), labels("ug-10"), labels("UG-1"), HashMap::new()] {
            assert!(!carries(&other, &wanted), "{other:?}");
        }
    }
}
