//! Compose files that people bring: the official set-up with the override of docs/own-compose.md, and a balancer that looks
//! the nodes up once, when it starts.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::call::{gone, upgrade};
use super::images::{self, RELEASE, STABLE, images};
use crate::gate::Gate;

/// What replaces the images that the files name, where no registry is asked.
const IMAGES: &str = "services:
  postgres: { image: upgrade-gate-test/database:clustered }
  store: { image: upgrade-gate-test/store:1 }
  balancer: { image: upgrade-gate-test/haproxy:1 }
";

/// The official set-up as it is after a checkout, in a folder of its own; its `.env` copied, nothing else made.
fn official(folder: &Path, images: &str) -> String {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/official");
    for (from, to) in [
        ("docker-compose.yml", "docker-compose.yml"),
        ("upgrade-gate.yml", "upgrade-gate.yml"),
        ("upgrade-gate.s3.yml", "upgrade-gate.s3.yml"),
        ("haproxy.cfg", "haproxy.cfg"),
        ("env.example", ".env"),
    ] {
        std::fs::copy(fixture.join(from), folder.join(to)).unwrap();
    }
    std::fs::write(folder.join("images.yml"), images).unwrap();
    files(folder, &["docker-compose.yml", "upgrade-gate.yml", "upgrade-gate.s3.yml", "images.yml"])
}

fn files(folder: &Path, names: &[&str]) -> String {
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    paths.iter().map(|path| path.to_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The official set-up has a network with a fixed name, so that an engine holds one of them at a time.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static OFFICIAL: Mutex<()> = Mutex::new(());
    OFFICIAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `run` with compose files alone.
fn roll(compose_files: &str) -> Gate {
    upgrade(STABLE, RELEASE).arg("--compose-file", compose_files).arg("--timeout", "8m")
}

#[test]
fn the_official_set_up_rolls_with_the_documented_override() {
    let Some(_images) = images() else { return };
    let folder = tempfile::tempdir().unwrap();
    let _turn = one_at_a_time();
    let call = roll(&official(folder.path(), IMAGES)).run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    // The first node goes back once, and forward again.
    assert_eq!(call.record().replacements.len(), 4, "{}", call.output);
    for made in ["config", "data", "logs", "plugins", "client/plugins", "bleve-indexes"] {
        let path = folder.path().join("volumes/app/mattermost").join(made);
        assert!(path.is_dir(), "{} was not made", path.display());
    }
    assert!(!folder.path().join("volumes/db").exists(), "the database's own folder was touched");
    assert_eq!(gone(&call.run_id()), "");
}

/// haproxy without a resolver looks names up as nginx does: once, and it ends where one is unknown.
const LOOKS_UP_ONCE: &str = "
x-node: &node
  image: replaced/by-the-gate:1
  labels: { upgrade-gate.role: node }
  depends_on: [postgres, store]
  environment:
    MM_CONFIG: postgres://mm:mm@postgres:5432/mm
    MM_FILESETTINGS_DRIVERNAME: amazons3
    MM_FILESETTINGS_AMAZONS3ENDPOINT: store:9000
    MM_FILESETTINGS_AMAZONS3BUCKET: mattermost
    MM_FILESETTINGS_AMAZONS3ACCESSKEYID: gate
    MM_FILESETTINGS_AMAZONS3SECRETACCESSKEY: gate-secret
    MM_FILESETTINGS_AMAZONS3SSL: 'false'
services:
  postgres:
    image: upgrade-gate-test/database:clustered
    labels: { upgrade-gate.role: database }
  store:
    image: upgrade-gate-test/store:1
    labels: { upgrade-gate.role: store }
    environment: { MINIO_ROOT_USER: gate, MINIO_ROOT_PASSWORD: gate-secret }
  node1: *node
  node2: *node
  proxy:
    image: upgrade-gate-test/haproxy:1
    labels: { upgrade-gate.role: balancer, upgrade-gate.port: '8000', upgrade-gate.reload: RELOAD }
    configs: [{ source: proxy, target: /usr/local/etc/haproxy/haproxy.cfg }]
configs:
  proxy:
    content: |
      defaults
        mode http
        timeout connect 2s
        timeout client 100s
        timeout server 100s
        option redispatch 1
      listen nodes
        bind :8000
        server node1 node1:8065 check
        server node2 node2:8065 check
";

#[test]
fn a_balancer_that_looks_names_up_once_is_told_of_each_node() {
    let Some(_images) = images() else { return };
    // haproxy's word for a reload is USR2, nginx's is HUP.
    for reload in ["USR2", "restart"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("compose.yml"), LOOKS_UP_ONCE.replace("RELOAD", reload)).unwrap();
        let call = roll(&files(folder.path(), &["compose.yml"])).arg("--only", "startup,topology").run();
        assert_eq!(call.code, Some(0), "{reload}: {}", call.output);
        assert_eq!(gone(&call.run_id()), "");
    }
}

#[test]
fn a_balancer_that_cannot_start_is_told_with_its_own_words() {
    let Some(_images) = images() else { return };
    let folder = tempfile::tempdir().unwrap();
    let broken = LOOKS_UP_ONCE.replace("RELOAD", "restart").replace("bind :8000", "bind :8000 bogus");
    std::fs::write(folder.path().join("compose.yml"), broken).unwrap();
    let call = roll(&files(folder.path(), &["compose.yml"])).arg("--only", "startup").run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(call.output.contains("proxy: its process ended with exit code 1"), "{}", call.output);
    assert!(
        call.output.contains("'bogus'") && call.output.contains("haproxy's configuration"),
        "{}",
        call.output
    );
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_database_that_dies_is_told_with_its_own_words() {
    let Some(_images) = images() else { return };
    let folder = tempfile::tempdir().unwrap();
    // A node's image that ends at once, with the variable that it cannot do without.
    let ends = format!("{}, environment: {{ MM_CONFIG: 'postgres://a:b@c:1/d' }}", images::NO_START);
    let dead = IMAGES.replace("upgrade-gate-test/database:clustered", &ends);
    let _turn = one_at_a_time();
    let call = roll(&official(folder.path(), &dead)).run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(
        call.output.contains("postgres: ") && call.output.contains("this release cannot start"),
        "{}",
        call.output
    );
    assert_eq!(gone(&call.run_id()), "");
}
