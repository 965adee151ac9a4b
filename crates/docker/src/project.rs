//! A project that was brought up: start, stop, recreate, look inside.

mod address;
mod beside;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::sync::watch;
use tokio::time::Instant;

use super::container::{self, ContainerState};
use super::engine::Engine;
use super::error::{Error, within};
use super::exec::{self, ExecOutput};
use super::fetch::Fetched;
use super::files;
use super::labels::RunLabels;
use super::names;
use super::order::{Waits, starting_order};
use super::prepare::{self, PrepareOptions};
use super::spec;
use super::{listing, logs, wait};
use basics::unpoisoned::lock;
use compose_file::{DependsCondition, Project};
use run_record::event::{EventKind, Events};

/// A project on an engine. All methods take `&self`, so that tasks can share it behind an `Arc`.
/// Dropping it removes nothing: that is [`down`](super::down)'s part.
#[derive(Debug)]
pub struct RunningProject {
    engine: Engine,
    project: Arc<Project>,
    labels: RunLabels,
    events: Events,
    images: Fetched,
    /// What the containers that are gone had printed, by the name of their place.
    earlier: Mutex<HashMap<String, Vec<String>>>,
}

impl RunningProject {
    /// Makes networks, volumes and images ready, all at once; no container is created yet.
    ///
    /// # Errors
    /// The first thing that could not be made ready; `down` removes what was made until then.
    pub async fn prepare(
        engine: &Engine,
        project: impl Into<Arc<Project>>,
        options: PrepareOptions,
        events: &Events,
        deadline: Instant,
    ) -> Result<Self, Error> {
        let project = project.into();
        let images = prepare::prepare(engine, &project, &options, events, deadline).await?;
        let labels = options.labels;
        Ok(Self {
            engine: engine.clone(),
            project,
            labels,
            events: events.clone(),
            images,
            earlier: Mutex::default(),
        })
    }

    /// The project.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The engine it runs on.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The name of a container, as `docker ps` shows it.
    #[must_use]
    pub fn container_name(&self, service: &str, number: u32) -> String {
        names::container_name(&self.project, service, number)
    }

    /// Starts all services.
    ///
    /// # Errors
    /// As [`RunningProject::start_services`].
    pub async fn up(&self, deadline: Instant) -> Result<(), Error> {
        let names: Vec<&str> = self.project.services.keys().map(String::as_str).collect();
        self.start_services(&names, deadline).await
    }

    /// Creates and starts the containers of these services, each as soon as its dependencies among them are
    /// as far as it asks. Dependencies outside the list are assumed to be there. The services that nobody
    /// waits for are started, not waited for.
    ///
    /// # Errors
    /// The first container that could not be created or started, or the first dependency that ended, is
    /// unhealthy or did not get there before the deadline, with the lines of its log that tell why.
    pub async fn start_services(&self, names: &[&str], deadline: Instant) -> Result<(), Error> {
        let order = starting_order(&self.project, names)?;
        let numbered = order
            .iter()
            .flat_map(|(name, _)| self.numbers(name).map(move |number| self.create(name, number, None, &[])));
        // Creating takes longer than starting and waits for nobody, so that all of it happens beforehand.
        within(deadline, "creating", "the containers", async { try_join_all(numbered).await }).await?;

        let started: HashMap<String, watch::Sender<bool>> =
            order.iter().map(|(name, _)| (name.clone(), watch::Sender::new(false))).collect();
        let started = &started;
        let tasks = order.iter().map(|(name, waits)| async move {
            self.wait_for(waits, started, deadline).await?;
            try_join_all(self.numbers(name).map(|number| self.start(name, number))).await?;
            if let Some(sender) = started.get(name) {
                sender.send_replace(true);
            }
            Ok(())
        });
        try_join_all(tasks).await.map(|_: Vec<()>| ())
    }

    /// Waits until all these dependencies were started by us and are as far as they must be.
    async fn wait_for(
        &self,
        waits: &Waits,
        started: &HashMap<String, watch::Sender<bool>>,
        deadline: Instant,
    ) -> Result<(), Error> {
        let each = waits.iter().map(|(dependency, condition)| async move {
            if let Some(sender) = started.get(dependency) {
                // The sender lives as long as we do; a service that fails ends all of this anyway.
                let _ = sender.subscribe().wait_for(|started| *started).await;
            }
            try_join_all(
                self.numbers(dependency).map(|number| self.wait(dependency, number, *condition, deadline)),
            )
            .await
        });
        try_join_all(each).await.map(|_| ())
    }

    /// Waits until a container is as far as `condition` says; its state then.
    ///
    /// # Errors
    /// At once when it ended, is unhealthy or has no health check, otherwise at the deadline; with the last
    /// lines of its log.
    pub async fn wait(
        &self,
        service: &str,
        number: u32,
        condition: DependsCondition,
        deadline: Instant,
    ) -> Result<ContainerState, Error> {
        let name = self.container_name(service, number);
        let state = wait::until(&self.engine, &name, condition, deadline).await?;
        match condition {
            DependsCondition::ServiceHealthy => self.tell(service, number, "healthy"),
            DependsCondition::ServiceCompletedSuccessfully => self.tell(service, number, "stopped"),
            // Told when it was started.
            DependsCondition::ServiceStarted => {}
        }
        Ok(state)
    }

    /// Starts a container that is there, such as one that was stopped.
    ///
    /// # Errors
    /// What the engine said: no such container, a port that is taken, a command that does not exist.
    pub async fn start(&self, service: &str, number: u32) -> Result<(), Error> {
        container::start(&self.engine, &self.container_name(service, number)).await?;
        self.tell(service, number, "started");
        Ok(())
    }

    /// Stops a container with its stop signal, and kills it after `grace`: the service's own when none is
    /// given, else compose's 10 s.
    ///
    /// # Errors
    /// When there is no such container, or the deadline comes first.
    pub async fn stop(
        &self,
        service: &str,
        number: u32,
        grace: Option<Duration>,
        deadline: Instant,
    ) -> Result<(), Error> {
        let own = self.project.services.get(service).and_then(|service| service.stop_grace_period);
        let grace = grace.or(own).unwrap_or(Duration::from_secs(10));
        let name = self.container_name(service, number);
        let object = format!("container {name}");
        within(deadline, "stopping", &object, container::stop(&self.engine, &name, grace)).await?;
        self.tell(service, number, "stopped");
        Ok(())
    }

    /// Stops a container as [`RunningProject::stop`] does, and starts it again, whether it ran or not.
    ///
    /// # Errors
    /// When there is no such container, or it cannot be stopped or started.
    pub async fn restart(&self, service: &str, number: u32, grace: Duration) -> Result<(), Error> {
        container::restart(&self.engine, &self.container_name(service, number), grace).await?;
        self.tell(service, number, "started");
        Ok(())
    }

    /// Sends a signal, such as `HUP`, to the process of a container.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn signal(&self, service: &str, number: u32, signal: &str) -> Result<(), Error> {
        container::signal(&self.engine, &self.container_name(service, number), signal).await
    }

    /// Replaces a container by a new one of the same name, aliases, labels, files and named volumes, with
    /// this image and `env` on top of the service's own; nothing else is kept but `kept`, a folder in no volume with a name, and
    /// the old one's log goes on. It is started, not waited for.
    ///
    /// # Errors
    /// When the old one cannot be removed or the new one not created or started; the image must be there.
    pub async fn recreate(
        &self,
        service: &str,
        number: u32,
        image: &str,
        env: &[(String, String)],
        kept: Option<&str>,
        deadline: Instant,
    ) -> Result<(), Error> {
        let name = self.container_name(service, number);
        within(deadline, "recreating", &format!("container {name}"), async {
            let folder = match kept {
                Some(path) => files::folder(&self.engine, &name, path).await?.map(|archive| (path, archive)),
                None => None,
            };
            if let Ok(mut log) = self.logs(service, number, None).await
                && !log.is_empty()
            {
                log.push(format!("--- recreated from {image}"));
                lock(&self.earlier).insert(name.clone(), log);
            }
            if container::remove(&self.engine, &name, deadline).await? {
                self.tell(service, number, "removed");
            }
            self.create(service, number, Some(image), env).await?;
            if let Some((path, archive)) = folder {
                files::put_folder(&self.engine, &name, path, archive).await?;
            }
            self.start(service, number).await
        })
        .await
    }

    /// What the engine says about a container now.
    ///
    /// # Errors
    /// When there is no such container or the engine does not answer.
    pub async fn state(&self, service: &str, number: u32) -> Result<ContainerState, Error> {
        container::inspect(&self.engine, &self.container_name(service, number)).await
    }

    /// The last `tail` lines that a container printed, or all of it and of those before it in its place; bytes that are
    /// no text become U+FFFD.
    ///
    /// # Errors
    /// When there is no such container, and was none before.
    pub async fn logs(&self, service: &str, number: u32, tail: Option<usize>) -> Result<Vec<String>, Error> {
        let name = self.container_name(service, number);
        let current = logs::lines(&self.engine, &name, tail).await;
        if tail.is_some() {
            return current;
        }
        let earlier = lock(&self.earlier).get(&name).cloned();
        match (earlier, current) {
            (None, current) => current,
            (Some(earlier), current) => Ok(earlier.into_iter().chain(current.unwrap_or_default()).collect()),
        }
    }

    /// Everything that a container printed, as it printed it.
    ///
    /// # Errors
    /// When there is no such container.
    pub async fn log_bytes(&self, service: &str, number: u32) -> Result<Vec<u8>, Error> {
        logs::bytes(&self.engine, &self.container_name(service, number), None).await
    }

    /// Runs a command in a running container, to its end. A non-zero exit code is a result.
    ///
    /// # Errors
    /// When the container does not run, or the deadline comes first (the command goes on then).
    pub async fn exec(
        &self,
        service: &str,
        number: u32,
        command: &[&str],
        deadline: Instant,
    ) -> Result<ExecOutput, Error> {
        exec::run(&self.engine, &self.container_name(service, number), command, deadline).await
    }

    /// The regular files at or below `path` in a container, running or not: path from the last part of
    /// `path` on, and content.
    ///
    /// # Errors
    /// When there is no such container or path.
    pub async fn read(
        &self,
        service: &str,
        number: u32,
        path: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        files::read(&self.engine, &self.container_name(service, number), path).await
    }

    /// The regular files at or below `path` in a container, running or not, by name alone: path from the last part of
    /// `path` on, and size in bytes. Nothing when there is no such path.
    ///
    /// # Errors
    /// When there is no such container, or the engine's answer breaks off.
    pub async fn list(&self, service: &str, number: u32, path: &str) -> Result<Vec<(String, u64)>, Error> {
        listing::list(&self.engine, &self.container_name(service, number), path).await
    }

    async fn create(
        &self,
        service: &str,
        number: u32,
        image: Option<&str>,
        env: &[(String, String)],
    ) -> Result<(), Error> {
        let image = match image {
            Some(image) => image,
            None => &names::service(&self.project, service)?.image,
        };
        let image = Some(self.exactly(image));
        let blueprint = spec::blueprint(&self.project, service, number, image, env, &self.labels)?;
        container::create(&self.engine, blueprint).await?;
        self.tell(service, number, "created");
        Ok(())
    }

    /// What was made ready for this name, however it has moved since: containers are made of that.
    #[must_use]
    pub fn exactly<'a>(&'a self, image: &'a str) -> &'a str {
        self.images.get(image).map_or(image, String::as_str)
    }

    fn numbers(&self, service: &str) -> std::ops::RangeInclusive<u32> {
        1..=self.project.services.get(service).map_or(0, |service| service.replicas)
    }

    fn tell(&self, service: &str, number: u32, state: &str) {
        let container = format!("{service}-{number}");
        self.events.send(EventKind::ContainerState { container, state: state.to_owned() });
    }
}
