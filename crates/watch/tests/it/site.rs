//! A small cluster in this process, and a watch on it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use basics::wait::{self, WaitPace, WaitProgress};
use mattermost_client::{Client, Http};
use mattermost_standin::balancer::Balancer;
use mattermost_standin::fault::{Faults, read_rules};
use mattermost_standin::{Node, Options, World, release};
use tokio::time::Instant;
use watch::{Rates, Setup, Watch, WatchLogin};

const PASSWORD: &str = "Passw0rd-example";
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Site {
    world: Arc<World>,
    pub(crate) nodes: BTreeMap<&'static str, Node>,
    pub(crate) balancer: Balancer,
    http: Http,
    token: String,
    team: String,
    clustered: bool,
    faults: Faults,
}

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

impl Site {
    /// Nodes of 11.6.0 behind a balancer; the faults are written as rules.
    pub(crate) async fn new(clustered: bool, names: &[&'static str], faults: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let rules = read_rules(faults).unwrap();
        let faults = Faults::new(rules, "11.6.0", "11.7.0");
        let world = World::new(Options { clustered, ..Options::default() });
        let http = Http::new(Duration::from_secs(10)).unwrap();
        let mut nodes = BTreeMap::new();
        for &name in names {
            let started =
                Node::start(Arc::clone(&world), name, release::known("11.6.0"), faults.clone(), anywhere());
            nodes.insert(name, started.await.unwrap());
        }
        let first = Client::new(&http, names[0], &format!("http://{}", nodes[names[0]].address()));
        for name in ["watcher", "visitor"] {
            first.create_user(name, PASSWORD).await.unwrap();
        }
        let login = first.login("watcher", PASSWORD).await.unwrap();
        let token = login.client.token().unwrap().to_owned();
        let team = login.client.create_team("watched", "Watched").await.unwrap().id;
        let behind = nodes.iter().map(|(name, node)| ((*name).to_owned(), node.address()));
        let balancer = Balancer::start(behind).await.unwrap();
        Self { world, nodes, balancer, http, token, team, clustered, faults }
    }

    fn client(&self, name: &str, address: SocketAddr) -> Client {
        Client::new(&self.http, name, &format!("http://{address}")).with_token(&self.token)
    }

    pub(crate) fn node_client(&self, name: &str) -> Client {
        self.client(name, self.nodes[name].address())
    }

    pub(crate) async fn watch(&self, balanced: bool, rates: Rates) -> Watch {
        let balancer = balanced.then(|| self.client("balancer", self.balancer.address()));
        let nodes = self.nodes.keys().map(|name| ((*name).to_owned(), self.node_client(name))).collect();
        let login = Some(WatchLogin { name: "visitor".into(), password: PASSWORD.into() });
        let setup = Setup {
            balancer,
            nodes,
            team: self.team.clone(),
            channel: "gate-watch".into(),
            login,
            clustered: self.clustered,
            rates,
        };
        Watch::start(setup).await.unwrap()
    }

    /// Starts a node again on another address and with another version, as a container that is made anew.
    pub(crate) async fn start(&mut self, name: &'static str, version: &str) {
        let (world, faults) = (Arc::clone(&self.world), self.faults.clone());
        let node = Node::start(world, name, release::known(version), faults, anywhere()).await.unwrap();
        self.balancer.set_address(name, node.address()).unwrap();
        self.nodes.insert(name, node);
    }
}

/// As much as a debug build answers on a busy machine: client, balancer and nodes are all in this process.
pub(crate) fn calm() -> Rates {
    let (ping, path) = (Duration::from_millis(150), Duration::from_millis(300));
    Rates { ping, path, path_at_rest: 1, node_post: Duration::from_millis(300), ..Rates::default() }
}

/// Lets the watch ask for a while: a number of requests more.
pub(crate) async fn ask_on(watch: &Watch, requests: u64) {
    let wanted = watch.pulse().requests + requests;
    let look = async || match watch.pulse().requests {
        asked if asked >= wanted => WaitProgress::<_, _, ()>::There(()),
        asked => WaitProgress::OnTheWay(asked),
    };
    wait::until(Instant::now() + PATIENCE, WaitPace::GROWING, look).await.unwrap();
}
