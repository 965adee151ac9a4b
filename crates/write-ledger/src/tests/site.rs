//! Stand-in servers with the accounts that a ledger needs.

use std::sync::Arc;
use std::time::Duration;

use mattermost_client::{Client, Http};
use mattermost_standin::fault::{self, Faults};
use mattermost_standin::{Node, Options, World, release};

use sinks::HttpSink;

use crate::{LedgerAccount, LedgerSetup, WriteLedger};

pub(super) const OLD: &str = "11.6.0";
pub(super) const NEW: &str = "11.7.0";

const PASSWORD: &str = "Passw0rd-example";

/// How long the tests wait for what does not come: what is in process crosses at once.
const PATIENCE: Duration = Duration::from_millis(300);

/// Nodes on one database, the first on the release if there is more than one version.
pub(super) struct Site {
    pub(super) world: Arc<World>,
    pub(super) nodes: Vec<Node>,
    pub(super) clients: Vec<Client>,
    pub(super) http: Http,
    faults: Faults,
    setup: Option<LedgerSetup>,
}

/// The faults of a name of the catalogue.
pub(super) fn named(id: &str) -> Faults {
    Faults::new(fault::find(id).unwrap_or_else(|| panic!("no fault is called {id}")).rules.clone(), OLD, NEW)
}

/// Faults of one's own.
pub(super) fn rules(yaml: &str) -> Faults {
    Faults::new(fault::read_rules(yaml).unwrap(), OLD, NEW)
}

impl Site {
    /// A node for each of these versions, and the accounts.
    pub(super) async fn new(clustered: bool, versions: &[&str], faults: Faults) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = Options { clustered, switched_on: vec!["focalboard".into()], ..Options::default() };
        let http = Http::new(Duration::from_secs(5)).unwrap();
        let mut site = Self {
            world: World::new(options),
            nodes: Vec::new(),
            clients: Vec::new(),
            http,
            faults,
            setup: None,
        };
        for version in versions {
            site.start(version).await;
        }
        site.setup = Some(site.accounts(clustered).await);
        site
    }

    /// One more node.
    pub(super) async fn start(&mut self, version: &str) {
        let name = format!("node{}", self.nodes.len() + 1);
        let listen = "127.0.0.1:0".parse().unwrap();
        let (world, release) = (Arc::clone(&self.world), release::known(version));
        let node = Node::start(world, &name, release, self.faults.clone(), listen).await.unwrap();
        self.clients.push(Client::new(&self.http, &name, &format!("http://{}", node.address())));
        self.nodes.push(node);
    }

    /// The same node as another version: out of traffic, stopped, started, and back.
    pub(super) async fn upgrade(&mut self, at: usize, version: &str, ledger: &WriteLedger) {
        let name = self.nodes[at].name().to_owned();
        ledger.without(&name);
        let listen = "127.0.0.1:0".parse().unwrap();
        let (world, release) = (Arc::clone(&self.world), release::known(version));
        let node = Node::start(world, &name, release, self.faults.clone(), listen).await.unwrap();
        std::mem::replace(&mut self.nodes[at], node).stop(Duration::ZERO).await;
        let address = self.nodes[at].address();
        self.clients[at] = Client::new(&self.http, &name, &format!("http://{address}"));
        ledger.with(&self.clients[at]);
    }

    async fn accounts(&self, clustered: bool) -> LedgerSetup {
        let first = &self.clients[0];
        first.create_user("sysadmin", PASSWORD).await.unwrap();
        let admin = first.login("sysadmin", PASSWORD).await.unwrap().client;
        let team = admin.create_team("lab", "Lab").await.unwrap().id;
        let account = async |name: &str| {
            let id = admin.create_user(name, PASSWORD).await.unwrap().id;
            admin.add_to_team(&team, &id).await.unwrap();
            LedgerAccount { client: first.login(name, PASSWORD).await.unwrap().client, id }
        };
        LedgerSetup {
            author: account("author").await,
            other: account("other").await,
            admin: admin.clone(),
            team_id: team,
            nonce: "t1".into(),
            clustered,
            patience: PATIENCE,
            boards: Ok(()),
            playbooks: Ok(()),
            dialogs: Ok(Arc::new(HttpSink::start("127.0.0.1".parse().unwrap()).await.unwrap())),
            foreseen: Vec::new(),
        }
    }

    /// What a ledger has to be told here.
    pub(super) fn setup(&self) -> LedgerSetup {
        self.setup.clone().unwrap()
    }

    /// A ledger on all nodes.
    pub(super) async fn ledger(&self) -> WriteLedger {
        WriteLedger::open(self.setup(), &self.clients, "stable").await.unwrap()
    }
}
