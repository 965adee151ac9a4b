//! A node's life: it starts on a world, serves, and stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::db::tables::Tables;
use crate::db::world::{APPS, World};
use crate::events::bus::Peer;
use crate::fault::{Faults, Outage, OutageKind};
use crate::node::bundle;
use crate::node::core::NodeCore;
use crate::node::due;
use crate::node::environment::Environment;
use crate::node::line::Abrupt;
use crate::node::migrations;
use crate::node::port::{self, NodePort};
use crate::node::serve;
use crate::node::usage::PlayedUsage;
use crate::release::{self, StandInRelease};
use crate::routes;

/// The product waits this long for running requests, whatever the grace period.
const REQUEST_GRACE: Duration = Duration::from_secs(1);

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The server exited, as a container would.
    #[error("{node} exited with {code} while it started: {stderr}")]
    Exited {
        /// The node.
        node: String,
        /// Its exit code.
        code: i32,
        /// What it wrote to stderr.
        stderr: String,
    },
    /// Its address cannot be listened on.
    #[error("{node} cannot listen on {address}: {source}")]
    Listen {
        /// The node.
        node: String,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The process that holds the database is not there, or hung up.
    #[error("{node} cannot reach its database at {database}: {source}")]
    Database {
        /// The node.
        node: String,
        /// The address of the database.
        database: String,
        /// Why.
        source: std::io::Error,
    },
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node")
            .field("name", &self.name())
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// A running node. Dropping it kills it: connections end at once, nothing is said.
pub struct Node {
    pub(crate) running: RunningServer,
    address: SocketAddr,
}

impl Node {
    /// Starts a node: missing migrations are applied, plugins start, then it listens.
    ///
    /// # Errors
    /// When a fault makes the server exit, or the address cannot be listened on.
    pub async fn start(
        world: Arc<World>,
        name: &str,
        release: StandInRelease,
        faults: Faults,
        listen: SocketAddr,
    ) -> Result<Self, StartError> {
        Self::start_with(world, name, release, faults, listen, &[]).await
    }

    /// The same with environment variables: settings and feature flags, as the product reads them.
    ///
    /// # Errors
    /// As [`Node::start`].
    pub async fn start_with(
        world: Arc<World>,
        name: &str,
        release: StandInRelease,
        faults: Faults,
        listen: SocketAddr,
        environment: &[(String, String)],
    ) -> Result<Self, StartError> {
        let running = RunningServer::boot(world, name, release, faults, environment, None)?;
        let failed = |source| StartError::Listen { node: name.to_owned(), address: listen, source };
        let port = NodePort::take(listen).map_err(failed)?;
        let (address, listener) = (port.address, port.open().map_err(failed)?);
        let (core, router) = (Arc::clone(&running.core), running.router.clone());
        running.core.tasks.spawn(port::serve(core, router, port, listener));
        running.listening(address);
        Ok(Self { running, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.running.core.name
    }

    /// The release it runs.
    #[must_use]
    pub fn release(&self) -> &StandInRelease {
        &self.running.core.release
    }

    /// What it is played to use of its machine just now.
    #[must_use]
    pub fn usage(&self) -> PlayedUsage {
        self.running.core.usage(Instant::now())
    }

    /// What it logged so far, as JSON lines.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.running.core.log.lines()
    }

    /// Is out from now on, for so long; nothing while it is out already.
    pub fn outage(&self, kind: OutageKind, length: Duration) {
        self.running.core.go_out(kind, length);
    }

    /// When nodes of this name were out, as far as they share their faults with this one.
    #[must_use]
    pub fn outages(&self) -> Vec<Outage> {
        let mut outages = self.running.core.faults.outages();
        outages.retain(|outage| outage.node == self.name());
        outages
    }

    /// Stops it: no new connections, running requests have a second (or `grace`, if that is less), websockets end
    /// without a close frame. Gives its whole log.
    pub async fn stop(self, grace: Duration) -> Vec<String> {
        self.running.stop(grace).await;
        self.log()
    }
}

/// A booted node without a listener of its own.
pub(crate) struct RunningServer {
    pub(crate) core: Arc<NodeCore>,
    router: Router,
    peer: Arc<dyn Peer>,
}

impl RunningServer {
    /// Boots a node: migrations, plugins, configuration, cluster.
    pub(crate) fn boot(
        world: Arc<World>,
        name: &str,
        release: StandInRelease,
        faults: Faults,
        environment: &[(String, String)],
        lines: Option<mpsc::UnboundedSender<String>>,
    ) -> Result<Self, StartError> {
        let shared = Arc::clone(&world);
        let tables = &mut *shared.tables();
        let back = migrations::is_newer(tables, &release);
        let who = crate::fault::AskingNode { name, version: &release.version, back };
        let environment = Environment::read(environment);
        if environment.flags().next().is_some() && faults.has("flag-kills", who) {
            return Err(unmigrated(name));
        }
        let applied = migrated(tables, &release, &faults, who, world.tick())?;
        for rot in faults.rots(who) {
            tables.rot(rot);
        }
        let core = Arc::new(NodeCore::new(world, tables, name, release, faults, environment, lines));
        log_boot(&core, &applied);
        start_plugins(&core, tables);
        let peer: Arc<dyn Peer> = core.clone();
        core.world.bus.join(Arc::clone(&peer));
        due::rot(&core, tables);
        due::watch(&core);
        Ok(Self { router: routes::router(Arc::clone(&core)), core, peer })
    }

    /// Logs that the node serves; a fault may keep it from ever saying so.
    pub(crate) fn listening(&self, address: SocketAddr) {
        if self.core.has("never-ready") {
            return;
        }
        self.core.log.info("Starting Server...", "app/server.go:684", Value::Null);
        let message = format!("Server is listening on {address}");
        self.core.log.info(&message, "app/server.go:745", json!({"address": address.to_string()}));
    }

    pub(crate) async fn serve_stream<S>(&self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Abrupt + Unpin + Send + 'static,
    {
        serve::serve_stream(Arc::clone(&self.core), self.router.clone(), stream).await;
    }

    pub(crate) async fn stop(&self, grace: Duration) {
        let log = &self.core.log;
        log.info("Stopping Server...", "app/server.go:522", Value::Null);
        self.core.stopping.cancel();
        self.core.tasks.close();
        let _ = tokio::time::timeout(grace.min(REQUEST_GRACE), self.core.tasks.wait()).await;
        log.info("stopping websocket hub connections", "platform/web_hub.go:110", Value::Null);
        self.end();
        log.info("Server stopped", "app/server.go:576", Value::Null);
    }

    fn end(&self) {
        self.core.killed.cancel();
        self.core.hub.close_all();
        self.core.world.bus.leave(&self.peer);
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.end();
    }
}

/// Migrates the database as a release's own command does, beside the nodes, with the faults of the node that does it.
///
/// # Errors
/// When the release cannot.
pub fn migrate(
    world: &World,
    name: &str,
    release: &StandInRelease,
    faults: &Faults,
) -> Result<(), StartError> {
    let tables = &mut *world.tables();
    let back = migrations::is_newer(tables, release);
    let who = crate::fault::AskingNode { name, version: &release.version, back };
    migrated(tables, release, faults, who, world.tick()).map(drop)
}

/// What is applied of a release's schema, with what goes wrong then.
fn migrated(
    tables: &mut Tables,
    release: &StandInRelease,
    faults: &Faults,
    who: crate::fault::AskingNode<'_>,
    now: i64,
) -> Result<Vec<String>, StartError> {
    if faults.has("exits-at-start", who) {
        return Err(unmigrated(who.name));
    }
    let applied = tables.migrate(release, now);
    if !applied.is_empty() {
        migrations::touch(tables, release, faults, who);
        lose_data(tables, faults, who);
    }
    Ok(applied)
}

fn unmigrated(name: &str) -> StartError {
    StartError::Exited {
        node: name.to_owned(),
        code: 1,
        stderr: "Error: failed to initialize platform: cannot create store: failed to apply database \
                 migrations: driver: postgres, message: failed to execute migration"
            .into(),
    }
}

/// Faults of an upgrade that lose what was there before; only the node that migrates can do so.
fn lose_data(tables: &mut Tables, faults: &Faults, who: crate::fault::AskingNode<'_>) {
    for table in faults.wiped(who) {
        tables.wipe(table);
    }
    if faults.has("users-deactivated", who) {
        let plain = tables.users.values_mut().filter(|user| !user.is_admin());
        plain.for_each(|user| user.delete_at = user.create_at);
    }
    if faults.has("bot-tokens-wiped", who) {
        let Tables { access_tokens, integrations, .. } = tables;
        access_tokens.retain(|_, token| !integrations.bots.contains_key(&token.user_id));
    }
    if faults.has("plugin-switched-off", who) {
        tables.config["PluginSettings"]["PluginStates"]["playbooks"] = json!({"Enable": false});
    }
}

/// What the file store has is installed; then what came with the release, if it is switched on and newer.
fn start_plugins(core: &NodeCore, tables: &Tables) {
    for (id, manifest) in &tables.bundles {
        core.plugins.install(id, manifest.clone());
    }
    // Older than any stable version of a test has.
    let old = release::known("10.0.0");
    let shipped = if core.has("plugin-wrong-version") { &old.plugins } else { &core.release.plugins };
    let settings = core.settings();
    let plugins = &settings.document["PluginSettings"];
    let missing = core.has("plugin-missing");
    for (id, version) in shipped {
        let wanted = plugins["AutomaticPrepackagedPlugins"] == json!(true)
            && plugins["PluginStates"][id.as_str()]["Enable"] == json!(true)
            && !(missing && id == "playbooks");
        if wanted && core.plugins.lacks(id, version) {
            core.plugins.install(id, bundle::shipped(id, version));
        }
    }
    if core.world.options.apps && core.plugins.lacks(APPS, "1.2.2") {
        core.plugins.install(APPS, bundle::shipped(APPS, "1.2.2"));
    }
    if core.has("plugin-stranger") {
        core.plugins.install("com.example.stranger", bundle::shipped("com.example.stranger", "1.0.0"));
    }
    core.follow_plugins(&settings.document);
}

fn log_boot(core: &NodeCore, migrations: &[String]) {
    let log = &core.log;
    let StandInRelease { version, build_number, build_hash, .. } = &core.reported;
    log.info("Server is initializing...", "platform/service.go:127", json!({"go_version": "go1.26.8"}));
    log.info(
        &format!("Current version is {version} ({build_number}/{build_hash}/none)"),
        "platform/service.go:129",
        json!({"current_version": version, "build_number": build_number, "build_hash": build_hash}),
    );
    for name in migrations {
        log.debug(&format!("morph.go:177: ==  {name}: migrated (0.0010s)  =="), "sqlstore/utils.go:94");
    }
    log.info("Starting websocket hubs", "platform/web_hub.go:96", json!({"number_of_hubs": 2}));
    log.info("Starting up plugins", "app/plugin.go:137", Value::Null);
    if core.has("caught-panic") {
        let message = "http: panic serving 10.0.0.9:41130: runtime error: invalid memory address or nil pointer dereference\n\
                       goroutine 412 [running]:";
        log.error(message, "http/server.go:3215");
    }
}
