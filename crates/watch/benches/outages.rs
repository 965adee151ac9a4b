//! How exactly outages are measured, in real time: a stand-in's node is out for a known time, again and again.
//!
//! ```text
//! cargo bench -p watch --bench outages                    # a hundred outages, eight minutes
//! cargo bench -p watch --bench outages -- --outages 20
//! ```
//! A test may not assert durations, so it plays outages in a time of its own (`src/tests/outages.rs`); this one waits for them. A pause
//! below a quarter of a second is no gap, as nobody waits longer than that.
#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use availability::{Gap, Route, Through, UserPath};
use mattermost_client::{Client, Http};
use mattermost_standin::fault::{Faults, OutageKind};
use mattermost_standin::{Node, Options, World, release};
use tokio::time::{Instant, sleep};
use watch::{Rates, Setup, Watch};

const PASSWORD: &str = "Passw0rd-example";
const LENGTHS_MS: [u64; 5] = [100, 300, 1000, 3000, 10_000];
const KINDS: [OutageKind; 4] = [OutageKind::Refused, OutageKind::Reset, OutageKind::Status, OutageKind::Hang];
const EXACT_MS: u64 = 100;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` runs benches too, without this flag; measuring is not testing.
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("outages: nothing measured; `cargo bench -p watch --bench outages` does");
        return ExitCode::SUCCESS;
    }
    let wanted = arguments.iter().skip_while(|argument| *argument != "--outages").nth(1);
    let wanted = wanted.and_then(|wanted| wanted.parse().ok()).unwrap_or(100);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.context("no async runtime").and_then(|runtime| runtime.block_on(measure(wanted)));
    if let Err(error) = done {
        println!("outages: not measured: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn measure(wanted: usize) -> Result<()> {
    let world = World::new(Options::default());
    let mut nodes = BTreeMap::new();
    for name in ["node1", "node2"] {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let started =
            Node::start(Arc::clone(&world), name, release::known("11.6.0"), Faults::none(), anywhere);
        nodes.insert(name, started.await?);
    }
    let http = Http::new(Duration::from_secs(10))?;
    let at = |name: &str| Client::new(&http, name, &format!("http://{}", nodes[name].address()));
    at("node1").create_user("watcher", PASSWORD).await?;
    let watcher = at("node1").login("watcher", PASSWORD).await?.client;
    let team = watcher.create_team("watched", "Watched").await?.id;
    let setup = Setup {
        nodes: ["node1", "node2"].map(|name| (name.to_owned(), watcher.at(&at(name)))).into(),
        balancer: None,
        team,
        channel: "gate-watch".into(),
        login: None,
        clustered: true,
        rates: Rates::default(),
    };
    let watch = Watch::start(setup).await?;
    let began = Instant::now();
    sleep(Duration::from_secs(1)).await;
    for number in 0..wanted {
        let kind = KINDS[number / LENGTHS_MS.len() % KINDS.len()];
        let length_ms = LENGTHS_MS[number % LENGTHS_MS.len()];
        if kind == OutageKind::Hang && length_ms < 1000 {
            continue;
        }
        let length = Duration::from_millis(length_ms);
        nodes["node2"].outage(kind, length);
        // Outages are not to begin in step with the sampler.
        let pause = Duration::from_millis(1500 + u64::try_from(number)? * 37 % 100);
        sleep(length + pause).await;
    }
    let seen = watch.finish().await;
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let outages = nodes["node2"].outages().into_iter();
    let played: Vec<_> = outages
        .filter_map(|outage| {
            Some((outage.kind, millis(outage.from - began), millis(outage.until? - outage.from)))
        })
        .collect();
    report(&played, &seen.gaps);
    Ok(())
}

/// What was measured of each outage by the kept ping at the node.
fn report(played: &[(OutageKind, u64, u64)], gaps: &[Gap]) {
    let route = Route { path: UserPath::PingKept, through: Through::Node("node2".into()) };
    let of_node: Vec<&Gap> = gaps.iter().filter(|gap| gap.route == route).collect();
    let mut wrong = 0;
    let mut worst = 0;
    for &(kind, from_ms, length_ms) in played {
        let during =
            of_node.iter().filter(|gap| gap.stretch.overlap_ms(from_ms, from_ms + length_ms + 200) > 0);
        let found = during.map(|gap| gap.stretch.length_ms).max().unwrap_or(0);
        let off = found.abs_diff(length_ms);
        worst = worst.max(off);
        if off > EXACT_MS {
            wrong += 1;
            println!("{kind:?} of {length_ms} ms from {from_ms} on was measured as {found} ms");
            let near = of_node.iter().map(|gap| &gap.stretch);
            for gap in near.filter(|gap| gap.overlap_ms(from_ms, from_ms + length_ms + 1000) > 0) {
                println!("    {} ms from {} on: {:?}", gap.length_ms, gap.start_ms, gap.harms);
            }
        }
    }
    println!("{} outages: {wrong} off by more than {EXACT_MS} ms, {worst} ms at most", played.len());
}
