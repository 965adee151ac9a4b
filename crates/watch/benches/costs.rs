//! What a watch costs: requests per second, CPU of its process, and whether its memory stays flat.
//!
//! ```text
//! cargo bench -p watch                     # half a minute on a cluster of three, by the release profile
//! cargo bench -p watch -- --seconds 3600   # an hour
//! ```
//! The cluster is a stand-in of three nodes behind a balancer in a process of its own, so that the figures are the watch's alone (its
//! control server included). Nothing is asserted: a bench measures, the reader judges.
#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use availability::{Motion, Route, Through, UserPath};
use mattermost_client::{Client, Http};
use mattermost_standin::balancer::Balancer;
use mattermost_standin::fault::Faults;
use mattermost_standin::{Node, Options, World, release};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};
use watch::{Login, Rates, Setup, Watch};

const PASSWORD: &str = "Passw0rd-example";
const NODES: [&str; 3] = ["node1", "node2", "node3"];
const ROUNDS: u32 = 6;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test --all-targets` runs benches too, without this flag; measuring is not testing.
    if !arguments.iter().any(|argument| argument == "--bench" || argument == "serve") {
        println!("costs: nothing measured; `cargo bench -p watch` does");
        return ExitCode::SUCCESS;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let seconds = arguments.iter().skip_while(|argument| *argument != "--seconds").nth(1);
    let seconds = seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or(30);
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no async runtime")
        .and_then(|runtime| {
            if arguments.iter().any(|argument| argument == "serve") {
                runtime.block_on(serve())
            } else {
                runtime.block_on(measure(Duration::from_secs(seconds)))
            }
        });
    if let Err(error) = done {
        println!("costs: not measured: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The cluster: says where it is on one line, and serves until its input ends with the process that started it.
async fn serve() -> Result<()> {
    let world = World::new(Options::default());
    let mut nodes = Vec::new();
    for name in NODES {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let started =
            Node::start(Arc::clone(&world), name, release::known("11.6.0"), Faults::none(), anywhere);
        nodes.push(started.await?);
    }
    let behind = nodes.iter().map(|node| (node.name().to_owned(), node.address()));
    let balancer = Balancer::start(behind).await?;
    let mut told = vec![balancer.address().to_string()];
    told.extend(nodes.iter().map(|node| node.address().to_string()));
    println!("{}", told.join(" "));
    tokio::task::spawn_blocking(|| std::io::stdin().lines().count()).await?;
    Ok(())
}

struct Cluster(Child);

impl Cluster {
    /// Stops the whole process for a while; gives for how long it really was.
    async fn pause(&self, length: Duration) -> Result<Duration> {
        let process = Pid::from_child(&self.0);
        let began = Instant::now();
        kill_process(process, Signal::STOP)?;
        sleep(length).await;
        kill_process(process, Signal::CONT)?;
        Ok(began.elapsed())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn measure(length: Duration) -> Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("the cluster has no output")?;
    let cluster = Cluster(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let urls: Vec<String> = line.split_whitespace().map(|address| format!("http://{address}")).collect();
    let (balancer, nodes) = urls.split_first().context("the cluster said nothing")?;

    let http = Http::new(Duration::from_secs(10))?;
    let nobody = Client::new(&http, "balancer", balancer);
    for name in ["watcher", "visitor"] {
        nobody.create_user(name, PASSWORD).await?;
    }
    let watcher = nobody.login("watcher", PASSWORD).await?.client;
    let team = watcher.create_team("watched", "Watched").await?.id;
    let at = |name: &&str, url: &String| ((*name).to_owned(), watcher.at(&Client::new(&http, name, url)));
    let setup = Setup {
        nodes: NODES.iter().zip(nodes).map(|(name, url)| at(name, url)).collect(),
        balancer: Some(watcher),
        team,
        channel: "gate-watch".into(),
        login: Some(Login { name: "visitor".into(), password: PASSWORD.into() }),
        clustered: true,
        rates: Rates::default(),
    };
    let watch = Watch::start(setup).await?;
    watch.stage("release", Motion::Roll);
    println!("{:>8} {:>12} {:>10} {:>12}", "seconds", "requests/s", "CPU", "memory");
    for round in 1..=ROUNDS {
        let (began, cpu, asked) = (Instant::now(), cpu_seconds()?, watch.pulse().requests);
        sleep(length / ROUNDS).await;
        let span = began.elapsed().as_secs_f64();
        println!(
            "{:>8.0} {:>12.0} {:>8.1} % {:>8.1} MiB",
            (length / ROUNDS * round).as_secs_f64(),
            (watch.pulse().requests - asked) as f64 / span,
            (cpu_seconds()? - cpu) / span * 100.0,
            resident_mib()?
        );
    }
    let mut pauses = Vec::new();
    for length in [300, 1000, 3000].map(Duration::from_millis) {
        pauses.push((length, cluster.pause(length).await?));
        sleep(Duration::from_secs(2)).await;
    }
    let seen = watch.finish().await;
    drop(cluster);
    let pinged = Route { path: UserPath::PingKept, through: Through::Node("node1".into()) };
    let stalls = seen.gaps.iter().filter(|gap| gap.route == pinged && gap.stretch.length_ms >= 250);
    let stalls: Vec<String> = stalls.map(|gap| gap.length()).collect();
    println!("the cluster was paused for {pauses:?}; a ping at node1 stalled for {}", stalls.join(", "));
    println!("{:<48} {:>8} {:>7} {:>9} {:>9} {:>9}", "route", "sent", "failed", "p50 us", "p99 us", "max us");
    for figures in &seen.routes {
        if let Some(figure) = &figures.roll {
            let (route, us) = (figures.route.to_string(), [figure.p50_us, figure.p99_us, figure.max_us]);
            println!(
                "{route:<48} {:>8} {:>7} {:>9} {:>9} {:>9}",
                figure.sent, figure.failed, us[0], us[1], us[2]
            );
        }
    }
    println!(
        "{} bytes as a record, {} gaps, {} posts",
        serde_json::to_vec(&seen)?.len(),
        seen.gaps.len(),
        seen.posts
    );
    Ok(())
}

/// CPU seconds of this process so far, in user and system mode.
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}

fn resident_mib() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
}
