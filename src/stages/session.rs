//! What one run carries along its line.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::blame::{blame, broken};
use crate::checks::{Absent, Carried, Home, InstalledPlugins, RunningNode, Side, sanity};
use crate::cluster::evidence::Shelf;
use crate::cluster::{self, Cluster, ImageFacts};
use crate::event::{Blame, Breakage, Clustering, EventKind, Events};
use crate::mattermost::{Client, Http, VersionFacts};
use crate::outcome::Step;
use crate::plan::{Plan, Release};
use crate::sinks::Sinks;
use crate::waivers::Ledger;

/// The run's own state: what is known of the nodes, and what stages hand on.
#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) plan: &'a Plan,
    pub(super) cluster: &'a Cluster,
    pub(super) http: &'a Http,
    pub(super) events: &'a Events,
    pub(super) shelf: &'a Shelf,
    /// In the order of replacement.
    pub(super) places: Vec<RunningNode>,
    pub(super) home: Option<Home>,
    pub(super) clustering: Clustering,
    pub(super) carried: Carried,
    /// What may fail, and what became of it.
    pub(super) ledger: Ledger<'a>,
    /// Checks that stayed red when they were asked again.
    pub(super) steadily_red: Mutex<BTreeSet<&'static str>>,
    /// Warnings that were given: one per cause, not one per stage.
    warned: Mutex<BTreeSet<String>>,
    /// The plugins that the gate brought on stable.
    pub(super) brought: InstalledPlugins,
    /// What the images of stable and release say, once a node of theirs was there to look at.
    images: (OnceCell<Arc<ImageFacts>>, OnceCell<Arc<ImageFacts>>),
    /// What the gate serves to the nodes; else why they can't reach it.
    pub(super) sinks: Result<Sinks, String>,
    /// Whether the servers were told to send their mail to the gate; else why not.
    pub(super) mail: Result<(), Absent>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        cluster: &'a Cluster,
        http: &'a Http,
        events: &'a Events,
        shelf: &'a Shelf,
    ) -> Self {
        let reason = "it is not known yet".to_owned();
        Self {
            plan,
            cluster,
            http,
            events,
            shelf,
            places: Vec::new(),
            home: None,
            clustering: Clustering::SharedDatabase { reason },
            carried: Carried::default(),
            ledger: Ledger::new(&plan.waivers),
            steadily_red: Mutex::default(),
            warned: Mutex::default(),
            brought: InstalledPlugins::default(),
            images: (OnceCell::new(), OnceCell::new()),
            sinks: Err("they were not started yet".into()),
            mail: Err(Absent::NotMeasured("the servers were not told about it yet".into())),
        }
    }

    /// Warns, unless it did so before.
    pub(super) fn warn_once(&self, sentence: String) {
        if self.warned.lock().unwrap_or_else(PoisonError::into_inner).insert(sentence.clone()) {
            self.events.warn(sentence);
        }
    }

    pub(super) fn release_of(&self, side: Side) -> &'a Release {
        match side {
            Side::Stable => &self.plan.stable,
            Side::Release => &self.plan.release,
        }
    }

    /// What the image of a side says it is. It is looked at once, in the container of `node`: listing what an official
    /// image packages takes a second or two.
    pub(super) async fn image(&self, side: Side, node: Option<&str>) -> Result<Arc<ImageFacts>, Absent> {
        let cell = if side == Side::Stable { &self.images.0 } else { &self.images.1 };
        let look = async || {
            let node = node.ok_or_else(|| Absent::NotMeasured("no node runs it yet".into()))?;
            self.cluster.image(node).await.map(Arc::new).map_err(|error| self.absent(&error))
        };
        cell.get_or_try_init(look).await.cloned()
    }

    /// Why something of the cluster is not there to be looked at: in an attached one nobody failed.
    pub(super) fn absent(&self, error: &cluster::Error) -> Absent {
        if self.cluster.is_attached() {
            Absent::NotApplicable(error.message.clone())
        } else {
            Absent::NotMeasured(error.to_string())
        }
    }

    /// Starts a node, with `environment` on top of its own; it does not answer yet.
    pub(super) async fn start(
        &self,
        node: &str,
        side: Side,
        environment: &[(&str, &str)],
    ) -> Result<Client, Breakage> {
        let address = self.cluster.start(node, &self.release_of(side).image, environment).await;
        let address = address.map_err(|error| broken(blame(side), error))?;
        Client::to(self.http, node, &address).map_err(|error| Breakage {
            blame: Blame::Environment,
            part: node.to_owned(),
            message: format!("TLS to it can't be set up: {error}"),
            remedy: "Look at the input ca-bundle.".into(),
            log_tail: Vec::new(),
        })
    }

    /// Waits until a started node answers.
    pub(super) async fn wait(&self, client: &Client, side: Side) -> Result<(), Breakage> {
        let deadline = Instant::now() + Duration::from_secs(self.plan.budgets.ready_s);
        cluster::ready(self.cluster, client, deadline).await.map_err(|error| broken(blame(side), error))
    }

    /// Looks at a node that answers, before it takes traffic; a red step ends the run, because nothing that is not
    /// sane is put in front of users.
    pub(super) async fn sane(&self, client: &Client, side: Side) -> Result<VersionFacts, Breakage> {
        let admin = self.home.as_ref().map(|home| &home.admin);
        let (facts, steps) = sanity::look(client, &self.release_of(side).version, admin).await;
        sanity::leave(&self.carried, &steps);
        let red = steps.iter().find(|step| step.outcome.is_red());
        match (facts, red) {
            (Some(facts), None) => Ok(facts),
            (_, red) => Err(self.insane(client.node(), side, red).await),
        }
    }

    async fn insane(&self, node: &str, side: Side, red: Option<&Step>) -> Breakage {
        let why =
            red.and_then(|step| step.outcome.why()).unwrap_or_else(|| "it did not say what it is".into());
        let (release, attached) = (self.release_of(side), self.cluster.is_attached());
        let (message, remedy) = match (side, attached) {
            (_, false) => (
                format!("it came up on {} and its sanity failed: {why}", release.image),
                "It was left out of the balancer. Look at its log lines below, and at the image.",
            ),
            (Side::Stable, true) => (
                format!("it should run {} and its sanity failed: {why}", release.given),
                "Look at the node, and at the inputs stable and node-urls.",
            ),
            (Side::Release, true) => (
                format!("it was replaced by {} and its sanity failed: {why}", release.given),
                "It was not put back into the balancer. Look at what replace-command printed, below, and at the node.",
            ),
        };
        Breakage {
            blame: blame(side),
            part: node.to_owned(),
            message,
            remedy: remedy.into(),
            log_tail: self.cluster.complaints(node).await,
        }
    }

    /// Tells that a node may take traffic.
    pub(super) fn announce(&self, node: &str, facts: &VersionFacts, began: Instant) {
        self.events.send(EventKind::NodeReady {
            node: node.to_owned(),
            version: facts.version.clone(),
            took_ms: millis(began),
        });
    }
}

/// Milliseconds since `began`.
pub(super) fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
