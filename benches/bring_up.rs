//! How long the same compose file takes until everything in it is healthy: docker compose against our Docker layer.
//!
//! ```text
//! cargo bench --bench bring_up                  # a release build
//! cargo bench --profile dev --bench bring_up    # nearly the same figures: the time goes into the engine
//! ```
//! Both sides take turns, so that a busy machine is busy for both, and both clean up after each round. docker compose is
//! the plugin when there is one (`up --wait`), else Debian's docker-compose 1.29, which waits between dependent services
//! only: the bench asks the engine for the rest. Its time includes the start of its process, as for everybody who calls
//! it; that start is measured apart too. Nothing is asserted: a bench measures, the reader judges.
#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::try_join_all;
use indexmap::IndexMap;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};
use upgrade_gate::compose::{DependsCondition, Project, load};
use upgrade_gate::docker::{Engine, Fetched, PrepareOptions, RunLabels, RunningProject, Ways, down};
use upgrade_gate::event::Events;

const ROUNDS: usize = 5;
const IMAGE: &str = "upgrade-gate-test/busybox:bench";
/// How long one round may take before it counts as failed.
const LIMIT: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    // `cargo test --all-targets` runs benches too, without this flag; measuring is not testing.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("bring_up: nothing measured; `cargo bench --bench bring_up` does");
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.context("no async runtime").and_then(|runtime| runtime.block_on(bench())) {
        Ok(()) => {}
        Err(error) => println!("bring_up: not measured: {error:#}"),
    }
    // What is missing on this machine is no failure of the code.
    ExitCode::SUCCESS
}

async fn bench() -> Result<()> {
    let host = std::env::var("DOCKER_HOST").ok();
    let engine = Engine::connect(host.as_deref()).await.context("no Docker engine")?;
    let theirs = Theirs::find()?;
    import_image()?;
    let name = format!("bring-up-{}", std::process::id());
    let ours = Ours { host, name: format!("{name}-ours"), run: format!("{name}-run") };
    let theirs = Theirs { name: format!("{name}-theirs"), ..theirs };

    println!("engine {} (API {}), {}", engine.version(), engine.api(), theirs.version);
    println!("start of the docker compose process alone: {:.2} s", theirs.start_only()?.as_secs_f64());
    println!("{:>8} {:>16} {:>8}", "round", "docker compose", "ours");
    let mut times = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (their_time, our_time) = (theirs.round().await?, ours.round().await?);
        // The first round fills the caches of the engine and of the kernel for both.
        let label = if round == 0 { "warm-up".to_owned() } else { round.to_string() };
        println!("{label:>8} {:>14.2} s {:>6.2} s", their_time.as_secs_f64(), our_time.as_secs_f64());
        if round > 0 {
            times.0.push(their_time);
            times.1.push(our_time);
        }
    }
    let (their_median, our_median) = (median(times.0).as_secs_f64(), median(times.1).as_secs_f64());
    println!("{:>8} {their_median:>14.2} s {our_median:>6.2} s", "median");
    println!("ours takes {:.2} of docker compose's time", our_median / their_median);
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/bring_up/compose.yaml")
}

/// Our side: the library, from the connection to the last healthy service.
struct Ours {
    host: Option<String>,
    name: String,
    run: String,
}

impl Ours {
    async fn round(&self) -> Result<Duration> {
        let start = Instant::now();
        let result = self.up(start + LIMIT).await;
        let time = start.elapsed();
        let engine = Engine::connect(self.host.as_deref()).await?;
        down(&engine, &self.run, Instant::now() + LIMIT).await.context("our cleanup")?;
        result.context("our side")?;
        Ok(time)
    }

    async fn up(&self, deadline: Instant) -> Result<()> {
        let engine = Engine::connect(self.host.as_deref()).await?;
        let project: Project = load(&[file()], IndexMap::new(), &[], &self.name)?.project;
        let labels = RunLabels {
            run: self.run.clone(),
            owner: "benches/bring_up".to_owned(),
            expires: OffsetDateTime::now_utc() + 10 * LIMIT,
            github_job: None,
            runner: None,
        };
        let options = PrepareOptions {
            labels,
            pull: None,
            ways: Ways::default(),
            further_images: Vec::new(),
            fetched: Fetched::default(),
        };
        let running =
            RunningProject::prepare(&engine, project, options, &Events::nowhere(), deadline).await?;
        running.up(deadline).await?;
        let services = &running.project().services;
        let checked = services.iter().filter(|(_, service)| service.healthcheck.is_some());
        let healthy =
            checked.map(|(name, _)| running.wait(name, 1, DependsCondition::ServiceHealthy, deadline));
        try_join_all(healthy).await?;
        Ok(())
    }
}

/// The other side: docker compose, as the plugin or as the older program.
struct Theirs {
    command: &'static [&'static str],
    /// `up --wait` is the plugin's.
    waits: bool,
    version: String,
    name: String,
}

impl Theirs {
    fn find() -> Result<Self> {
        for (command, waits) in [(&["docker", "compose"][..], true), (&["docker-compose"][..], false)] {
            let version = Command::new(command[0]).args(&command[1..]).arg("version").output();
            if let Some(version) = version.ok().filter(|version| version.status.success()) {
                let version = String::from_utf8_lossy(&version.stdout);
                let version = version.lines().next().unwrap_or_default().to_owned();
                return Ok(Self { command, waits, version, name: String::new() });
            }
        }
        bail!("neither `docker compose` nor `docker-compose` is on the PATH (apt install docker-compose)")
    }

    fn start_only(&self) -> Result<Duration> {
        let start = Instant::now();
        self.run(&["ps", "--quiet"])?;
        Ok(start.elapsed())
    }

    async fn round(&self) -> Result<Duration> {
        let start = Instant::now();
        let result = self.up(start + LIMIT).await;
        let time = start.elapsed();
        self.run(&["down", "--volumes", "--timeout", "1"]).context("docker compose's cleanup")?;
        result.context("docker compose")?;
        Ok(time)
    }

    async fn up(&self, deadline: Instant) -> Result<()> {
        if self.waits {
            return self.run(&["up", "--detach", "--wait"]);
        }
        self.run(&["up", "--detach"])?;
        let wanted = load(&[file()], IndexMap::new(), &[], &self.name)?.project.services.len();
        let label = format!("label=com.docker.compose.project={}", self.name);
        loop {
            let healthy = ["ps", "--quiet", "--filter", &label, "--filter", "health=healthy"];
            let healthy = output(Command::new("docker").args(healthy))?.lines().count();
            if healthy == wanted {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{healthy} of {wanted} services were healthy in time");
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(self.command[0]);
        command.args(&self.command[1..]).args(["--project-name", &self.name, "--file"]).arg(file());
        output(command.args(arguments)).map(|_| ())
    }
}

/// What a command prints, or an error with what it said.
fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{name} cannot be started"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} ended with {}: {}", output.status, said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Makes the image of this machine's static busybox, unless it is there.
fn import_image() -> Result<()> {
    if output(Command::new("docker").args(["image", "inspect", IMAGE])).is_ok() {
        return Ok(());
    }
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find_map(|path| std::fs::read(path).ok());
    let busybox = busybox.with_context(|| {
        format!("no image {IMAGE}, and no busybox to make it of (apt install busybox-static)")
    })?;
    let mut archive = tar::Builder::new(Vec::new());
    for (path, mode, content) in [("bin/busybox", 0o755, &busybox[..]), ("www/index.html", 0o644, b"well\n")]
    {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, path, content)?;
    }
    let archive = archive.into_inner()?;
    let mut import = Command::new("docker");
    import.args(["import", "-", IMAGE]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut import = import.spawn().context("docker cannot be started (apt install docker-cli)")?;
    import.stdin.take().context("docker import takes no input")?.write_all(&archive)?;
    ensure!(import.wait()?.success(), "docker import of {IMAGE} failed");
    Ok(())
}
