//! The cluster in this process: stand-in nodes, store and balancer, without Docker and network.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::image::{ImageFacts, PACKAGED_PLUGINS, Packaged};
use super::process::ServerProcess;
use super::site_copy::{Census, DatabaseDump, PickedRow};
use super::usage::ServerUsage;
use basics::trouble::Trouble;
use basics::versions::Version;
use mattermost_client::Address;
use mattermost_standin::balancer::{Balancer, BalancerError};
use mattermost_standin::fault::{AskingNode, Faults, OutageKind};
use mattermost_standin::store::{Store, StoreOptions, StoreServer};
use mattermost_standin::{BucketFiles, Node, Options, StandInRelease, StartError, World, release};
use storage::{Bucket, Reach, StorageOptions};

/// Any free port of this host alone.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// The store's access key; it protects nothing outside this process.
const ACCESS_KEY: &str = "standin";
/// The store's secret; it protects nothing outside this process.
const SECRET_KEY: &str = "standin-secret";
/// The one bucket.
const BUCKET: &str = "mattermost";

/// What kind of stand-in cluster.
#[derive(Debug, Clone)]
pub struct StandInOptions {
    /// Names of the nodes.
    pub nodes: Vec<String>,
    /// Whether it plays a licence with clustering, or servers that only share a database.
    pub clustered: bool,
    /// Whether that licence is one of a cloud workspace; the gate itself then plays the Customer Web Server.
    pub cloud: bool,
    /// Whether it plays the retired Apps framework.
    pub apps: bool,
    /// What every path of the site begins with: nothing, or such as `/company`.
    pub below: String,
    /// How it misbehaves.
    pub faults: Faults,
}

/// Stand-in nodes on one world.
#[derive(Debug)]
pub struct StandInCluster {
    options: StandInOptions,
    world: Arc<World>,
    balancer: Balancer,
    store: StoreServer,
    nodes: Mutex<BTreeMap<String, Node>>,
    logs: Mutex<BTreeMap<String, Vec<String>>>,
}

impl StandInCluster {
    /// This process, as its own nodes see it.
    pub(super) const GATE_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    /// A cluster without running nodes: world, store and balancer stand.
    ///
    /// # Errors
    /// When no local port can be listened on.
    pub async fn new(options: StandInOptions) -> std::io::Result<Self> {
        let store = Store::new(StoreOptions {
            access_key: ACCESS_KEY.into(),
            secret_key: SECRET_KEY.into(),
            region: "us-east-1".into(),
            buckets: vec![BUCKET.into()],
        })
        .serve(TcpListener::bind(ANYWHERE).await?)?;
        let world = World::new(Options {
            clustered: options.clustered,
            cloud: options.cloud,
            apps: options.apps,
            // Installed and off in a fresh server; a demo shows it.
            switched_on: vec!["focalboard".into()],
            files: Arc::new(BucketFiles::of(bucket_at(store.address()))),
            public_links: true,
            overrides: true,
            site_url: format!("{}{}", Options::default().site_url, options.below),
            ..Options::default()
        });
        // Nobody listens there yet: start() tells the balancer where each node really is.
        let balancer = Balancer::start(options.nodes.iter().map(|node| (node.clone(), ANYWHERE))).await?;
        let (nodes, logs) = (Mutex::default(), Mutex::default());
        Ok(Self { options, world, balancer, store, nodes, logs })
    }

    pub(super) async fn start(
        &self,
        node: &str,
        image: &str,
        environment: &[(&str, &str)],
    ) -> Result<Address, Trouble> {
        let mut release = release::known(&version_of(image));
        if self.options.apps {
            // Packaged no more since long; the image of whoever still wants it has it.
            release.plugins.push(("com.mattermost.apps".into(), "1.2.2".into()));
        }
        let faults = self.options.faults.clone();
        let environment: Vec<_> =
            environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let world = Arc::clone(&self.world);
        let started = Node::start_with(world, node, release, faults, ANYWHERE, &environment).await;
        let started = started.map_err(|error| exited(node, &error))?;
        let address = started.address();
        taken(self.balancer.set_address(node, address))?;
        self.nodes.lock().await.insert(node.to_owned(), started);
        Ok(Address::plain(&format!("http://{address}{}", self.options.below)))
    }

    /// The database as this release's own command leaves it, beside the nodes.
    pub(super) fn migrate(&self, image: &str) -> Result<(), Trouble> {
        let release = release::known(&version_of(image));
        mattermost_standin::migrate(&self.world, "migrate", &release, &self.options.faults)
            .map_err(|error| exited("migrate", &error))
    }

    /// Fills the database with a dump of the stand-in's own.
    pub(super) fn restore(&self, dump: &DatabaseDump) -> Result<(), Trouble> {
        let text = std::fs::read_to_string(&dump.path).map_err(|error| error.to_string());
        let restored = text.and_then(|text| self.world.restore(&text));
        restored.map_err(|why| Trouble::new("database", why, "A dump of the stand-in's is JSON of its own."))
    }

    /// Counts the rows that were there before a moment; a sum is one of hashes, as PostgreSQL's is.
    pub(super) fn census(&self, before: i64) -> Census {
        let mut census = Census { before, ..Census::default() };
        for (table, key, made, columns) in self.world.rows_before(before) {
            let counted = census.tables.entry(table.to_owned()).or_default();
            let (first, last) = counted.made.unwrap_or((made, made));
            counted.made = Some((first.min(made), last.max(made)));
            let range = counted.ranges.entry(key.chars().take(1).collect()).or_default();
            range.rows += 1;
            for (column, value) in columns {
                let sum = range.sums.entry(column.to_owned()).or_default();
                let before: u64 = sum.parse().unwrap_or_default();
                *sum = before.wrapping_add(hash(&key, &value)).to_string();
            }
            *census.rows.entry(table.to_owned()).or_default() += 1;
        }
        census
    }

    /// Picks a few rows of each table that were there before a moment.
    pub(super) fn sample(&self, before: i64, seed: &str) -> Vec<PickedRow> {
        const OF_EACH: usize = 10;
        let mut rows = self.world.rows_before(before);
        rows.sort_by_key(|(table, key, ..)| (*table, hash(key, seed)));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        rows.retain(|(table, ..)| {
            let count = counts.entry(*table).or_default();
            *count += 1;
            *count <= OF_EACH
        });
        let picked = rows.into_iter().map(|(table, id, _, columns)| {
            let of = columns.into_iter().find(|(column, _)| *column == "board_id").map(|(_, board)| board);
            PickedRow { table: table.to_owned(), id, of }
        });
        picked.collect()
    }

    pub(super) fn promote(&self, username: &str) -> Result<(), Trouble> {
        let missing = || Trouble::bug("database", format!("there is no account {username}"));
        if self.world.promote(username) { Ok(()) } else { Err(missing()) }
    }

    pub(super) fn set_customer_web_server(&self, url: &str) {
        if self.world.cloud() {
            self.world.set_customer_web_server(&format!("{url}/customer-web-server"));
        }
    }

    pub(super) async fn alive(&self, node: &str) -> Result<(), Trouble> {
        if self.nodes.lock().await.contains_key(node) { Ok(()) } else { Err(not_running(node)) }
    }

    /// Its node's process: as often as its port was closed, it had died and was started again.
    pub(super) async fn process(&self, name: &str) -> Result<ServerProcess, Trouble> {
        let nodes = self.nodes.lock().await;
        let node = nodes.get(name).ok_or_else(|| not_running(name))?;
        let deaths = node.outages().iter().filter(|outage| outage.kind == OutageKind::Refused).count();
        Ok(ServerProcess {
            container: node.address().to_string(),
            ended: None,
            started_at: None,
            restarts: u64::try_from(deaths).unwrap_or(u64::MAX),
            memory_bytes: None,
            cpu_ns: None,
        })
    }

    /// What its node is played to use.
    pub(super) async fn usage(&self, name: &str) -> Result<ServerUsage, Trouble> {
        let nodes = self.nodes.lock().await;
        let node = nodes.get(name).ok_or_else(|| not_running(name))?;
        let played = node.usage();
        Ok(ServerUsage {
            container: node.address().to_string(),
            started_at: None,
            memory_bytes: Some(played.memory_bytes),
            heap_bytes: Some(played.heap_bytes),
            goroutines: Some(played.goroutines),
        })
    }

    pub(super) fn take_out(&self, node: &str) -> Result<(), Trouble> {
        taken(self.balancer.drain(node))
    }

    pub(super) async fn until_idle(
        &self,
        node: &str,
        lasting: usize,
        patience: Duration,
    ) -> Result<(), Trouble> {
        taken(self.balancer.wait_idle(node, lasting, patience).await).map(drop)
    }

    pub(super) async fn put_back(&self, node: &str, patience: Duration) -> Result<(), Trouble> {
        taken(self.balancer.undrain(node, patience).await)
    }

    pub(super) async fn stop(&self, node: &str, grace: Duration) {
        let running = self.nodes.lock().await.remove(node);
        if let Some(running) = running {
            let log = running.stop(grace).await;
            self.logs.lock().await.entry(node.to_owned()).or_default().extend(log);
        }
    }

    pub(super) fn balancer(&self) -> Address {
        Address::plain(&format!("http://{}{}", self.balancer.address(), self.options.below))
    }

    pub(super) fn bucket(&self) -> Bucket {
        bucket_at(self.store.address())
    }

    /// The image of a stand-in is its release: labels and bundles are as on an official image.
    pub(super) async fn image(&self, node: &str) -> Result<ImageFacts, Trouble> {
        let release = self.release_of(node).await?;
        let labels = [("version", &release.version), ("revision", &release.build_hash)]
            .map(|(key, value)| (format!("org.opencontainers.image.{key}"), value.clone()));
        let who = AskingNode { name: node, version: &release.version, back: false };
        let missing = self.options.faults.has("plugin-missing", who).then_some("playbooks");
        let packaged = release.plugins.iter().filter(|(id, _)| Some(id.as_str()) != missing);
        let bundles = packaged.flat_map(|(id, version)| {
            let file = format!("{PACKAGED_PLUGINS}/{id}-{version}-linux-amd64.tar.gz");
            [format!("{file}.sig"), file]
        });
        Ok(ImageFacts::new(labels.into(), &bundles.collect::<Vec<_>>()))
    }

    pub(super) async fn bundle(&self, node: &str, packaged: &Packaged) -> Result<Vec<u8>, Trouble> {
        let release = self.release_of(node).await?;
        release.bundle(packaged.id.as_deref().unwrap_or_default()).ok_or_else(|| {
            Trouble::new(node, format!("it packages no {}", packaged.name), "This is a bug of the gate.")
        })
    }

    async fn release_of(&self, node: &str) -> Result<StandInRelease, Trouble> {
        let nodes = self.nodes.lock().await;
        let release = nodes.get(node).map(|node| node.release().clone());
        release.ok_or_else(|| not_running(node))
    }

    pub(super) fn parts(&self) -> Vec<String> {
        self.options.nodes.clone()
    }

    pub(super) async fn log(&self, part: &str, lines: Option<usize>) -> Vec<String> {
        let mut log = self.logs.lock().await.get(part).cloned().unwrap_or_default();
        if let Some(node) = self.nodes.lock().await.get(part) {
            log.extend(node.log());
        }
        let from = lines.map_or(0, |lines| log.len().saturating_sub(lines));
        log.split_off(from)
    }

    pub(super) async fn down(&self) {
        // Dropping a node ends it at once; world, store and balancer end with this value.
        self.nodes.lock().await.clear();
    }
}

fn hash(key: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (key, value).hash(&mut hasher);
    hasher.finish()
}

/// Where the stand-in's own bucket is.
fn bucket_at(store: SocketAddr) -> Bucket {
    Bucket::open(StorageOptions {
        endpoint: Some(format!("http://{store}")),
        region: "us-east-1".into(),
        bucket: BUCKET.into(),
        access_key: ACCESS_KEY.into(),
        secret: SecretString::from(SECRET_KEY),
        session_token: None,
        prefix: String::new(),
        path_style: true,
        reach: Reach::default(),
    })
}

/// The stand-in plays the version that an image's tag names; a minor's branch is its first dot release.
fn version_of(image: &str) -> String {
    let tag = image.split('@').next().and_then(|bare| bare.rsplit_once(':')).map_or("", |(_, tag)| tag);
    match Version::read(tag) {
        Version::Exact(version) => version.to_string(),
        Version::Minor(major, minor) => format!("{major}.{minor}.0"),
        Version::Unknown => "0.0.0".into(),
    }
}

/// What our own balancer took; it refuses nothing but what it should not be asked.
fn taken<T>(answer: Result<T, BalancerError>) -> Result<T, Trouble> {
    let remedy = "This is the stand-in's own balancer: a bug of the gate.";
    answer.map_err(|error| Trouble::new("balancer", error.to_string(), remedy))
}

fn not_running(node: &str) -> Trouble {
    Trouble::new(node, "it is not running", "Start it first.")
}

fn exited(node: &str, error: &StartError) -> Trouble {
    let log = match error {
        StartError::Exited { stderr, .. } => stderr.lines().map(str::to_owned).collect(),
        StartError::Listen { .. } | StartError::Database { .. } => Vec::new(),
    };
    Trouble::new(node, error.to_string(), "Look at its log lines below.").with_log(log)
}
