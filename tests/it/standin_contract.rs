//! The stand-in against recorded exchanges with a real 11.6: each is replayed, and status, shape and headers must agree.
//!
//! `tests/fixtures/exchanges` is a walk from an empty database, cut from recordings: long lists to one element, ids of
//! what the walk makes to `{names}`. An exchange `gives` a name to what it makes. What is compared is told in
//! `compare`. The same walk asks a real server whether it still answers as recorded:
//!
//! ```text
//! UPGRADE_GATE_CONTRACT_URL=http://172.18.0.3:8065 cargo test --test it standin_contract
//! ```
//! It must be a fresh one of the recorded version, files in S3, no licence, `MM_TEAMSETTINGS_ENABLEOPENSERVER`,
//! `MM_SERVICESETTINGS_ENABLEDEVELOPER` and `…ENABLETESTING` on.

mod compare;
mod exchange;

use exchange::{Exchange, Walk};
use upgrade_gate::fault::Faults;
use upgrade_gate::standin::{Node, Options, World, release};

const WALK: &[&str] = &[
    include_str!("../fixtures/exchanges/system.json"),
    include_str!("../fixtures/exchanges/users.json"),
    include_str!("../fixtures/exchanges/config.json"),
    include_str!("../fixtures/exchanges/teams.json"),
    include_str!("../fixtures/exchanges/channels.json"),
    include_str!("../fixtures/exchanges/posts.json"),
    include_str!("../fixtures/exchanges/files.json"),
    include_str!("../fixtures/exchanges/invites.json"),
    include_str!("../fixtures/exchanges/end.json"),
];

/// Replays the whole walk at an address and gives what differs.
async fn replay(base: &str, real: bool) -> Vec<String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut walk = Walk::new(base, real);
    let mut replayed = 0;
    for exchange in WALK.iter().flat_map(|part| serde_json::from_str::<Vec<Exchange>>(part).unwrap()) {
        walk.replay(&exchange).await;
        replayed += 1;
    }
    assert!(replayed >= 160, "only {replayed} exchanges");
    walk.differences
}

#[tokio::test]
async fn the_stand_in_answers_as_a_real_server_did() {
    let world = World::new(Options { clustered: false, ..Options::default() });
    let listen = "127.0.0.1:0".parse().unwrap();
    let node = Node::start(world, "node1", release::known("11.6.0"), Faults::none(), listen).await.unwrap();
    let differences = replay(&format!("http://{}", node.address()), false).await;
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

#[tokio::test]
async fn a_real_server_still_answers_as_recorded() {
    let Ok(base) = std::env::var("UPGRADE_GATE_CONTRACT_URL") else { return };
    let differences = replay(base.trim_end_matches('/'), true).await;
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}
