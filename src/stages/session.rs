//! What one run carries along its line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chromium::Program;
use secrecy::SecretString;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::blame::Blames as _;
use super::stranded::Stranded;
use super::watching::Watching;
use super::writes::Writes;
use crate::checks::{Absent, Carried, Home, InstalledPlugins, RunningNode, Side, sanity};
use crate::cluster::evidence::EvidenceFolder;
use crate::cluster::unreached::with_tls;
use crate::cluster::{self, Census, Cluster, ImageFacts};
use crate::event::{Blame, Breakage, Clustering, Events};
use crate::mattermost::{Address, Client, Http, VersionFacts};
use crate::outcome::Stage;
use crate::plan::{Plan, Release};
use crate::sinks::Sinks;
use crate::storage::Bucket;
use crate::trouble::{OrBug as _, Trouble};
use crate::unpoisoned::lock;
use crate::versions::Version;
use crate::waivers::WaiverUse;

/// What a run has that no plan may show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunGivens<'a> {
    /// Makes the names of users, teams and channels unlike those of any other run.
    pub(crate) nonce: &'a str,
    /// Of the gate's own accounts.
    pub(crate) password: &'a SecretString,
    /// What the site's objects are read from, where they are in a bucket.
    pub(crate) site_bucket: Option<&'a Bucket>,
}

/// The run's own state: what is known of the nodes, and what stages hand on.
#[derive(Debug)]
pub(super) struct RunSession<'a> {
    pub(super) plan: &'a Plan,
    pub(super) cluster: &'a Cluster,
    pub(super) http: &'a Http,
    pub(super) events: &'a Events,
    pub(super) shelf: &'a EvidenceFolder,
    /// Makes the names of what the gate makes unlike those of any other run.
    pub(super) nonce: &'a str,
    /// Of the gate's own accounts.
    pub(super) password: &'a SecretString,
    /// What the site's objects are read from, where they are in a bucket.
    pub(super) site_bucket: Option<&'a Bucket>,
    /// In the order of replacement.
    pub(super) places: Vec<RunningNode>,
    /// The stage in which a node first acted for a side.
    acted: Mutex<BTreeMap<(String, Side), Stage>>,
    pub(super) home: Option<Home>,
    pub(super) clustering: Clustering,
    pub(super) carried: Carried,
    /// What may fail, and what became of it.
    pub(super) ledger: WaiverUse<'a>,
    /// Whether the release has been at the database.
    migrated: Mutex<bool>,
    /// Checks that stayed red when they were asked again.
    pub(super) steadily_red: Mutex<BTreeSet<&'static str>>,
    /// A node that did not come back to stable, until the stage `rollback` has told it.
    pub(super) stranded: Option<Stranded>,
    /// Warnings that were given: one per cause, not one per stage.
    warned: Mutex<BTreeSet<String>>,
    /// The plugins that the gate brought on stable.
    pub(super) brought: InstalledPlugins,
    images: SeenImages,
    /// What the gate serves to the nodes; else why they can't reach it.
    pub(super) sinks: Result<Sinks, String>,
    /// What watches what users would feel; else why nothing does.
    pub(super) watching: Result<Watching, String>,
    /// The ledger of writes; else why there is none.
    pub(super) writes: Result<Writes, String>,
    /// What a copy of a site had when it was restored; nothing where the run is on none.
    pub(super) census: Option<Census>,
    /// Whether the servers were told to send their mail to the gate; else why not.
    pub(super) mail: Result<(), Absent>,
    /// The browser of the image that pages are looked at with; else why there is none.
    pub(super) browser: Result<Program, Absent>,
    /// Whether they were told to send their push notifications to the gate; else why not.
    pub(super) push: Result<(), Absent>,
}

/// What the images of the two releases say, once a node of theirs was there to look at.
#[derive(Debug, Default)]
struct SeenImages {
    stable: OnceCell<Arc<ImageFacts>>,
    release: OnceCell<Arc<ImageFacts>>,
}

impl<'a> RunSession<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        cluster: &'a Cluster,
        http: &'a Http,
        events: &'a Events,
        shelf: &'a EvidenceFolder,
        given: RunGivens<'a>,
    ) -> Self {
        let RunGivens { nonce, password, site_bucket } = given;
        let reason = "it is not known yet".to_owned();
        Self {
            plan,
            cluster,
            http,
            events,
            shelf,
            nonce,
            password,
            site_bucket,
            places: Vec::new(),
            acted: Mutex::default(),
            home: None,
            clustering: Clustering::SharedDatabase { reason },
            carried: Carried::default(),
            ledger: WaiverUse::new(&plan.waivers),
            migrated: Mutex::default(),
            steadily_red: Mutex::default(),
            stranded: None,
            warned: Mutex::default(),
            brought: InstalledPlugins::default(),
            images: SeenImages::default(),
            sinks: Err("they were not started yet".into()),
            watching: Err("it was not begun".into()),
            writes: Err("it was not opened".into()),
            census: None,
            mail: Err(Absent::NotMeasured("the servers were not told about it yet".into())),
            push: Err(Absent::NotMeasured("the servers were not told about it yet".into())),
            browser: Err(Absent::NotMeasured("its image was not looked into yet".into())),
        }
    }

    /// Warns, unless it did so before.
    pub(super) fn warn_once(&self, sentence: String) {
        if lock(&self.warned).insert(sentence.clone()) {
            self.events.warn(sentence);
        }
    }

    /// What the gate serves to the nodes, where they can reach it.
    pub(super) fn served(&self) -> Result<&Sinks, Absent> {
        self.sinks.as_ref().map_err(|reason| Absent::NotApplicable(reason.clone()))
    }

    /// The node of this name, once it has been in traffic.
    pub(super) fn place(&self, node: &str) -> Option<&RunningNode> {
        self.places.iter().find(|place| place.name == node)
    }

    /// The nodes that acted in a stage before this one for what they run now; from here on all others act in this one.
    pub(super) fn acted_before(&self, stage: Stage) -> BTreeSet<String> {
        let mut acted = lock(&self.acted);
        let mut before = BTreeSet::new();
        for place in &self.places {
            if *acted.entry((place.name.clone(), place.side)).or_insert(stage) != stage {
                before.insert(place.name.clone());
            }
        }
        before
    }

    /// Whether a server of the release was there already, or its image has migrated the database.
    pub(super) fn is_migrated(&self) -> bool {
        *lock(&self.migrated)
    }

    /// From now on [`is_migrated`](Self::is_migrated).
    pub(super) fn migrates(&self) {
        *lock(&self.migrated) = true;
    }

    /// Takes in a node as it is now.
    pub(super) fn put(&mut self, place: RunningNode) {
        if place.side == Side::Stable {
            // What runs stable again after the release was there is worth a look of its own.
            lock(&self.acted).remove(&(place.name.clone(), place.side));
        }
        match self.places.iter_mut().find(|known| known.name == place.name) {
            Some(known) => *known = place,
            None => self.places.push(place),
        }
    }

    /// The gate's accounts; a plan whose steps need them before they are made is a bug.
    pub(super) fn home(&self) -> Result<&Home, Breakage> {
        let message = "a step needs the gate's accounts, and no step before it made them";
        self.home.as_ref().or_bug("plan", message).blames(Blame::Gate)
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
        let cell = match side {
            Side::Stable => &self.images.stable,
            Side::Release => &self.images.release,
        };
        let look = async || {
            let node = node.ok_or_else(|| Absent::NotMeasured("no node runs it yet".into()))?;
            self.cluster.inside().image(node).await.map(Arc::new)
        };
        cell.get_or_try_init(look).await.cloned()
    }

    /// Starts a node for the first time; it does not answer yet.
    pub(super) async fn start(&self, node: &str, side: Side) -> Result<Client, Breakage> {
        let address = self.cluster.nodes().start(node, &self.release_of(side).image).await.blames(side)?;
        self.client(node, &address)
    }

    /// Puts a node of a side in place of the one that was stopped, with `environment` on top of its own; it does not answer
    /// yet.
    pub(super) async fn replace(
        &self,
        node: &str,
        side: Side,
        environment: &[(&str, &str)],
    ) -> Result<Client, Breakage> {
        let nodes = self.cluster.nodes();
        let address = nodes.replace(node, &self.release_of(side).image, environment).await.blames(side)?;
        self.client(node, &address)
    }

    pub(super) fn client(&self, node: &str, address: &Address) -> Result<Client, Breakage> {
        with_tls(node, Client::to(self.http, node, address)).blames(Blame::Environment)
    }

    /// Waits until a started node answers.
    pub(super) async fn wait(&self, client: &Client, side: Side) -> Result<(), Breakage> {
        let deadline = Instant::now() + Duration::from_secs(self.plan.budgets.ready_s);
        cluster::ready(self.cluster, client, deadline).await.blames(side)
    }

    /// Looks at a node that answers, before it takes traffic; a red step ends the run, because nothing that is not
    /// sane is put in front of users.
    pub(super) async fn sane(&self, client: &Client, side: Side) -> Result<VersionFacts, Breakage> {
        // A node that starts for the first time is installing its plugins; what becomes of these is the inventory's to say.
        let was_up = self.place(client.node()).is_some();
        let admin = self.home.as_ref().filter(|_| was_up).map(|home| &home.admin);
        match self.look(client, &self.release_of(side).version, admin).await {
            Ok(facts) => Ok(facts),
            Err(why) => Err(self.sanity_failure(client.node(), side, &why).await),
        }
    }

    /// Looks at a node of this version that answers, and leaves what it saw for the check `startup`.
    ///
    /// # Errors
    /// The reason of the first red step.
    pub(super) async fn look(
        &self,
        client: &Client,
        version: &Version,
        admin: Option<&Client>,
    ) -> Result<VersionFacts, String> {
        let (facts, steps) = sanity::look(client, version, admin).await;
        sanity::leave(&self.carried, &steps);
        let why = steps.iter().find(|step| step.outcome.is_red()).and_then(|step| step.outcome.why());
        match (facts, why) {
            (Some(facts), None) => Ok(facts),
            (_, why) => Err(why.unwrap_or_else(|| "it did not say what it is".into())),
        }
    }

    async fn sanity_failure(&self, node: &str, side: Side, why: &str) -> Breakage {
        let (release, origin) = (self.release_of(side), self.cluster.origin());
        let (came_up, remedy) = match side {
            Side::Stable => origin.on_stable(&release.image, &release.given),
            Side::Release => origin.on_release(&release.image, &release.given),
        };
        let trouble = Trouble::new(node, format!("{came_up} and its sanity failed: {why}"), remedy);
        let log = self.cluster.nodes().complaints(node).await;
        Breakage { blame: side.into(), trouble: trouble.with_log(log) }
    }
}
