//! The stand-in against recorded exchanges with a real 11.6: each is replayed, and status, shape and headers must agree.
//!
//! `tests/fixtures/exchanges` is a walk from an empty database, cut from recordings: long lists to one element, ids of
//! what the walk makes to `{names}`. An exchange `gives` a name to what it makes. What is compared is told in
//! `compare`. The same walk asks a real server whether it still answers as recorded:
//!
//! ```text
//! UPGRADE_GATE_CONTRACT_URL=http://172.18.0.3:8065 UPGRADE_GATE_CONTRACT_SINK=172.18.0.1 \
//!   cargo test --test it standin_contract
//! ```
//! The sink is an address of this machine that the server reaches, for its integrations.
//! It must be a fresh one of the recorded version, files in S3, no licence, with a site URL, packaged Playbooks and Calls, and
//! with `MM_TEAMSETTINGS_ENABLEOPENSERVER`, `MM_PLUGINSETTINGS_ENABLEUPLOADS`, `MM_SERVICESETTINGS_ENABLEDEVELOPER`,
//! `…ENABLETESTING`, `…ENABLEUSERACCESSTOKENS` and `…ENABLEBOTACCOUNTCREATION` on. The bundles that the walk uploads are
//! manifests alone, so a real server cannot start what they name: Boards' routes and one upload differ there.

mod compare;
mod exchange;

use std::net::{IpAddr, Ipv4Addr};

use exchange::{Exchange, Walk};
use mattermost_standin::fault::Faults;
use mattermost_standin::{Node, Options, World, release};
use serde_json::json;
use sinks::{CannedAnswer, HttpSink};

const WALK: &[&str] = &[
    include_str!("../../../../tests/fixtures/exchanges/system.json"),
    include_str!("../../../../tests/fixtures/exchanges/users.json"),
    include_str!("../../../../tests/fixtures/exchanges/config.json"),
    include_str!("../../../../tests/fixtures/exchanges/teams.json"),
    include_str!("../../../../tests/fixtures/exchanges/channels.json"),
    include_str!("../../../../tests/fixtures/exchanges/posts.json"),
    include_str!("../../../../tests/fixtures/exchanges/files.json"),
    include_str!("../../../../tests/fixtures/exchanges/invites.json"),
    include_str!("../../../../tests/fixtures/exchanges/integrations.json"),
    include_str!("../../../../tests/fixtures/exchanges/plugins.json"),
    include_str!("../../../../tests/fixtures/exchanges/products.json"),
    include_str!("../../../../tests/fixtures/exchanges/end.json"),
];

/// Replays a walk at an address; gives what differs, and of how many exchanges.
async fn replay(walk: &[&str], base: &str, real: bool, sink: IpAddr) -> (Vec<String>, usize) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sink = integration(sink).await;
    let mut player = Walk::new(base, real, &sink.url(""));
    let mut replayed = 0;
    for exchange in walk.iter().flat_map(|part| serde_json::from_str::<Vec<Exchange>>(part).unwrap()) {
        player.replay(&exchange).await;
        replayed += 1;
    }
    (player.differences, replayed)
}

/// Replays a walk at a fresh stand-in with this environment.
async fn at_the_stand_in(walk: &[&str], environment: &[(&str, &str)], least: usize) {
    let world = World::new(Options { clustered: false, ..Options::default() });
    let listen = "127.0.0.1:0".parse().unwrap();
    let environment: Vec<_> =
        environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let release = release::known("11.6.0");
    let node = Node::start_with(world, "node1", release, Faults::none(), listen, &environment).await.unwrap();
    let (differences, replayed) =
        replay(walk, &format!("http://{}", node.address()), false, Ipv4Addr::LOCALHOST.into()).await;
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(replayed >= least, "only {replayed} exchanges");
}

#[tokio::test]
async fn the_stand_in_answers_as_a_real_server_did() {
    at_the_stand_in(WALK, &[], 160).await;
}

#[tokio::test]
async fn with_feature_flags_in_its_environment_it_answers_as_a_real_server_did() {
    let flags = [("MM_FEATUREFLAGS_TESTFEATURE", "on"), ("MM_FEATUREFLAGS_TESTBOOLFEATURE", "true")];
    at_the_stand_in(&[include_str!("../../../../tests/fixtures/exchanges/flags.json")], &flags, 10).await;
}

#[tokio::test]
async fn a_real_server_still_answers_as_recorded() {
    let Ok(base) = std::env::var("UPGRADE_GATE_CONTRACT_URL") else { return };
    let sink = std::env::var("UPGRADE_GATE_CONTRACT_SINK")
        .map_or(Ipv4Addr::LOCALHOST.into(), |at| at.parse().unwrap());
    let (differences, _) = replay(WALK, base.trim_end_matches('/'), true, sink).await;
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// What the recorded integrations answered.
async fn integration(address: IpAddr) -> HttpSink {
    let sink = HttpSink::start(address).await.unwrap();
    sink.serve("/cmd", |request| match request.field("text").unwrap_or_default().as_str() {
        "500" => CannedAnswer::text("boom").with_status(500),
        "badjson" => CannedAnswer::bytes("application/json", b"{bad"),
        "empty" => CannedAnswer::bytes("application/json", b""),
        text => {
            CannedAnswer::json(&json!({"response_type": "ephemeral", "text": format!("only you: {text}")}))
        }
    });
    sink.serve("/act", |_| {
        CannedAnswer::json(&json!({"update": {"message": "pressed"}, "ephemeral_text": "thanks"}))
    });
    sink.serve("/dlg", |_| CannedAnswer::json(&json!({})));
    sink.serve("/errors", |_| {
        CannedAnswer::json(&json!({"error": "general", "errors": {"name": "too short"}}))
    });
    sink.serve("/broken", |_| CannedAnswer::text("boom").with_status(500));
    sink
}
