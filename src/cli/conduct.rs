//! One run from its first event to its last report, however it ends.
//!
//! The order at the end is what nothing may change: evidence while the cluster still stands, reports before the
//! teardown (a second signal or a kill must not cost them), teardown, the final reports.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;

use super::interrupt::Interrupts;
use super::pump::Pump;
use crate::cluster::Cluster;
use crate::cluster::evidence::{self, Shelf};
use crate::event::{Blame, Breakage, EventKind, Events, Phase, ReleaseName, RunHeader};
use crate::inputs::Surroundings;
use crate::mattermost::Http;
use crate::plan::Plan;
use crate::record::Record;
use crate::redact::Redactor;
use crate::report::{Look, WrittenFile, write_all};
use crate::stages;
use crate::verdict::Verdict;

/// What a run needs besides plan and cluster.
#[derive(Debug)]
pub(super) struct Stand {
    /// Unique id of the run.
    pub(super) run_id: String,
    /// Where reports go; it exists.
    pub(super) report_dir: PathBuf,
    /// What no output may contain, before anything is known of the cluster's own secrets.
    pub(super) secrets: Vec<String>,
    /// Password of the gate's own accounts.
    pub(super) password: SecretString,
    /// Listening since before anything was said: a signal that came meanwhile is waiting here.
    pub(super) interrupts: Interrupts,
}

/// The end of a run.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) record: Record,
    pub(super) verdict: Verdict,
}

/// Builds the cluster, runs the plan, reports, tears down.
///
/// `build` makes the cluster; its failure is a broken environment, reported like any other.
///
/// # Errors
/// A bug: the event stream broke, or there are no random bytes.
pub(super) async fn conduct<F>(
    plan: &Plan,
    provider: &str,
    mut stand: Stand,
    surroundings: &Surroundings,
    build: impl FnOnce(Events) -> F,
) -> anyhow::Result<Ending>
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
    let cluster = match build(events.clone()).await {
        Ok(cluster) => Some(cluster),
        Err(error) => {
            events.send(EventKind::RunBroken(stages::broken(Blame::Environment, error)));
            None
        }
    };
    if let Some(cluster) = &cluster {
        let limit = Duration::from_secs(plan.budgets.total_s);
        let http = Http::new(Duration::from_secs(60))?;
        // Boxed without its type, as the commands are: the compiler nests a future's layout only so deep.
        let line: Pin<Box<dyn Future<Output = Result<(), Breakage>> + '_>> =
            Box::pin(stages::run(plan, cluster, &http, &events, &stand.run_id, &stand.password, &shelf));
        let signal = tokio::select! {
            ended = tokio::time::timeout(limit, line) => {
                match ended {
                    Ok(Ok(())) => {}
                    Ok(Err(breakage)) => events.send(EventKind::RunBroken(breakage)),
                    Err(_) => events.send(EventKind::RunBroken(out_of_time(plan))),
                }
                None
            }
            signal = stand.interrupts.next() => Some(signal),
        };
        if let Some(signal) = signal {
            events.send(EventKind::Interrupted { signal: signal.into() });
            settle(&events, &pump).await;
            let _ = reports(&pump.so_far(), &stand.report_dir);
        } else {
            settle(&events, &pump).await;
            if went_wrong(&pump.so_far()) {
                evidence::collect(cluster, &shelf, &events).await;
            }
            let _ = reports(&pump.so_far(), &stand.report_dir);
        }
        tear_down(plan, cluster, &http, &stand.run_id, &events, &mut stand.interrupts).await;
    }
    events.send(EventKind::RunFinished);
    drop(events);
    drop(cluster);
    let (record, mut console) = pump.finish().await?;
    let files = reports(&record, &stand.report_dir);
    let mut verdict = Verdict::of(&record);
    if files.iter().any(|file| file.result.is_err()) {
        verdict = verdict.without_reports();
    }
    let _ = console.finish(&record, &verdict, &files);
    Ok(Ending { record, verdict })
}

/// Removes the cluster, or says how to. A second signal while it is at work is not an order to leave things behind:
/// it is noted and the teardown goes on.
async fn tear_down(
    plan: &Plan,
    cluster: &Cluster,
    http: &Http,
    run_id: &str,
    events: &Events,
    interrupts: &mut Interrupts,
) {
    if plan.keep {
        let balancer = cluster.balancer().await.unwrap_or_else(|_| "no balancer".into());
        events.warn(format!(
            "the cluster was kept ({balancer}); remove it: upgrade-gate cleanup --run {run_id}"
        ));
        return;
    }
    let began = Instant::now();
    events.send(EventKind::PhaseStarted { phase: Phase::Teardown });
    let mut down = std::pin::pin!(async {
        stages::leave(cluster, http, events).await;
        cluster.down().await
    });
    let ended = loop {
        tokio::select! {
            ended = &mut down => break ended,
            signal = interrupts.next() => events.warn(format!("{signal} came while the cluster is being removed; that goes on")),
        }
    };
    if let Err(error) = ended {
        events.warn(format!("not everything could be removed: {error}"));
    }
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    events.send(EventKind::PhaseFinished { phase: Phase::Teardown, took_ms });
}

/// Waits until the pump has folded everything that was sent: a marker that comes back proves it.
async fn settle(events: &Events, pump: &Pump) {
    let sent = events.sent();
    let deadline = Instant::now() + Duration::from_secs(2);
    let _: Result<(), ()> =
        crate::retry::until(deadline, || async { if pump.folded() >= sent { Ok(()) } else { Err(()) } })
            .await;
}

/// Whether there is something that evidence could explain.
fn went_wrong(record: &Record) -> bool {
    !record.breakages.is_empty() || record.results().any(|result| result.outcome.is_red())
}

fn reports(record: &Record, dir: &Path) -> Vec<WrittenFile> {
    write_all(record, &Verdict::of(record), dir)
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
