//! The scene of a stage: all that its checks have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::carried::Carried;
use super::page_browser::PageBrowser;
pub(crate) use crate::cluster::Absent;
use crate::cluster::evidence::EvidenceFolder;
use crate::cluster::{Census, Database, ImageFacts, Nodes, Origin, ServerProcess};
use crate::event::{Clustering, Events};
use crate::mattermost::{Client, VersionFacts};
use crate::outcome::Stage;
use crate::sinks::{MailSink, PushSink, Sinks};
use crate::storage::Bucket;
use crate::versions::Version;

/// Which of the two releases a node runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The stable release.
    Stable,
    /// The release under test.
    Release,
}

/// A node that runs and was found sane.
#[derive(Debug, Clone)]
pub struct RunningNode {
    /// Its name.
    pub name: String,
    /// What it runs.
    pub side: Side,
    /// What it said it is when it came up.
    pub facts: VersionFacts,
    /// Its own address, without any account.
    pub client: Client,
    /// Its process when it came up; else why that is not known.
    pub process: Result<ServerProcess, Absent>,
}

/// One node as checks see it, with the gate's accounts on it.
#[derive(Debug, Clone)]
pub struct Place {
    node: RunningNode,
    admin: Client,
    alice: Client,
    bob: Client,
}

/// The accounts and the team that the gate made on stable, used in every stage: their sessions cross the upgrade.
#[derive(Debug, Clone)]
pub struct Home {
    /// A system admin: the first user, or the one that the site gave.
    pub admin: Client,
    /// The admin's id.
    pub admin_id: String,
    /// A plain member.
    pub alice: Client,
    /// Her id.
    pub alice_id: String,
    /// Another plain member.
    pub bob: Client,
    /// His id.
    pub bob_id: String,
    /// The names of admin, alice and bob.
    pub usernames: [String; 3],
    /// The name that `sessions` logs in with: alice's.
    pub login_id: String,
    /// The password of alice.
    pub password: secrecy::SecretString,
    /// The password of the admin; empty where a token was given in its place.
    pub admin_password: secrecy::SecretString,
    /// The team that all of them are in.
    pub team_id: String,
}

/// The plugins that the gate brought into the servers on stable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstalledPlugins {
    /// Uploaded and switched on: version by id.
    pub plugins: BTreeMap<String, String>,
    /// Products of the image that could not be brought: why, by id.
    pub left: BTreeMap<String, String>,
    /// What takes the place of one when all nodes run the release: file and version by id.
    pub next: BTreeMap<String, (PathBuf, String)>,
}

/// What is the same for every check of a stage.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The stage.
    pub stage: Stage,
    /// The nodes, in the order of replacement.
    pub places: Vec<Place>,
    /// Those that acted in an earlier stage for the side that they run.
    pub acted: BTreeSet<String>,
    /// The balancer's address, without any account, if there is a balancer; else why not.
    pub balancer: Result<Client, Absent>,
    /// What the two releases promise to be: stable, release.
    pub versions: (&'a Version, &'a Version),
    /// What nodes of the two said they are, stable and release, as far as there were any; else what they promise.
    pub pair: (Version, Version),
    /// What the images of the two releases say they are: stable, release. Else why that is not known.
    pub images: (Result<Arc<ImageFacts>, Absent>, Result<Arc<ImageFacts>, Absent>),
    /// What the gate brought on stable.
    pub brought: &'a InstalledPlugins,
    /// What crosses nodes.
    pub clustering: &'a Clustering,
    /// Accounts and team.
    pub home: &'a Home,
    /// The bucket behind the servers, if the gate can look into it; else why not.
    pub bucket: Result<Bucket, Absent>,
    /// What the gate serves to the servers; else why they can't reach it.
    pub sinks: &'a Result<Sinks, String>,
    /// The gate's mail server, if the servers were told to send their mail there; else why not.
    pub mail: Result<&'a MailSink, Absent>,
    /// The gate's server of push notifications, if the servers were told to send them there; else why not.
    pub push: Result<&'a PushSink, Absent>,
    /// What pages are looked at with; else why none are.
    pub browser: Result<PageBrowser<'a>, Absent>,
    /// Where pictures of pages go; nowhere in a test.
    pub shelf: Option<&'a EvidenceFolder>,
    /// Where the cluster comes from.
    pub origin: Origin,
    /// How often the servers look for reminders and scheduled messages that are due.
    pub looks_for_due: Duration,
    /// Whether the user wants that waited for.
    pub reminders: bool,
    /// How many members the user wants in the channel of a crowd.
    pub crowd: usize,
    /// Whether the user wants the retired Apps framework measured.
    pub apps: bool,
    /// The nodes as whoever runs them sees them; none in a test.
    pub nodes: Option<Nodes<'a>>,
    /// The database that has a copy of a site in it, and the census of what was restored.
    pub restored: Option<(Database<'a>, &'a Census)>,
    /// What is kept from stage to stage.
    pub carried: &'a Carried,
    /// Where it is told what was kept.
    pub events: &'a Events,
}

impl Scene<'_> {
    /// What the image of a side's nodes says it is.
    ///
    /// # Errors
    /// Why that is not known.
    pub fn image(&self, side: Side) -> Result<&ImageFacts, &Absent> {
        let image = if side == Side::Stable { &self.images.0 } else { &self.images.1 };
        image.as_deref()
    }
}

/// A place is its node, and more.
impl std::ops::Deref for Place {
    type Target = RunningNode;

    fn deref(&self) -> &RunningNode {
        &self.node
    }
}

impl Place {
    /// A node with the accounts of the gate.
    #[must_use]
    pub fn new(node: &RunningNode, home: &Home) -> Self {
        Self {
            node: node.clone(),
            admin: home.admin.at(&node.client),
            alice: home.alice.at(&node.client),
            bob: home.bob.at(&node.client),
        }
    }

    /// The system admin on this node.
    #[must_use]
    pub fn admin(&self) -> &Client {
        &self.admin
    }

    /// A plain member on this node.
    #[must_use]
    pub fn alice(&self) -> &Client {
        &self.alice
    }

    /// Another plain member on this node.
    #[must_use]
    pub fn bob(&self) -> &Client {
        &self.bob
    }
}

/// `node2 (11.5.1)`, as steps name it.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.node.name, self.node.facts.version)
    }
}
