//! One run from its first event to its last report, however it ends.
//!
//! The order at the end is what nothing may change: evidence while the cluster still stands, reports before the
//! teardown (a kill must not cost them), teardown, the final reports.
//!
//! A signal ends all that at whatever it was doing. Runners send SIGINT, SIGTERM 7.5 s later and SIGKILL after 10 s:
//! what is known is reported at once, the teardown begins, and we leave before anybody loses patience. What it did not
//! get done is left to the reaper and to the Action's post step.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout, timeout_at};

use super::bugs;
use super::ending::Ending;
use super::interrupt::Interrupts;
use super::publish;
use super::pump::Pump;
use crate::cluster::Cluster;
use crate::cluster::evidence::{self, Shelf};
use crate::event::{Blame, Breakage, EventKind, Events, Phase, ReleaseName, RunHeader};
use crate::github::Context;
use crate::inputs::Surroundings;
use crate::mattermost::Http;
use crate::plan::Plan;
use crate::record::Record;
use crate::redact::Redactor;
use crate::report::{Look, Names, Runs, WrittenFile, write_all};
use crate::stages;

/// How long we stay after a signal; the last reports come on top.
const STAY: Duration = Duration::from_millis(5500);
/// How long the last reports may wait for a console that does not move.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How long events may take to be folded before a signal's reports are written without them.
const CATCH_UP: Duration = Duration::from_millis(500);
/// The same where nobody waits for us.
const CATCH_UP_AT_LEISURE: Duration = Duration::from_secs(2);
/// How long the teardown may take when nobody waits for us.
const TEARDOWN: Duration = Duration::from_secs(60);

/// What a run needs besides plan and cluster.
#[derive(Debug)]
pub(super) struct Stand {
    /// Unique id of the run.
    pub(super) run_id: String,
    /// Where reports go; it exists.
    pub(super) report_dir: PathBuf,
    /// How the cases of `junit.xml` are called.
    pub(super) names: Names,
    /// What no output may contain, before anything is known of the cluster's own secrets.
    pub(super) secrets: Vec<String>,
    /// Password of the gate's own accounts.
    pub(super) password: SecretString,
    /// The GitHub job that the run is part of: it gets outputs and summary at once when a signal comes.
    pub(super) context: Option<Context>,
    /// What talks to the cluster.
    pub(super) http: Http,
}

/// Builds the cluster, runs the plan, reports, tears down.
///
/// `build` makes the cluster; its failure is a broken environment, reported like any other. `interrupts` were listening
/// since before anything was said: a signal that came meanwhile is waiting there.
pub(super) async fn conduct<F>(
    plan: &Plan,
    provider: &str,
    stand: Stand,
    interrupts: &mut Interrupts,
    surroundings: &Surroundings,
    build: impl FnOnce(Events) -> F,
) -> Ending
where
    F: Future<Output = Result<Cluster, crate::cluster::Error>>,
{
    let (events, receiver) = Events::stream();
    let mut secrets = stand.secrets.clone();
    secrets.push(stand.password.expose_secret().to_owned());
    let redactor = Arc::new(Redactor::new(secrets));
    let look = Look {
        terminal: surroundings.terminal,
        colour: surroundings.colour,
        github: surroundings.on_github(),
    };
    let shelf = Shelf::new(&stand.report_dir, Arc::clone(&redactor));
    let pump = Pump::start(receiver, Arc::clone(&redactor), look, &stand.report_dir);
    events.send(EventKind::RunStarted(header(plan, provider, &stand.run_id)));
    let (run_id, dir, names) = (&stand.run_id, &stand.report_dir, stand.names);
    let cluster = OnceCell::new();
    // Boxed without its type, as the commands are: the compiler nests a future's layout only so deep.
    let line: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(async {
        let upgrade = async {
            let cluster = match build(events.clone()).await {
                Ok(made) => cluster.get_or_init(async || made).await,
                Err(error) => {
                    return events.send(EventKind::RunBroken(stages::broken(Blame::Environment, error)));
                }
            };
            let stages = stages::run(plan, cluster, &stand.http, &events, run_id, &stand.password, &shelf);
            let limit = Duration::from_secs(plan.budgets.total_s);
            if let Err(breakage) = timeout(limit, stages).await.unwrap_or_else(|_| Err(out_of_time(plan))) {
                events.send(EventKind::RunBroken(breakage));
            }
        };
        // Whatever is wrong with us, what follows must happen.
        let _ = bugs::caught(upgrade).await;
        tell_bugs(&events);
        let Some(cluster) = cluster.get() else { return };
        settle(&events, &pump, CATCH_UP_AT_LEISURE).await;
        if went_wrong(&pump.so_far()) {
            let _ = bugs::caught(evidence::collect(cluster, &shelf, &events)).await;
            tell_bugs(&events);
            settle(&events, &pump, CATCH_UP_AT_LEISURE).await;
        }
        let _ = reports(&pump.so_far(), dir, names);
        tear_down(plan, cluster, &stand.http, run_id, &events, Instant::now() + TEARDOWN).await;
    });
    let signal = tokio::select! {
        biased;
        signal = interrupts.next() => Some(signal),
        () = line => None,
    };
    let mut console_until = None;
    if let Some(signal) = signal {
        let leave = Instant::now() + STAY;
        events.send(EventKind::Interrupted { signal: signal.into() });
        settle(&events, &pump, CATCH_UP).await;
        let mut record = pump.so_far();
        // Behind a console that is stuck, the event waits; the reports do not.
        record.interrupted.get_or_insert_with(|| signal.into());
        let _ = reports(&record, dir, names);
        if let Some(context) = &stand.context {
            publish::files(&Runs::of(record), context, dir);
        }
        if let Some(cluster) = cluster.get() {
            let down =
                timeout_at(leave + LAST_WORDS, tear_down(plan, cluster, &stand.http, run_id, &events, leave));
            let told =
                |signal| events.warn(format!("{signal} came while the cluster is removed; that goes on"));
            let _ = interrupts.through(down, told).await;
        }
        console_until = Some(leave + 2 * LAST_WORDS);
    }
    tell_bugs(&events);
    events.send(EventKind::RunFinished);
    drop(events);
    drop(cluster);
    let (mut record, console) = pump.finish(console_until).await;
    if let Some(signal) = signal {
        record.interrupted.get_or_insert_with(|| signal.into());
    }
    let mut files = reports(&record, dir, names);
    // Of the pump, of a report, or of a task that was still under way.
    let late = bugs::untold();
    if !late.is_empty() {
        record.breakages.extend(late.iter().map(|bug| without_secrets(bug.breakage(), &redactor)));
        files = reports(&record, dir, names);
    }
    let mut runs = Runs::of(record.clone());
    if files.iter().any(|file| file.result.is_err()) {
        runs = runs.without_reports();
    }
    if let Some(mut console) = console {
        bugs::caught_now(|| drop(console.finish(&runs, &files)));
    }
    Ending { record, verdict: runs.verdict().clone() }
}

/// Tells of our own bugs as of anything else that breaks a run.
fn tell_bugs(events: &Events) {
    for bug in bugs::untold() {
        events.send(EventKind::RunBroken(bug.breakage()));
    }
}

/// The same breakage; it did not go the way of events, on which secrets are taken out.
fn without_secrets(breakage: Breakage, redactor: &Redactor) -> Breakage {
    Breakage { message: redactor.redact(&breakage.message).into_owned(), ..breakage }
}

/// Removes the cluster, or says what is left and how to remove it.
async fn tear_down(
    plan: &Plan,
    cluster: &Cluster,
    http: &Http,
    run_id: &str,
    events: &Events,
    deadline: Instant,
) {
    if plan.keep {
        let balancer =
            cluster.balancer().await.map_or_else(|_| "no balancer".into(), |address| address.to_string());
        events.warn(format!(
            "the cluster was kept ({balancer}); remove it: upgrade-gate cleanup --run {run_id}"
        ));
        return;
    }
    let began = Instant::now();
    events.send(EventKind::PhaseStarted { phase: Phase::Teardown });
    let _ = bugs::caught(stages::leave(cluster, http, events)).await;
    match bugs::caught(cluster.down(deadline)).await {
        Some(Ok(())) => {}
        Some(Err(error)) => events.warn(format!("not everything could be removed: {error}")),
        None => events.warn(format!(
            "not everything could be removed, because of a bug of the gate: upgrade-gate cleanup --run {run_id}"
        )),
    }
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    events.send(EventKind::PhaseFinished { phase: Phase::Teardown, took_ms });
}

/// Waits until the pump has folded everything that was sent: a marker that comes back proves it.
async fn settle(events: &Events, pump: &Pump, patience: Duration) {
    let sent = events.sent();
    let deadline = Instant::now() + patience;
    let _: Result<(), ()> =
        crate::retry::until(deadline, || async { if pump.folded() >= sent { Ok(()) } else { Err(()) } })
            .await;
}

/// Whether there is something that evidence could explain.
fn went_wrong(record: &Record) -> bool {
    !record.breakages.is_empty() || record.results().any(|result| result.outcome.is_red())
}

fn reports(record: &Record, dir: &Path, names: Names) -> Vec<WrittenFile> {
    write_all(&Runs::of(record.clone()), dir, names)
}

fn header(plan: &Plan, provider: &str, run_id: &str) -> RunHeader {
    let name = |release: &crate::plan::Release| ReleaseName {
        given: release.given.clone(),
        image: release.image.clone(),
    };
    RunHeader {
        run_id: run_id.to_owned(),
        gate_version: env!("CARGO_PKG_VERSION").to_owned(),
        stable: name(&plan.stable),
        release: name(&plan.release),
        compose_file: plan.compose_file.clone(),
        nodes: plan.order.len(),
        mode: plan.mode.to_string(),
        mode_reason: plan.mode_reason.clone(),
        provider: provider.to_owned(),
        order: plan.order.clone(),
        planned: plan.stages.iter().map(|stage| (stage.stage, stage.checks.clone())).collect(),
        left_out: plan.left_out.iter().map(|left| (left.check.clone(), left.why.clone())).collect(),
    }
}

fn out_of_time(plan: &Plan) -> Breakage {
    Breakage {
        blame: Blame::Environment,
        part: "run".into(),
        message: format!("it did not end within {} s", plan.budgets.total_s),
        remedy: "See which phase was slow; give it more with the input timeout.".into(),
        log_tail: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
