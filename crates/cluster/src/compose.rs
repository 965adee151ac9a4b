//! The cluster on a Docker engine, from a compose project.

mod answers;
mod bucket;
mod census;
mod database;
mod database_look;
mod deaths;
mod follow;
mod front;
mod hushed;
mod migrate;
mod new_database;
mod pulls;
mod restore;
mod sample;
pub(super) mod side_containers;
mod usage;
mod versions;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use futures_util::future::try_join_all;
use time::OffsetDateTime;
use tokio::sync::{Mutex, OnceCell};
use tokio::time::Instant;

use super::haproxy::Haproxy;
use super::image::{ImageFacts, PACKAGED_PLUGINS, Packaged};
use super::images::Images;
use super::precautions;
use super::project::{BalancerRole, NodeFiles, NodeRole, Roles, RuntimeApi};
use basics::trouble::{OfPart as _, OrBug as _, Trouble};
use compose_file::{DependsCondition, Project, PullPolicy};
use docker::{self, Credentials, Engine, Fetched, Own, Pin, PrepareOptions, RunLabels, RunningProject, Ways};
use mattermost_client::{Address, Http};
use run_record::event::Events;

/// How long images and the parts other than nodes may take to come up.
const PREPARE: Duration = Duration::from_secs(600);
/// How long the engine may take to create and start one container.
const CREATE: Duration = Duration::from_secs(60);

/// What to build, where, and for how long.
#[derive(Debug, Clone)]
pub struct ComposeOptions {
    /// The project; node services get the image of the release that they start at.
    pub project: Project,
    /// Who is who in it.
    pub roles: Roles,
    /// The run's id: the project's name and the label that everything carries.
    pub run_id: String,
    /// The engine's address; `None` is the local socket.
    pub docker_host: Option<String>,
    /// The job of GitHub's whose end is the end of the run.
    pub github_job: Option<String>,
    /// When images are pulled, where it is not for the project and their names to say.
    pub pull: Option<PullPolicy>,
    /// What is taken in place of names of images.
    pub pins: BTreeMap<String, Pin>,
    /// The login at a registry, for images that are not public.
    pub credentials: Option<Credentials>,
    /// After this time the run's resources count as forgotten, and another run may sweep them.
    pub lifetime: Duration,
    /// What talks to the balancer.
    pub http: Http,
    /// Certificates that a store's is judged by beside the usual ones, as PEM; they have been parsed before.
    pub authorities: String,
    /// What a container of our own image runs to tidy up after us, should we be killed; nothing when nobody should.
    pub reaper: Option<Vec<String>>,
}

/// A compose project on an engine.
#[derive(Debug)]
pub struct ComposeCluster {
    engine: Engine,
    /// The container that we run in: it joins the cluster's network, or no node could be reached.
    own: Option<Own>,
    options: ComposeOptions,
    labels: OnceCell<RunLabels>,
    /// Images that were needed before everything else.
    fetched: OnceCell<Fetched>,
    running: OnceCell<RunningProject>,
    /// Held while the balancer is told of a node.
    following: Mutex<()>,
    /// Where nodes were when they last got traffic, for a balancer that cannot be told.
    addresses: Mutex<HashMap<String, IpAddr>>,
    /// How many containers there were that were spoken to.
    spoken_to: AtomicU32,
    /// Whether the data of a site is in the database: what logs say of it is nobody's to read.
    confidential: AtomicBool,
    events: Events,
}

impl ComposeCluster {
    /// Connects to the engine. Nothing is created yet.
    ///
    /// # Errors
    /// When no engine answers, or it is too old.
    pub async fn connect(options: ComposeOptions, events: Events) -> Result<Self, Trouble> {
        let engine = Engine::connect(options.docker_host.as_deref()).await?;
        let own = Own::find(&engine).await?;
        Ok(Self {
            engine,
            own,
            options,
            labels: OnceCell::new(),
            fetched: OnceCell::new(),
            running: OnceCell::new(),
            following: Mutex::default(),
            addresses: Mutex::default(),
            spoken_to: AtomicU32::new(0),
            confidential: AtomicBool::new(false),
            events,
        })
    }

    /// Whether we run in a container of this engine's, where the reaper is one as well.
    #[must_use]
    pub fn in_container(&self) -> bool {
        self.own.is_some()
    }

    pub(super) async fn prepare(&self, images: &Images<'_>) -> Result<(), Trouble> {
        let labels = self.begin().await.clone();
        let deadline = Instant::now() + PREPARE;
        let mut project = self.options.project.clone();
        let further_images = pulls::settle(&mut project, &self.options.roles, images, self.options.pull);
        let ways = self.ways();
        let options = PrepareOptions {
            labels,
            pull: None,
            ways,
            further_images,
            fetched: self.fetched.get().cloned().unwrap_or_default(),
        };
        let running = RunningProject::prepare(&self.engine, project, options, &self.events, deadline).await?;
        let running = self.running.get_or_init(|| async { running }).await;
        self.database_images_suffice(running, images.needs).await?;
        if let Some(member) = self.member() {
            running.join(member).await?;
        }
        let others: Vec<&str> = self.options.roles.others.iter().map(String::as_str).collect();
        if let Err(error) = running.start_services(&others, deadline).await {
            return Err(self.of_container(error).await);
        }
        // The nodes wait for the database's health; nobody else waits for anything of the others.
        let awaited =
            self.awaited().map(|(service, condition)| running.wait(service, 1, condition, deadline));
        if let Err(error) = try_join_all(awaited).await {
            return Err(self.of_container(error).await);
        }
        self.database_servers_suffice(running, images.needs).await?;
        if let Ok(bucket) = self.bucket().await {
            self.store_answers(&bucket).await?;
        }
        self.balancer_answers().await
    }

    /// What the nodes depend on, and how far it must be.
    fn awaited(&self) -> impl Iterator<Item = (&str, DependsCondition)> {
        let services = &self.options.project.services;
        let first = self.options.roles.nodes.first().and_then(|node| services.get(&node.service));
        let depends = first.into_iter().flat_map(|service| &service.depends_on);
        depends
            .filter(|(name, _)| services.contains_key(*name))
            .map(|(name, on)| (name.as_str(), on.condition))
    }

    /// An error about a container, under the name that people know, its service, with what its log says.
    async fn of_container(&self, error: docker::Error) -> Trouble {
        let prefix = format!("{}-", self.options.project.name);
        let part = error.object.split(' ').next_back().unwrap_or_default();
        let part =
            part.strip_prefix(&prefix).and_then(|rest| rest.rsplit_once('-')).map_or("docker", |(s, _)| s);
        let trouble = Trouble { part: part.to_owned(), ..error.into() };
        if trouble.log_tail.is_empty() {
            trouble
        } else {
            self.last_words(&trouble.part).await.explain(trouble)
        }
    }

    /// Before anything of the run is made: precautions, once. Returns what all of it is marked with.
    async fn begin(&self) -> &RunLabels {
        let own = self.own.as_ref();
        let begin = || async {
            let labels = RunLabels {
                run: self.options.run_id.clone(),
                owner: "mattermost-upgrade-gate".into(),
                expires: OffsetDateTime::now_utc() + self.options.lifetime,
                github_job: self.options.github_job.as_ref().map(|job| docker::job_label(job, own)),
                runner: own.and_then(|own| own.runner.clone()),
            };
            let watcher = self.options.reaper.as_deref().zip(own.map(|own| own.id.as_str()));
            precautions::sweep_and_watch(&self.engine, watcher, &labels, &self.events).await;
            labels
        };
        self.labels.get_or_init(begin).await
    }

    /// How images are had.
    fn ways(&self) -> Ways {
        Ways {
            credentials: self.options.credentials.iter().cloned().collect(),
            pins: self.options.pins.clone(),
        }
    }

    fn running(&self) -> Result<&RunningProject, Trouble> {
        self.running.get().or_bug("docker", "the cluster was not prepared")
    }

    fn node(&self, name: &str) -> Result<&NodeRole, Trouble> {
        let mut nodes = self.options.roles.nodes.iter();
        nodes.find(|node| node.name == name).or_bug(name, "there is no such node")
    }

    pub(super) async fn start(
        &self,
        name: &str,
        image: &str,
        environment: &[(&str, &str)],
    ) -> Result<Address, Trouble> {
        let node = self.node(name)?;
        let more: Vec<(String, String)> =
            environment.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        self.running()?
            .recreate(&node.service, node.number, image, &more, node.kept.as_deref(), Instant::now() + CREATE)
            .await
            .part(name)?;
        let address = match self.address(&node.service, node.number).await {
            Ok(address) => address,
            Err(error) => {
                // A process that ended at once has no address any more: that is the cause to tell.
                self.alive(name).await?;
                return Err(error);
            }
        };
        Ok(node.site.address((address, node.port).into()))
    }

    /// The container by which we are on the cluster's network; on the engine's host, and in its network, there is none.
    fn member(&self) -> Option<&str> {
        self.own.as_ref()?.member.as_deref()
    }

    /// In a container it is our own address on the cluster's network; on the engine's host it is the gateway's.
    pub(super) async fn gate_address(&self) -> Result<IpAddr, Trouble> {
        let node = self.options.roles.nodes.first();
        let service = node.map(|node| node.service.as_str()).unwrap_or_default();
        self.running()?.route_back(service, self.member()).await.part("gate")
    }

    /// What talks to the runtime API of its haproxy.
    pub(super) async fn haproxy(&self, api: &RuntimeApi) -> Result<Haproxy, Trouble> {
        let address = self.address(&api.service, 1).await?;
        Ok(Haproxy::new((address, api.port).into()).with_backend(&api.backend))
    }

    /// Where a node is, by its name.
    pub(super) async fn node_address(&self, name: &str) -> Result<IpAddr, Trouble> {
        let node = self.node(name)?;
        self.address(&node.service, node.number).await
    }

    pub(super) async fn stop(&self, name: &str, grace: Duration) -> Result<(), Trouble> {
        let node = self.node(name)?;
        let deadline = Instant::now() + grace + CREATE;
        self.running()?.stop(&node.service, node.number, Some(grace), deadline).await.part(name)
    }

    /// Where the nodes keep files, as far as the project says.
    pub(super) fn files(&self) -> &NodeFiles {
        &self.options.roles.files
    }

    /// The service in front of the nodes, if there is one.
    pub(super) fn balancer_role(&self) -> Option<&BalancerRole> {
        self.options.roles.balancer.as_ref()
    }

    pub(super) async fn image(&self, name: &str) -> Result<ImageFacts, Trouble> {
        let node = self.node(name)?;
        let running = self.running()?;
        let reference = running.state(&node.service, node.number).await.part(name)?.image;
        let image = docker::inspect_image(&self.engine, &reference).await.part(name)?;
        let files = running.list(&node.service, node.number, PACKAGED_PLUGINS).await.part(name)?;
        // The archive's paths begin with the folder's own name.
        let above = PACKAGED_PLUGINS.rsplit_once('/').map_or("", |(above, _)| above);
        let files: Vec<String> = files.into_iter().map(|(path, _)| format!("{above}/{path}")).collect();
        Ok(ImageFacts::new(image.labels, &files))
    }

    pub(super) async fn bundle(&self, name: &str, packaged: &Packaged) -> Result<Vec<u8>, Trouble> {
        let node = self.node(name)?;
        let files = self.running()?.read(&node.service, node.number, &packaged.file).await;
        files.part(name)?.into_iter().next().map(|(_, content)| content).ok_or_else(|| {
            let message = format!("its image has no file {}", packaged.file);
            Trouble::new(name, message, "Check whether the tag of the image moved while the run was on.")
        })
    }

    pub(super) fn parts(&self) -> Vec<String> {
        let nodes = self.options.roles.nodes.iter().map(|node| node.name.clone());
        nodes.chain(self.options.roles.others.iter().cloned()).collect()
    }

    pub(super) async fn log(&self, part: &str, lines: Option<usize>) -> Vec<String> {
        let Some(running) = self.running.get() else { return Vec::new() };
        let (service, number) = self.place(part);
        let lines = running.logs(service, number, lines).await.unwrap_or_default();
        self.shown(lines)
    }

    /// Lines of a log as they may be shown.
    fn shown(&self, lines: Vec<String>) -> Vec<String> {
        let confidential = self.confidential.load(Ordering::Relaxed);
        if confidential { hushed::all(&lines) } else { lines }
    }

    /// The service and number of a node or another part.
    fn place<'a>(&'a self, part: &'a str) -> (&'a str, u32) {
        self.node(part).map_or((part, 1), |node| (node.service.as_str(), node.number))
    }

    pub(super) async fn down(&self, deadline: Instant) -> Result<(), Trouble> {
        docker::down(&self.engine, &self.options.run_id, deadline).await?;
        Ok(())
    }
}
