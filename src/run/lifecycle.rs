//! One run from its first event to its last report, however it ends. What follows what at the end stands here, from top to bottom.
//!
//! ```text
//! line        build, steps, evidence while the cluster still stands, reports before the teardown (a kill must not cost
//!             them), teardown
//! signal      ends the line wherever it is: reports and outputs of what is known, then the teardown, both in a hurry
//! last words  the end of the stream, the final reports, the verdict
//! ```
//! Runners send SIGINT, SIGTERM 7.5 s later and SIGKILL after 10 s: what a run that is stopped did not get done is left
//! to the reaper and to the Action's post step.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout, timeout_at};

use super::bugs;
use super::definition::Run;
use super::interrupts::Interrupts;
use super::patience::{AT_LEISURE, IN_A_HURRY, Patience};
use super::pump::Pump;
use crate::cluster::Cluster;
use crate::cluster::evidence::{self, EvidenceFolder};
use crate::event::{Blame, Breakage, EventKind, Events, Phase};
use crate::plan::PlanStep;
use crate::publish;
use crate::record::Record;
use crate::redact::Redactor;
use crate::report::{Look, Runs, WrittenFile, write_all};
use crate::stages;
use crate::trouble::Trouble;
use crate::verdict::RunEnd;

/// A future without its type: a whole run is a deep nest of them, and the compiler follows one only so deep.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Builds the cluster, does what the plan says, reports, tears down.
///
/// `interrupts` were listening since before anything was said: a signal that came meanwhile is waiting there. Without a
/// `look` nothing is shown; the reports are written all the same.
pub async fn execute(run: &Run, interrupts: &mut Interrupts, look: Option<Look>) -> RunEnd {
    live(run, interrupts, look, |events| Box::pin(run.provider.build(events))).await
}

/// As [`execute`], on the cluster that `build` makes; its failure is a broken environment, reported like any other.
async fn live<'a>(
    run: &'a Run,
    interrupts: &mut Interrupts,
    look: Option<Look>,
    build: impl FnOnce(Events) -> Boxed<'a, Result<Cluster, Trouble>>,
) -> RunEnd {
    let life = Life::begin(run, look);
    let line: Boxed<'_, ()> = Box::pin(life.line(build));
    let signal = tokio::select! {
        biased;
        signal = interrupts.next() => Some(signal),
        () = line => None,
    };
    let console_until = match signal {
        Some(signal) => Some(life.signal(signal, interrupts).await),
        None => None,
    };
    life.last_words(signal, console_until).await
}

/// A run that has begun.
struct Life<'a> {
    run: &'a Run,
    events: Events,
    pump: Pump,
    redactor: Arc<Redactor>,
    shelf: EvidenceFolder,
    cluster: OnceCell<Cluster>,
}

impl<'a> Life<'a> {
    fn begin(run: &'a Run, look: Option<Look>) -> Self {
        let (events, receiver) = Events::stream();
        let password = run.password.expose_secret();
        let redactor = Arc::new(Redactor::new(run.secrets.iter().map(String::as_str).chain([password])));
        let shelf = EvidenceFolder::new(&run.folder, Arc::clone(&redactor));
        let pump = Pump::start(receiver, Arc::clone(&redactor), look, &run.folder);
        events.send(EventKind::RunStarted(run.header()));
        Self { run, events, pump, redactor, shelf, cluster: OnceCell::new() }
    }

    /// Everything that a run does when nobody stops it.
    async fn line(&self, build: impl FnOnce(Events) -> Boxed<'a, Result<Cluster, Trouble>>) {
        // Whatever is wrong with us, what follows must happen.
        let _ = bugs::caught(self.upgrade(build)).await;
        self.tell_bugs();
        let Some(cluster) = self.cluster.get() else { return };
        stages::begins(&PlanStep::Report, &self.events);
        self.settle(AT_LEISURE).await;
        if went_wrong(&self.pump.so_far()) {
            let _ = bugs::caught(evidence::collect(cluster, &self.shelf, &self.events)).await;
            self.tell_bugs();
            self.settle(AT_LEISURE).await;
        }
        let _ = self.reports(&self.pump.so_far());
        self.tear_down(cluster, Instant::now() + AT_LEISURE.teardown).await;
    }

    /// Builds the cluster and does what the plan says, within its time.
    async fn upgrade(&self, build: impl FnOnce(Events) -> Boxed<'a, Result<Cluster, Trouble>>) {
        let Run { id, plan, warnings, password, http, site_bucket, .. } = self.run;
        for warning in warnings {
            self.events.warn(warning.clone());
        }
        let cluster = match build(self.events.clone()).await {
            Ok(made) => self.cluster.get_or_init(async || made).await,
            Err(error) => return self.broke(stages::broken(Blame::Environment, error)),
        };
        let given = stages::RunGivens { nonce: id, password, site_bucket: site_bucket.as_ref() };
        let stages: Boxed<'_, Result<(), Breakage>> =
            Box::pin(stages::run(plan, cluster, http, &self.events, given, &self.shelf));
        let limit = Duration::from_secs(plan.budgets.total_s);
        let ended = timeout(limit, stages).await;
        if let Err(breakage) = ended.unwrap_or_else(|_| Err(out_of_time(plan.budgets.total_s))) {
            self.broke(breakage);
        }
    }

    /// What is done after a signal; until when the console may take its time.
    async fn signal(&self, signal: &'static str, interrupts: &mut Interrupts) -> Instant {
        let leave = Instant::now() + IN_A_HURRY.teardown;
        let grace = IN_A_HURRY.grace.unwrap_or_default();
        self.events.send(EventKind::Interrupted { signal: signal.into() });
        self.settle(IN_A_HURRY).await;
        let mut record = self.pump.so_far();
        // Behind a console that is stuck, the event waits; the reports do not.
        record.interrupted.get_or_insert_with(|| signal.into());
        let _ = self.reports(&record);
        if let Some(job) = &self.run.job {
            publish::files(&Runs::of(record), job, &self.run.folder);
        }
        if let Some(cluster) = self.cluster.get() {
            let down = timeout_at(leave + grace, self.tear_down(cluster, leave));
            let told = |signal| {
                self.events.warn(format!("{signal} came while the cluster is removed; that goes on"));
            };
            let _ = interrupts.through(down, told).await;
        }
        leave + 2 * grace
    }

    /// The end of the stream, and what it all comes to.
    async fn last_words(self, signal: Option<&'static str>, console_until: Option<Instant>) -> RunEnd {
        self.tell_bugs();
        self.events.send(EventKind::RunFinished);
        let Self { run, events, pump, redactor, cluster, .. } = self;
        drop(events);
        drop(cluster);
        let (mut record, console) = pump.finish(console_until).await;
        if let Some(signal) = signal {
            record.interrupted.get_or_insert_with(|| signal.into());
        }
        let mut files = reports(run, &record);
        // Of the pump, of a report, or of a task that was still under way.
        let late = bugs::untold();
        if !late.is_empty() {
            record.breakages.extend(late.iter().map(|bug| without_secrets(bug.breakage(), &redactor)));
            files = reports(run, &record);
        }
        let mut runs = Runs::of(record.clone());
        if files.iter().any(|file| file.result.is_err()) {
            runs = runs.without_reports();
        }
        if let Some(mut console) = console {
            bugs::caught_now(|| drop(console.finish(&runs, &files)));
        }
        RunEnd { record, verdict: runs.verdict().clone() }
    }

    /// Removes the cluster, or says what is left and how to remove it.
    async fn tear_down(&self, cluster: &Cluster, deadline: Instant) {
        let Self { run, events, .. } = self;
        let by_hand = format!("upgrade-gate cleanup --run {}", run.id);
        if run.plan.keep {
            self.last_step_begins();
            let balancer = cluster.balancer().await;
            let balancer = balancer.map_or_else(|_| "no balancer".into(), |address| address.to_string());
            events.warn(format!("the cluster was kept ({balancer}); remove it: {by_hand}"));
            return;
        }
        let began = Instant::now();
        events.send(EventKind::PhaseStarted { phase: Phase::Teardown });
        self.last_step_begins();
        let _ = bugs::caught(stages::clean_up(cluster, &run.http, events)).await;
        match bugs::caught(cluster.down(deadline)).await {
            Some(Ok(())) => {}
            Some(Err(error)) => events.warn(format!("not everything could be removed: {error}")),
            None => events
                .warn(format!("not everything could be removed, because of a bug of the gate: {by_hand}")),
        }
        let took_ms = crate::clock::millis(began);
        events.send(EventKind::PhaseFinished { phase: Phase::Teardown, took_ms });
    }

    /// What becomes of the cluster is the last step of every plan.
    fn last_step_begins(&self) {
        if let Some(step) = self.run.plan.steps.last() {
            stages::begins(step, &self.events);
        }
    }

    /// Waits until everything that was sent is in the record: a count that comes back proves it.
    async fn settle(&self, patience: Patience) {
        let sent = self.events.sent();
        let folded = || async { if self.pump.folded() >= sent { Ok(()) } else { Err(()) } };
        let _: Result<(), ()> = crate::wait::until_ok(Instant::now() + patience.fold, folded).await;
    }

    /// Tells of our own bugs as of anything else that breaks a run.
    fn tell_bugs(&self) {
        for bug in bugs::untold() {
            self.broke(bug.breakage());
        }
    }

    fn broke(&self, breakage: Breakage) {
        self.events.send(EventKind::RunBroken(breakage));
    }

    fn reports(&self, record: &Record) -> Vec<WrittenFile> {
        reports(self.run, record)
    }
}

fn reports(run: &Run, record: &Record) -> Vec<WrittenFile> {
    write_all(&Runs::of(record.clone()), &run.folder, run.names)
}

/// The same breakage; it did not go the way of events, on which secrets are taken out.
fn without_secrets(mut breakage: Breakage, redactor: &Redactor) -> Breakage {
    breakage.trouble.message = redactor.redact(&breakage.trouble.message).into_owned();
    breakage
}

/// Whether there is something that evidence could explain.
fn went_wrong(record: &Record) -> bool {
    !record.breakages.is_empty() || record.results().any(|result| result.outcome.is_red())
}

fn out_of_time(limit_s: u64) -> Breakage {
    let message = format!("it did not end within {limit_s} s");
    let remedy = "See which phase was slow; give it more with the input timeout.";
    Breakage { blame: Blame::Environment, trouble: Trouble::new("run", message, remedy) }
}

#[cfg(test)]
mod tests;
