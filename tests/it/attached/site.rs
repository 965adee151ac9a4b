//! A site with a cluster of its own: stand-in parts as processes, a balancer, an admin, and scripts that replace a node.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::Instant;
use upgrade_gate::mattermost::{Client, Http};
use upgrade_gate::standin::balancer::Balancer;
use upgrade_gate::wait;

use crate::gate::{BINARY, Gate};

/// The site's own admin.
pub(crate) const ADMIN: &str = "root-of-the-site";
/// Their password.
pub(crate) const PASSWORD: &str = "Site-Password-1234";
/// The keys of the site's store.
pub(crate) const KEYS: (&str, &str) = ("site-key", "site-secret-1234");

/// Two nodes on stable, which outlive the gate.
pub(crate) struct Site {
    pub(crate) dir: TempDir,
    pub(crate) nodes: Vec<String>,
    pub(crate) balancer: Arc<Balancer>,
    pub(crate) store: String,
    pub(crate) admin: Client,
    parts: Vec<Child>,
}

impl Site {
    pub(crate) async fn on(version: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let host = own_host();
        let [database, store] = [15_432, 19_000].map(|port| format!("{host}:{port}"));
        let part = |name: &str, listen: &str, more: &[&str]| {
            let gate = Gate::of(&["standin", name, "--listen", listen]).args(more).within(dir.path());
            gate.command().stdout(Stdio::null()).spawn().unwrap()
        };
        let keys = ["--access-key", KEYS.0, "--secret-key", KEYS.1];
        let parts = vec![part("database", &database, &["--clustered"]), part("store", &store, &keys)];
        // A node that does not find its database ends.
        for part in [&database, &store] {
            let listens = || tokio::net::TcpStream::connect(part.as_str());
            wait::until_ok(Instant::now() + Duration::from_secs(60), listens).await.unwrap();
        }
        std::fs::write(dir.path().join("start.sh"), start(dir.path(), &database, &store)).unwrap();
        std::fs::write(dir.path().join("replace.sh"), REPLACE).unwrap();
        let http = Http::new(Duration::from_secs(20)).unwrap();
        let (mut nodes, mut addresses, mut admin) = (Vec::new(), Vec::new(), None);
        for (number, port) in [(1, 18_065), (2, 18_066)] {
            let (name, url) = (format!("node{number}"), format!("http://{host}:{port}"));
            let started = Command::new("sh")
                .arg(dir.path().join("start.sh"))
                .envs([("GATE_NODE", &name), ("GATE_NODE_URL", &url)])
                .env("GATE_VERSION", version)
                .status();
            assert!(started.unwrap().success());
            let node = Client::new(&http, &name, &url);
            let up = wait::until_ok(Instant::now() + Duration::from_secs(60), || node.ping()).await;
            up.unwrap_or_else(|error| panic!("{error}\n{}", log(dir.path(), &name)));
            if admin.is_none() {
                node.create_user(ADMIN, PASSWORD).await.unwrap();
                admin = Some(node.login(ADMIN, PASSWORD).await.unwrap().client);
            }
            addresses.push((name, SocketAddr::from((host, port))));
            nodes.push(url);
        }
        let balancer = Arc::new(Balancer::start(addresses).await.unwrap());
        tokio::spawn(obey(Arc::downgrade(&balancer), dir.path().to_owned()));
        let store = format!("http://{store}");
        Self { dir, nodes, balancer, store, admin: admin.unwrap(), parts }
    }

    /// What replaces a node there: after the time that a process takes to go, another one on the same port.
    pub(crate) fn replace(&self) -> String {
        format!("sh {}", self.dir.path().join("replace.sh").display())
    }

    /// What takes a node out of the balancer (`drain`) or puts it back (`undrain`), once the balancer has done so.
    pub(crate) fn traffic(&self, word: &str) -> String {
        format!(
            "cd {}; echo {word} $GATE_NODE >> told; touch {word}-$GATE_NODE; while [ -e {word}-$GATE_NODE ]; do sleep 0.02; done",
            self.dir.path().display()
        )
    }

    /// A file that the site's commands wrote.
    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for name in ["node1", "node2"] {
            let _ = Command::new("kill").arg(self.text(&format!("{name}.pid")).trim()).status();
        }
        for part in &mut self.parts {
            let _ = part.kill();
            let _ = part.wait();
        }
    }
}

/// Does what the commands ask the balancer for, and takes their files away once it is done; until the site is gone.
async fn obey(balancer: Weak<Balancer>, dir: PathBuf) {
    let mut looks = tokio::time::interval(Duration::from_millis(10));
    loop {
        looks.tick().await;
        let Some(balancer) = balancer.upgrade() else { return };
        for node in ["node1", "node2"] {
            let asked = |word: &str| Some(dir.join(format!("{word}-{node}"))).filter(|file| file.exists());
            if let Some(file) = asked("drain") {
                balancer.drain(node).unwrap();
                // The websocket of whoever watches stays, and is cut with the node.
                balancer.wait_idle(node, 1, Duration::from_secs(10)).await.unwrap();
                std::fs::remove_file(file).unwrap();
            }
            if let Some(file) = asked("undrain") {
                balancer.undrain(node, Duration::from_secs(30)).await.unwrap();
                std::fs::remove_file(file).unwrap();
            }
        }
    }
}

/// A loopback address that is this site's alone. A port that the kernel gave would be free while its node is replaced, and
/// on a busy host somebody else gets it.
fn own_host() -> Ipv4Addr {
    static SITES: AtomicU32 = AtomicU32::new(0);
    let site = SITES.fetch_add(1, Ordering::Relaxed);
    Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + (std::process::id() << 4 | site) % (1 << 23))
}

fn log(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(format!("{name}.log"))).unwrap_or_default()
}

/// Starts `$GATE_NODE` as a process that nobody waits for.
fn start(dir: &Path, database: &str, store: &str) -> String {
    let dir = dir.display();
    let (key, secret) = KEYS;
    format!(
        r#"set -eu
export MM_CONFIG=postgres://mm:mm@{database}/mm
export MM_FILESETTINGS_AMAZONS3ENDPOINT={store}
export MM_FILESETTINGS_AMAZONS3ACCESSKEYID={key} MM_FILESETTINGS_AMAZONS3SECRETACCESSKEY={secret}
"{BINARY}" standin node --version "$GATE_VERSION" --name "$GATE_NODE" \
    --listen "${{GATE_NODE_URL#http://}}" < /dev/null >> "{dir}/$GATE_NODE.log" 2>&1 &
echo $! > "{dir}/$GATE_NODE.pid"
"#
    )
}

const REPLACE: &str = r#"set -eu
cd "$(dirname "$0")"
echo "$GATE_STAGE: $GATE_NODE becomes $GATE_IMAGE" | tee -a told
pid=$(cat "$GATE_NODE.pid")
kill "$pid"
# Nobody may be there to bury it: a dead process has no command line.
while [ -n "$(tr -d '\0' 2> /dev/null < "/proc/$pid/cmdline")" ]; do sleep 0.02; done
sh ./start.sh
"#;
