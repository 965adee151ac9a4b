//! `run`: the main job.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::conduct::{Stand, conduct};
use super::interrupt::Interrupts;
use super::judged::{Judged, Subject, judge};
use super::ownership::hand_over;
use super::prepared::credentials;
use super::say::{conclude, say};
use super::today::today;
use super::upload::Destination;
use super::voice::voice;
use super::{inside, publish, random, reaper, report_dir};
use crate::cluster::{self, AttachedCluster, Cluster, ComposeCluster, ComposeOptions};
use crate::docker::Pin;
use crate::event::Events;
use crate::github;
use crate::inputs::{Inputs, Surroundings};
use crate::lock::{Lock, LockedImage};
use crate::mattermost::Http;
use crate::plan::{self, Plan};
use crate::report::Names;
use crate::verdict::ExitCode;

/// How long after its time limit a run's resources count as forgotten.
const AFTERLIFE: Duration = Duration::from_secs(2 * 60 * 60);
/// The same for a cluster that is kept on purpose.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

pub(super) async fn run(inputs: Inputs, surroundings: &Surroundings) -> ExitCode {
    conclude(prepared_run(&inputs, surroundings).await, surroundings)
}

async fn prepared_run(inputs: &Inputs, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let interrupts = Interrupts::listen()?;
    let password = random::password()?;
    let mut secrets = inputs.secrets();
    secrets.extend(surroundings.secrets.iter().cloned());
    secrets.push(password.expose_secret().to_owned());
    // Before a word is said: wrong inputs are shown too.
    mask(&secrets, surroundings);
    let run_id = format!("ug-{}", random::hex(5)?);
    let Judged { plan, subject, destination } = judge(inputs, surroundings, &run_id).await?;
    let authorities = inside::trusted(&inputs.publishing.ca_bundle)?;
    let http = inside::http(&authorities)?;
    let prepared = match subject {
        Subject::Attached(options) => {
            let build = |_| async { Ok(Cluster::Attached(Box::new(AttachedCluster::new(*options)))) };
            let begin = Begin { run_id, plan, provider: "attached", secrets, password, destination, http };
            return whole_run(inputs, surroundings, interrupts, begin, build).await;
        }
        Subject::Built(prepared) => *prepared,
    };
    mask(&prepared.secrets, surroundings);
    secrets.extend(prepared.secrets);
    // What is kept on purpose outlives its job.
    let post = surroundings.on_github() && !plan.keep;
    let afterlife = if plan.keep { KEPT } else { AFTERLIFE };
    let lifetime = Duration::from_secs(plan.budgets.total_s) + afterlife;
    let watched = inputs.reaper != "never" && !plan.keep;
    let reaper = watched.then(|| reaper::command(&surroundings.program, &run_id, lifetime));
    let options = ComposeOptions {
        project: prepared.project,
        roles: prepared.roles,
        run_id: run_id.clone(),
        docker_host: surroundings.docker_host.clone(),
        github_job: surroundings.github_job().filter(|_| post),
        pull: plan.pull,
        pins: plan.lock.iter().flat_map(pins).collect(),
        credentials: credentials(inputs),
        lifetime,
        http: http.clone(),
        authorities,
        reaper: reaper.clone(),
    };
    // It reads what we never write: dropped, it would take our end for granted.
    let beside_us = OnceLock::new();
    let build = |events| async {
        let cluster = ComposeCluster::connect(options, events).await?;
        if post {
            // An engine answers and has nothing of ours yet: from now on there is something to remove.
            tell_post(&run_id, surroundings);
        }
        if let Some(command) = reaper.filter(|_| !cluster.in_container()) {
            let _ = beside_us.set(reaper::beside_us(&command, &run_id, surroundings));
        }
        Ok(Cluster::Compose(Box::new(cluster)))
    };
    let begin =
        Begin { run_id: run_id.clone(), plan, provider: "compose", secrets, password, destination, http };
    whole_run(inputs, surroundings, interrupts, begin, build).await
}

/// What a run begins with.
struct Begin {
    run_id: String,
    plan: Plan,
    provider: &'static str,
    /// What nobody may show.
    secrets: Vec<String>,
    /// Of the gate's own accounts.
    password: SecretString,
    /// Where reports go besides the report folder.
    destination: Option<Destination>,
    /// What talks to the cluster.
    http: Http,
}

/// Shows the plan, conducts the run on the cluster that `build` makes, uploads and publishes the result.
async fn whole_run<F>(
    inputs: &Inputs,
    surroundings: &Surroundings,
    mut interrupts: Interrupts,
    begin: Begin,
    build: impl FnOnce(Events) -> F,
) -> anyhow::Result<ExitCode>
where
    F: Future<Output = Result<Cluster, cluster::ClusterError>>,
{
    let Begin { run_id, mut plan, provider, secrets, password, destination, http } = begin;
    plan.waivers.today = Some(today());
    let report_dir = report_dir::make(&inputs.publishing.report_dir)?;
    // What is to be known beforehand comes right below the plan, and into every report.
    let warnings = std::mem::take(&mut plan.warnings);
    say(&plan::text(&plan));
    let build = |events: Events| {
        warnings.into_iter().for_each(|warning| events.warn(warning));
        build(events)
    };
    let context = publish::context(&inputs.publishing, None, surroundings);
    let names = Names::read(&inputs.publishing.junit_names);
    let stand = Stand { run_id, report_dir: report_dir.clone(), names, secrets, password, context, http };
    let ending = conduct(&plan, provider, stand, &mut interrupts, surroundings, build).await;
    let tell = async {
        let report_url = match &destination {
            Some(destination) => destination.take(&ending, &report_dir, surroundings).await,
            None => None,
        };
        // Whoever was interrupted has published what a job can read, and is expected to leave.
        if ending.record.interrupted.is_none() {
            publish::publish(&ending, inputs, &report_dir, report_url.as_deref(), surroundings).await;
        }
    };
    tokio::select! {
        biased;
        () = tell => {}
        signal = interrupts.next() => say(&format!("note: {signal} came while the result was told; the verdict stands")),
    }
    hand_over(&inputs.publishing.report_dir, surroundings);
    Ok(ending.verdict.exit_code)
}

/// What is taken for the names of a lock.
fn pins(lock: &Lock) -> impl Iterator<Item = (String, Pin)> {
    let pin = |image: &LockedImage| Pin { digest: image.digest.clone(), id: image.id.clone() };
    lock.images.iter().map(move |(name, image)| (name.clone(), pin(image)))
}

fn mask(secrets: &[String], surroundings: &Surroundings) {
    if surroundings.on_github() {
        voice().mask(secrets);
    } else {
        voice().keep(secrets);
    }
}

/// Tells the post step which run it is to remove.
fn tell_post(run_id: &str, surroundings: &Surroundings) {
    let Some(file) = surroundings.github.get("GITHUB_STATE") else { return };
    if let Err(why) = github::set_state(Path::new(file), "run", run_id) {
        say(&format!("note: {why}; it looks for the labels of this job instead"));
    }
}
