//! One node without its listener: what it is, what it remembers, and how it acts on the world.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::ids;
use crate::db::rows::{Channel, Session, Team, User};
use crate::db::tables::{Tables, pair};
use crate::db::world::World;
use crate::events::bus::{Audience, Outdated, Peer, SocketEvent};
use crate::events::hub::{Gatekeeper, Hub};
use crate::fault::{AskingNode, EventEffect, Faults, OutageKind};
use crate::node::answer::Refusal;
use crate::node::caches::Caches;
use crate::node::environment::{Environment, FLAGS};
use crate::node::held::Held;
use crate::node::log::Log;
use crate::node::migrations;
use crate::node::outages::Outages;
use crate::node::plugins::Plugins;
use crate::node::settings::{NodeIdentity, NodeSettings};
use crate::node::subpath;
use crate::release::{self, StandInRelease};

/// One node.
pub(crate) struct NodeCore {
    pub(crate) world: Arc<World>,
    pub(crate) name: String,
    /// What it runs.
    pub(crate) release: StandInRelease,
    /// What it says it runs: the same, unless a fault says otherwise.
    pub(crate) reported: StandInRelease,
    pub(crate) cluster_id: String,
    /// When it came up.
    pub(crate) began: Instant,
    pub(crate) faults: Faults,
    /// What its environment says about its settings.
    pub(crate) environment: Environment,
    pub(crate) caches: Caches,
    pub(crate) hub: Hub,
    pub(crate) outages: Outages,
    pub(crate) plugins: Plugins,
    /// Mails that wait for others.
    pub(crate) held: Held,
    pub(crate) log: Arc<Log>,
    /// No new work; running requests may end.
    pub(crate) stopping: CancellationToken,
    /// Everything ends now.
    pub(crate) killed: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(super) settings: RwLock<Arc<NodeSettings>>,
    /// What every path begins with, as its site's URL was when it started.
    pub(crate) subpath: String,
    /// Whether it came up on a schema that is newer than its own.
    pub(super) back: bool,
    /// The tables as it found them, if a fault may ask for them.
    pub(super) found: Option<Tables>,
    /// Posts by the id that their client gave them: a repeated request is the same post.
    pub(crate) pending: Mutex<std::collections::HashMap<String, String>>,
}

impl NodeCore {
    pub(crate) fn new(
        world: Arc<World>,
        tables: &mut Tables,
        name: &str,
        release: StandInRelease,
        faults: Faults,
        environment: Environment,
        lines: Option<mpsc::UnboundedSender<String>>,
    ) -> Self {
        let back = migrations::is_newer(tables, &release);
        let who = AskingNode { name, version: &release.version, back };
        let has = |behaviour| faults.has(behaviour, who);
        let environment = if has("flag-ignored") { environment.without_flags() } else { environment };
        if has("flag-stored") {
            for (flag, value) in environment.flags() {
                tables.config[FLAGS][flag] = value.clone();
            }
        }
        let reported = reported(who, &release, &faults);
        let found = faults.look_back().then(|| tables.clone());
        let document = tables.config.clone();
        let settings = Arc::new(load_settings(&world, tables, &reported, &environment, document));
        Self {
            name: name.to_owned(),
            cluster_id: ids::new_id(),
            began: Instant::now(),
            caches: Caches::default(),
            hub: Hub::default(),
            outages: Outages::default(),
            plugins: Plugins::default(),
            held: Held::default(),
            log: Arc::new(Log::new(lines)),
            stopping: CancellationToken::new(),
            killed: CancellationToken::new(),
            tasks: TaskTracker::new(),
            subpath: subpath::of(settings.text("ServiceSettings", "SiteURL")),
            settings: RwLock::new(settings),
            pending: Mutex::default(),
            back,
            found,
            world,
            release,
            reported,
            faults,
            environment,
        }
    }

    pub(crate) fn who(&self) -> AskingNode<'_> {
        AskingNode { name: &self.name, version: &self.release.version, back: self.back }
    }

    /// Whether a named behaviour is on.
    pub(crate) fn has(&self, behaviour: &str) -> bool {
        self.faults.has(behaviour, self.who())
    }

    /// The configuration as this node knows it.
    pub(crate) fn settings(&self) -> Arc<NodeSettings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a document for the configuration.
    pub(crate) fn use_settings(&self, tables: &Tables, document: Value) {
        let settings =
            Arc::new(load_settings(&self.world, tables, &self.reported, &self.environment, document));
        self.follow_plugins(&settings.document);
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Starts and stops plugins as a configuration says.
    pub(crate) fn follow_plugins(&self, document: &Value) {
        let fails = ["plugin-not-running", "plugin-unlicensed"].map(|behaviour| self.has(behaviour));
        let broken = match fails {
            [true, _] => Some(("playbooks", "failed to activate plugin playbooks: exit status 1")),
            [_, true] => Some(("playbooks", "this plugin requires a professional license or higher")),
            _ => None,
        };
        self.plugins.follow(document, broken, self.has("hollow-plugin-runs"));
    }

    /// Reads the configuration from the database again.
    pub(crate) fn reload_settings(&self, tables: &Tables) {
        self.use_settings(tables, tables.config.clone());
    }

    /// `X-Version-Id`, and `server_version` of the websocket.
    pub(crate) fn version_id(&self) -> String {
        let StandInRelease { version, build_number, .. } = &self.reported;
        format!("{version}.{build_number}.{}.{}", self.settings().hash, self.world.clustered())
    }

    /// Tells websockets: of this node, and with clustering of all.
    pub(crate) fn publish(&self, tables: &Tables, event: &SocketEvent) {
        self.deliver(tables, event);
        if self.world.clustered() && !self.has("event-lost") {
            for peer in self.world.bus.others(&self.name) {
                peer.deliver(tables, event);
            }
        }
    }

    /// The same in one line.
    pub(crate) fn tell(&self, tables: &Tables, name: &'static str, audience: Audience, data: Value) {
        self.publish(tables, &SocketEvent::new(name, audience, data));
    }

    /// Says that something cached is out of date: here, and with clustering everywhere.
    pub(crate) fn invalidate(&self, tables: &Tables, what: &Outdated) {
        self.drop_outdated(tables, what);
        if self.world.clustered() {
            for peer in self.world.bus.others(&self.name) {
                peer.drop_outdated(tables, what);
            }
        }
    }

    /// The session of a token, as this node knows it.
    pub(crate) fn session(&self, tables: &Tables, token: &str) -> Option<Session> {
        let mut memory = self.caches.locked();
        if memory.revoked.contains(token) {
            return None;
        }
        if let Some(session) = memory.sessions.get(token) {
            return Some(session.clone());
        }
        let by_access_token =
            || tables.session_of_access_token(token).filter(|_| !self.has("access-token-dead"));
        let session = tables.sessions.get(token).cloned().or_else(by_access_token)?;
        memory.sessions.insert(token.to_owned(), session.clone());
        Some(session)
    }

    /// An account by id, as this node knows it.
    pub(crate) fn user(&self, tables: &Tables, id: &str) -> Result<User, Refusal> {
        let mut memory = self.caches.locked();
        if let Some(user) = memory.users.get(id) {
            return Ok(user.clone());
        }
        let user = tables.users.get(id).cloned().ok_or_else(|| {
            Refusal::missing("app.user.missing_account.const", "Unable to find the user.", "User", id)
        })?;
        memory.users.insert(id.to_owned(), user.clone());
        Ok(user)
    }

    /// A channel by id, as this node knows it.
    pub(crate) fn channel(&self, tables: &Tables, id: &str) -> Result<Channel, Refusal> {
        let mut memory = self.caches.locked();
        if let Some(channel) = memory.channels.get(id) {
            return Ok(channel.clone());
        }
        let channel = tables.channels.get(id).cloned().ok_or_else(|| {
            let message = format!("Unable to find the existing channel {id}.");
            Refusal::missing("app.channel.get.existing.app_error", &message, "Channel", id)
        })?;
        memory.channels.insert(id.to_owned(), channel.clone());
        Ok(channel)
    }

    /// A team by id: read from the database each time.
    #[expect(clippy::unused_self, reason = "asked of a node like a user and a channel")]
    pub(crate) fn team(&self, tables: &Tables, id: &str) -> Result<Team, Refusal> {
        if !ids::is_id(id) {
            return Err(Refusal::url("team_id"));
        }
        tables.teams.get(id).cloned().ok_or_else(|| {
            Refusal::missing("app.team.get.find.app_error", "Unable to find the existing team.", "Team", id)
        })
    }

    /// Whether somebody is in a channel, as this node knows it: it remembers members, not strangers.
    pub(crate) fn is_member(&self, tables: &Tables, channel: &str, user: &str) -> bool {
        let key = pair(channel, user);
        let mut memory = self.caches.locked();
        if memory.members.contains(&key) {
            return true;
        }
        let member = tables.channel_members.contains_key(&key);
        if member {
            memory.members.insert(key);
        }
        member
    }
}

/// What the node says about its build.
fn reported(who: AskingNode<'_>, release: &StandInRelease, faults: &Faults) -> StandInRelease {
    let mut reported = release.clone();
    if faults.has("wrong-version", who) {
        reported = release::known(&faults.plan().stable_version);
    }
    if faults.has("same-hash", who) {
        reported.build_hash = release::known(&faults.plan().stable_version).build_hash;
    }
    if faults.has("wrong-hash", who) {
        reported.build_hash =
            ids::digest(&[release.build_hash.as_bytes(), who.name.as_bytes()])[..40].to_owned();
    }
    reported
}

fn load_settings(
    world: &World,
    tables: &Tables,
    reported: &StandInRelease,
    environment: &Environment,
    document: Value,
) -> NodeSettings {
    let schema_version = tables.schema.keys().next_back().copied().unwrap_or_default();
    let identity = NodeIdentity {
        version: &reported.version,
        build_number: &reported.build_number,
        build_hash: &reported.build_hash,
        clustered: world.clustered(),
        server_id: &world.server_id,
        installed_at: world.installed_at,
        schema_version,
    };
    NodeSettings::load(document, environment, &identity)
}

impl Gatekeeper for NodeCore {
    fn is_session(&self, tables: &Tables, token: &str) -> bool {
        self.session(tables, token).is_some()
    }

    fn event_effect(&self, event: &SocketEvent) -> EventEffect {
        self.faults.on_event(self.who(), event.name, &event.data)
    }
}

impl Peer for NodeCore {
    fn name(&self) -> &str {
        &self.name
    }

    fn deliver(&self, tables: &Tables, event: &SocketEvent) {
        self.hub.deliver(event, tables, self);
    }

    fn drop_outdated(&self, tables: &Tables, what: &Outdated) {
        self.caches.drop_outdated(what);
        match what {
            Outdated::Config => self.reload_settings(tables),
            Outdated::Plugin(id) => {
                let bundle = tables.bundles.get(id).cloned();
                match bundle {
                    Some(manifest) => self.plugins.install(id, manifest),
                    None => drop(self.plugins.remove(id)),
                }
                self.follow_plugins(&self.settings().document);
            }
            _ => {}
        }
    }

    fn cluster_status_row(&self, tables: &Tables) -> Option<Value> {
        if self.has("node-missing-from-cluster") {
            return None;
        }
        Some(json!({
            "id": self.cluster_id, "version": self.reported.version,
            "schema_version": tables.schema.keys().next_back().copied().unwrap_or_default().to_string(),
            "config_hash": self.settings().hash, "ipaddress": "127.0.0.1", "hostname": self.name,
        }))
    }

    fn plugin_statuses(&self) -> Vec<Value> {
        let cluster_id = if self.world.clustered() { self.cluster_id.as_str() } else { "" };
        self.plugins.statuses(cluster_id)
    }

    fn be_out(self: Arc<Self>, kind: OutageKind, length: Duration) {
        self.go_out(kind, length);
    }
}
