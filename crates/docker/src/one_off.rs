//! A container beside the project's own that runs to its end: the user's test suite.
//!
//! It carries the run's labels like everything else, so that teardown and sweep remove it however the run ends.

use std::time::Duration;

use indexmap::IndexMap;
use tokio::time::{Instant, timeout_at};

use super::cause::Cause;
use super::container::{self, ContainerStatus, LOOK_AGAIN};
use super::engine::Engine;
use super::error::Error;
use super::labels::RunLabels;
use super::names::{attachments, service};
use super::{files, logs, spec};
use basics::wait::{self, Missed, WaitPace, WaitProgress};
use compose_file::{Attachment, Project, Service};

/// How long it may take to end after it was asked to.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How long the engine may take to say that a container has ended whose log has.
const LAST_WORD: Duration = Duration::from_secs(10);
/// What is read of its results at most, in bytes.
const RESULTS: usize = 256_000_000;
/// Browsers crash with the engine's default of 64 MB.
pub(super) const SHARED_MEMORY: u64 = 1 << 30;

/// What is run.
#[derive(Debug, Clone)]
pub struct OneOff {
    /// Its name in the project; no service has it.
    pub name: String,
    /// The image; it must be there.
    pub image: String,
    /// What is run instead of the image's entrypoint and command.
    pub entrypoint: Option<Vec<String>>,
    /// Environment variables.
    pub environment: IndexMap<String, String>,
    /// Services whose networks it joins.
    pub beside: Vec<String>,
    /// Further lines in its /etc/hosts, as `name:address`.
    pub hosts: Vec<String>,
    /// The folder that is read when it has ended.
    pub results: String,
}

/// How it ended, and what it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOffEnd {
    /// Its exit code; `None` when the time was up and it was stopped.
    pub exit_code: Option<i64>,
    /// Whether the kernel killed it for want of memory.
    pub oom_killed: bool,
    /// The regular files in its results folder: path from the folder's name on, and content; `None` without a folder.
    pub files: Option<Vec<(String, Vec<u8>)>>,
}

/// Runs it to its end, and removes it.
pub(super) async fn run(
    engine: &Engine,
    project: &Project,
    labels: &RunLabels,
    one_off: &OneOff,
    line: &mut (dyn FnMut(String) + Send),
    deadline: Instant,
) -> Result<OneOffEnd, Error> {
    let project = with(project, one_off)?;
    let blueprint = spec::blueprint(&project, &one_off.name, 1, None, &[], labels)?;
    let name = blueprint.name.clone();
    let ended = async {
        container::create(engine, blueprint).await?;
        container::start(engine, &name).await?;
        let (exit_code, oom_killed) = end(engine, &name, line, deadline).await?;
        Ok(OneOffEnd { exit_code, oom_killed, files: results(engine, &name, &one_off.results).await? })
    }
    .await;
    // What cannot be removed now is removed with the rest of the run.
    let _ = container::remove(engine, &name, Instant::now() + GRACE).await;
    ended
}

/// The project with one more service, on the networks of those that it should reach.
fn with(project: &Project, one_off: &OneOff) -> Result<Project, Error> {
    let networks = networks_of(project, &one_off.beside)?;
    let service = Service {
        image: one_off.image.clone(),
        entrypoint: one_off.entrypoint.clone(),
        environment: one_off.environment.clone(),
        networks,
        replicas: 1,
        shm_size: Some(SHARED_MEMORY),
        extra_hosts: one_off.hosts.clone(),
        ..Service::default()
    };
    let mut project = project.clone();
    project.services.insert(one_off.name.clone(), service);
    Ok(project)
}

/// The networks of these services.
pub(super) fn networks_of(
    project: &Project,
    services: &[String],
) -> Result<IndexMap<String, Attachment>, Error> {
    let mut networks = IndexMap::new();
    for name in services {
        for (key, _) in attachments(service(project, name)?) {
            networks.insert(key, Attachment::default());
        }
    }
    Ok(networks)
}

/// Follows its log until it ends, or stops it at the deadline.
pub(super) async fn end(
    engine: &Engine,
    name: &str,
    line: &mut (dyn FnMut(String) + Send),
    deadline: Instant,
) -> Result<(Option<i64>, bool), Error> {
    let Ok(followed) = timeout_at(deadline, logs::follow(engine, name, line)).await else {
        container::stop(engine, name, GRACE).await?;
        return Ok((None, false));
    };
    followed?;
    let look = async || match container::inspect(engine, name).await {
        Ok(state) if matches!(state.status, ContainerStatus::Exited | ContainerStatus::Dead) => {
            WaitProgress::There((state.exit_code, state.oom_killed))
        }
        Ok(_) => WaitProgress::OnTheWay(()),
        Err(error) => WaitProgress::Never(error),
    };
    let ended = wait::until(Instant::now() + LAST_WORD, WaitPace::steady(LOOK_AGAIN), look).await;
    ended.map_err(|missed| match missed {
        Missed::Never(error) => error,
        Missed::TimeUp(()) => {
            let object = format!("container {name}");
            Error::new(Cause::Deadline, "waiting for the end of", object, "its log ended and it did not")
        }
    })
}

async fn results(engine: &Engine, name: &str, path: &str) -> Result<Option<Vec<(String, Vec<u8>)>>, Error> {
    match files::read_at_most(engine, name, path, RESULTS).await {
        Ok(files) => Ok(Some(files)),
        Err(error) if error.cause == Cause::Absent => Ok(None),
        Err(error) => Err(error),
    }
}
