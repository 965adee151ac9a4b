//! One node without its listener: what it is, what it remembers, and how it acts on the world.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer::Refusal;
use super::bus::{Audience, Peer, SocketEvent, Stale};
use super::caches::Caches;
use super::environment::{Environment, FLAGS};
use super::hub::{Gatekeeper, Hub};
use super::ids;
use super::log::Log;
use super::plugins::Plugins;
use super::release::Release;
use super::rows::{Channel, Session, Team, User};
use super::settings::{Identity, Settings};
use super::subpath;
use super::world::{World, pair};
use crate::fault::{EventFate, Faults, Who};

/// One node.
pub(super) struct NodeCore {
    pub(super) world: Arc<World>,
    pub(super) name: String,
    /// What it runs.
    pub(super) release: Release,
    /// What it says it runs: the same, unless a fault says otherwise.
    pub(super) reported: Release,
    pub(super) cluster_id: String,
    pub(super) faults: Faults,
    /// What its environment says about its settings.
    pub(super) environment: Environment,
    pub(super) caches: Caches,
    pub(super) hub: Hub,
    pub(super) plugins: Plugins,
    pub(super) log: Log,
    /// No new work; running requests may end.
    pub(super) stopping: CancellationToken,
    /// Everything ends now.
    pub(super) killed: CancellationToken,
    pub(super) tasks: TaskTracker,
    settings: RwLock<Arc<Settings>>,
    /// What every path begins with, as its site's URL was when it started.
    pub(super) subpath: String,
    /// Posts by the id that their client gave them: a repeated request is the same post.
    pub(super) pending: Mutex<std::collections::HashMap<String, String>>,
}

impl NodeCore {
    pub(super) fn new(
        world: Arc<World>,
        name: &str,
        release: Release,
        reported: Release,
        faults: Faults,
        environment: Environment,
        lines: Option<mpsc::UnboundedSender<String>>,
    ) -> Self {
        let has = |behaviour| faults.has(behaviour, Who { name, version: &release.version });
        let environment = if has("flag-ignored") { environment.without_flags() } else { environment };
        if has("flag-stored") {
            for (flag, value) in environment.flags() {
                world.tables().config[FLAGS][flag] = value.clone();
            }
        }
        let document = world.tables().config.clone();
        let settings = Arc::new(load_settings(&world, &reported, &environment, document));
        Self {
            name: name.to_owned(),
            cluster_id: ids::new_id(),
            caches: Caches::default(),
            hub: Hub::default(),
            plugins: Plugins::default(),
            log: Log::new(lines),
            stopping: CancellationToken::new(),
            killed: CancellationToken::new(),
            tasks: TaskTracker::new(),
            subpath: subpath::of(settings.text("ServiceSettings", "SiteURL")),
            settings: RwLock::new(settings),
            pending: Mutex::default(),
            world,
            release,
            reported,
            faults,
            environment,
        }
    }

    pub(super) fn who(&self) -> Who<'_> {
        Who { name: &self.name, version: &self.release.version }
    }

    /// Whether a named behaviour is on.
    pub(super) fn has(&self, behaviour: &str) -> bool {
        self.faults.has(behaviour, self.who())
    }

    /// The configuration as this node knows it.
    pub(super) fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a document for the configuration.
    pub(super) fn use_settings(&self, document: Value) {
        let settings = Arc::new(load_settings(&self.world, &self.reported, &self.environment, document));
        self.follow_plugins(&settings.document);
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Starts and stops plugins as a configuration says.
    pub(super) fn follow_plugins(&self, document: &Value) {
        let fails = ["plugin-not-running", "plugin-unlicensed"].map(|behaviour| self.has(behaviour));
        let broken = match fails {
            [true, _] => Some(("playbooks", "failed to activate plugin playbooks: exit status 1")),
            [_, true] => Some(("playbooks", "this plugin requires a professional license or higher")),
            _ => None,
        };
        self.plugins.follow(document, broken, self.has("hollow-plugin-runs"));
    }

    /// Reads the configuration from the database again.
    pub(super) fn reload_settings(&self) {
        let document = self.world.tables().config.clone();
        self.use_settings(document);
    }

    /// `X-Version-Id`, and `server_version` of the websocket.
    pub(super) fn version_id(&self) -> String {
        let Release { version, build_number, .. } = &self.reported;
        format!("{version}.{build_number}.{}.{}", self.settings().hash, self.world.clustered())
    }

    /// Tells websockets: of this node, and with clustering of all.
    pub(super) fn publish(&self, event: &SocketEvent) {
        if !self.world.clustered() {
            return self.deliver(event);
        }
        let lost = self.has("event-lost");
        for peer in self.world.bus.peers() {
            if peer.name() == self.name || !lost {
                peer.deliver(event);
            }
        }
    }

    /// The same in one line.
    pub(super) fn tell(&self, name: &'static str, audience: Audience, data: Value) {
        self.publish(&SocketEvent::new(name, audience, data));
    }

    /// Says that something cached is out of date: here, and with clustering everywhere.
    pub(super) fn invalidate(&self, stale: &Stale) {
        if self.world.clustered() {
            for peer in self.world.bus.peers() {
                peer.forget(stale);
            }
        } else {
            self.forget(stale);
        }
    }

    /// The session of a token, as this node knows it.
    pub(super) fn session(&self, token: &str) -> Option<Session> {
        let mut memory = self.caches.locked();
        if memory.revoked.contains(token) {
            return None;
        }
        if let Some(session) = memory.sessions.get(token) {
            return Some(session.clone());
        }
        let session = {
            let tables = self.world.tables();
            let by_access_token =
                || tables.session_of_access_token(token).filter(|_| !self.has("access-token-dead"));
            tables.sessions.get(token).cloned().or_else(by_access_token)?
        };
        memory.sessions.insert(token.to_owned(), session.clone());
        Some(session)
    }

    /// An account by id, as this node knows it.
    pub(super) fn user(&self, id: &str) -> Result<User, Refusal> {
        let mut memory = self.caches.locked();
        if let Some(user) = memory.users.get(id) {
            return Ok(user.clone());
        }
        let user = self.world.tables().users.get(id).cloned().ok_or_else(|| {
            Refusal::missing("app.user.missing_account.const", "Unable to find the user.", "User", id)
        })?;
        memory.users.insert(id.to_owned(), user.clone());
        Ok(user)
    }

    /// A channel by id, as this node knows it.
    pub(super) fn channel(&self, id: &str) -> Result<Channel, Refusal> {
        let mut memory = self.caches.locked();
        if let Some(channel) = memory.channels.get(id) {
            return Ok(channel.clone());
        }
        let channel = self.world.tables().channels.get(id).cloned().ok_or_else(|| {
            let message = format!("Unable to find the existing channel {id}.");
            Refusal::missing("app.channel.get.existing.app_error", &message, "Channel", id)
        })?;
        memory.channels.insert(id.to_owned(), channel.clone());
        Ok(channel)
    }

    /// A team by id: read from the database each time.
    pub(super) fn team(&self, id: &str) -> Result<Team, Refusal> {
        if !ids::is_id(id) {
            return Err(Refusal::url("team_id"));
        }
        self.world.tables().teams.get(id).cloned().ok_or_else(|| {
            Refusal::missing("app.team.get.find.app_error", "Unable to find the existing team.", "Team", id)
        })
    }

    /// Whether somebody is in a channel, as this node knows it: it remembers members, not strangers.
    pub(super) fn is_member(&self, channel: &str, user: &str) -> bool {
        let key = pair(channel, user);
        let mut memory = self.caches.locked();
        if memory.members.contains(&key) {
            return true;
        }
        let member = self.world.tables().channel_members.contains_key(&key);
        if member {
            memory.members.insert(key);
        }
        member
    }
}

fn load_settings(world: &World, reported: &Release, environment: &Environment, document: Value) -> Settings {
    let schema_version = world.tables().schema.keys().next_back().copied().unwrap_or_default();
    let identity = Identity {
        version: &reported.version,
        build_number: &reported.build_number,
        build_hash: &reported.build_hash,
        clustered: world.clustered(),
        server_id: &world.server_id,
        installed_at: world.installed_at,
        schema_version,
    };
    Settings::load(document, environment, &identity)
}

impl Gatekeeper for NodeCore {
    fn is_session(&self, token: &str) -> bool {
        self.session(token).is_some()
    }

    fn fate(&self, event: &str) -> EventFate {
        self.faults.on_event(self.who(), event)
    }
}

impl Peer for NodeCore {
    fn name(&self) -> &str {
        &self.name
    }

    fn deliver(&self, event: &SocketEvent) {
        self.hub.deliver(event, &self.world, self);
    }

    fn forget(&self, stale: &Stale) {
        self.caches.forget(stale);
        match stale {
            Stale::Config => self.reload_settings(),
            Stale::Plugin(id) => {
                let bundle = self.world.tables().bundles.get(id).cloned();
                match bundle {
                    Some(manifest) => self.plugins.install(id, manifest),
                    None => drop(self.plugins.remove(id)),
                }
                self.follow_plugins(&self.settings().document);
            }
            _ => {}
        }
    }

    fn census(&self) -> Option<Value> {
        if self.has("node-missing-from-cluster") {
            return None;
        }
        Some(json!({
            "id": self.cluster_id, "version": self.reported.version,
            "schema_version": self.world.tables().schema.keys().next_back().copied().unwrap_or_default().to_string(),
            "config_hash": self.settings().hash, "ipaddress": "127.0.0.1", "hostname": self.name,
        }))
    }

    fn plugin_statuses(&self) -> Vec<Value> {
        let cluster_id = if self.world.clustered() { self.cluster_id.as_str() } else { "" };
        self.plugins.statuses(cluster_id)
    }
}
