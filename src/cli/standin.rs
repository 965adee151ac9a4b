//! `standin …`: the stand-in's parts as processes, for images that play a cluster on a real engine.
//!
//! The images take the place of Mattermost, PostgreSQL and the S3 store in the built-in compose file, so these commands
//! read what that file gives to the real ones: `MM_CONFIG`, `MM_FILESETTINGS_…`, `MINIO_ROOT_…`. The database process
//! holds the world; a node process is a pipe to it, and registers itself when it starts.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::{Args, Subcommand};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::fault::{self, FaultPlan};
use crate::publish::print;
use crate::run::Interrupts;
use crate::standin::store::{self, StoreOptions};
use crate::standin::{BucketFiles, BucketPlace, Options, RemoteNode, World, run_node, serve_world};
use crate::verdict::ExitCode;

/// One process of a stand-in cluster.
#[derive(Debug, Subcommand)]
pub(crate) enum StandInPart {
    /// A Mattermost node.
    Node(Box<NodePart>),
    /// The database, which holds the world.
    Database(DatabasePart),
    /// The S3 store.
    Store(StorePart),
}

/// A node process.
#[derive(Debug, Args)]
pub(crate) struct NodePart {
    /// The version it plays.
    #[arg(long, env = "STANDIN_VERSION")]
    version: String,
    /// A fault of the catalogue that it has.
    #[arg(long, env = "STANDIN_FAULT", default_value = "")]
    fault: String,
    /// What is written on stderr before the process ends with 1, at once: an image that cannot start.
    #[arg(long, env = "STANDIN_EXIT", default_value = "")]
    exit: String,
    /// The database, as the product is told.
    #[arg(long, env = "MM_CONFIG")]
    config: String,
    /// Where it listens.
    #[arg(long, default_value = "0.0.0.0:8065")]
    listen: SocketAddr,
    /// Its name.
    #[arg(long, env = "HOSTNAME", default_value = "node")]
    name: String,
    /// Where files go.
    #[arg(long, env = "MM_FILESETTINGS_AMAZONS3ENDPOINT", default_value = "")]
    store: String,
    /// The bucket.
    #[arg(long, env = "MM_FILESETTINGS_AMAZONS3BUCKET", default_value = "mattermost")]
    bucket: String,
    /// The store's access key.
    #[arg(long, env = "MM_FILESETTINGS_AMAZONS3ACCESSKEYID", default_value = "")]
    access_key: String,
    /// The store's secret key.
    #[arg(long, env = "MM_FILESETTINGS_AMAZONS3SECRETACCESSKEY", default_value = "", hide_env_values = true)]
    secret_key: String,
    /// A feature flag: the one of the product that does nothing.
    #[arg(long, env = "MM_FEATUREFLAGS_TESTFEATURE")]
    test_feature: Option<String>,
    /// A feature flag that is a switch.
    #[arg(long, env = "MM_FEATUREFLAGS_TESTBOOLFEATURE")]
    test_bool_feature: Option<String>,
    /// The address that users have; everything is below its path.
    #[arg(long, env = "MM_SERVICESETTINGS_SITEURL")]
    site_url: Option<String>,
    /// What all keys in the bucket begin with.
    #[arg(long, env = "MM_FILESETTINGS_AMAZONS3PATHPREFIX", default_value = "")]
    prefix: String,
}

/// The database process.
#[derive(Debug, Args)]
pub(crate) struct DatabasePart {
    /// Where it listens.
    #[arg(long, default_value = "0.0.0.0:5432")]
    listen: SocketAddr,
    /// Play servers with a clustering licence.
    #[arg(long, env = "STANDIN_CLUSTERED")]
    clustered: bool,
    /// What the real image is told; of no meaning here.
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// The store process.
#[derive(Debug, Args)]
pub(crate) struct StorePart {
    /// Where it listens.
    #[arg(long, default_value = "0.0.0.0:9000")]
    listen: SocketAddr,
    /// The access key that it accepts.
    #[arg(long, env = "MINIO_ROOT_USER")]
    access_key: String,
    /// Its secret key.
    #[arg(long, env = "MINIO_ROOT_PASSWORD", hide_env_values = true)]
    secret_key: String,
    /// What the real image is told; of no meaning here.
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(super) async fn standin(part: StandInPart) -> ExitCode {
    let ended = match part {
        StandInPart::Node(part) => node(*part).await,
        StandInPart::Database(part) => database(part).await,
        StandInPart::Store(part) => store(part).await,
    };
    match ended {
        Ok(()) => ExitCode::PASSED,
        Err(error) => {
            print(&format!("Error: {error:#}"));
            ExitCode::FAILED
        }
    }
}

/// The health check of the stand-in database's container: does it listen?
pub(super) async fn database_answers() -> ExitCode {
    match tokio::net::TcpStream::connect("127.0.0.1:5432").await {
        Ok(_) => ExitCode::PASSED,
        Err(_) => ExitCode::FAILED,
    }
}

/// Cancelled by the first SIGINT or SIGTERM.
fn until_signal() -> std::io::Result<CancellationToken> {
    let cancel = CancellationToken::new();
    let (mut interrupts, token) = (Interrupts::listen()?, cancel.clone());
    tokio::spawn(async move {
        interrupts.next().await;
        token.cancel();
    });
    Ok(cancel)
}

async fn node(part: NodePart) -> anyhow::Result<()> {
    anyhow::ensure!(part.exit.is_empty(), "{}", part.exit);
    let rules = match part.fault.as_str() {
        "" => Vec::new(),
        name => fault::find(name).ok_or_else(|| anyhow::anyhow!("there is no fault {name}"))?.rules.clone(),
    };
    let node = RemoteNode {
        database: database_of(&part.config)?,
        name: part.name.clone(),
        version: part.version.clone(),
        // The image decides who is broken, so the rule's dial is open: this node is the release.
        faults: FaultPlan { rules, stable_version: String::new(), release_version: part.version.clone() },
        files: (!part.store.is_empty()).then(|| BucketPlace {
            endpoint: part.store.clone(),
            bucket: part.bucket.clone(),
            access_key: part.access_key.clone(),
            secret_key: part.secret_key.clone(),
            prefix: part.prefix.clone(),
        }),
        environment: [
            ("MM_FEATUREFLAGS_TESTFEATURE", part.test_feature),
            ("MM_FEATUREFLAGS_TESTBOOLFEATURE", part.test_bool_feature),
            ("MM_SERVICESETTINGS_SITEURL", part.site_url.filter(|url| !url.is_empty())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect(),
        listen: part.listen,
    };
    let (lines, mut log) = tokio::sync::mpsc::unbounded_channel::<String>();
    let printer = tokio::spawn(async move {
        while let Some(line) = log.recv().await {
            print(&line);
        }
    });
    let ended = run_node(node, lines, until_signal()?).await;
    let _ = printer.await;
    Ok(ended?)
}

async fn database(part: DatabasePart) -> anyhow::Result<()> {
    let listener = TcpListener::bind(part.listen).await?;
    let cancel = until_signal()?;
    print("database system is ready to accept connections");
    let files = Arc::new(BucketFiles::default());
    let options = Options {
        clustered: part.clustered,
        // As in a stand-in cluster of this process.
        switched_on: vec!["focalboard".into()],
        files: files.clone(),
        // As the built-in compose file has it.
        public_links: true,
        overrides: true,
        ..Options::default()
    };
    serve_world(World::new(options), Some(files), listener, cancel).await;
    Ok(())
}

async fn store(part: StorePart) -> anyhow::Result<()> {
    let options = StoreOptions {
        access_key: part.access_key,
        secret_key: SecretString::from(part.secret_key),
        region: "us-east-1".into(),
        buckets: vec!["mattermost".into()],
    };
    let listener = TcpListener::bind(part.listen).await?;
    Ok(store::run(options, listener, until_signal()?).await?)
}

/// `postgres://user:password@database:5432/name?…` → `database:5432`.
fn database_of(config: &str) -> anyhow::Result<String> {
    let place = config.split_once("://").map_or(config, |(_, rest)| rest);
    let place = place.split(['/', '?']).next().unwrap_or(place);
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    anyhow::ensure!(place.contains(':'), "MM_CONFIG names no host and port: {place}");
    Ok(place.to_owned())
}
