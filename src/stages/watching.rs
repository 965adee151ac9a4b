//! A watch that goes on: it is told what the run does, and tells the console how it goes.

use std::sync::{Arc, Weak};
use std::time::Duration;

use availability::{Activity, Deed, Motion, Observation, Pulse};
use tokio::task::JoinHandle;
use watch::{Setup, Watch};

use crate::event::{EventKind, Events};
use crate::mattermost::Client;
use crate::plan::PlanStep;

/// A watch that goes on, and the account that it asks as.
#[derive(Debug)]
pub(super) struct Watching {
    watch: Arc<Watch>,
    account: Client,
    pulse: JoinHandle<()>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.pulse.abort();
    }
}

/// How often the console is told.
const PULSE: Duration = Duration::from_secs(1);

impl Watching {
    /// Begins, as an account.
    ///
    /// # Errors
    /// Why it cannot, as a clause.
    pub(super) async fn start(setup: Setup, account: Client, events: &Events) -> Result<Self, String> {
        let watch = Arc::new(Watch::start(setup).await.map_err(|error| format!("{error:#}"))?);
        let pulse = tokio::spawn(tell(Arc::downgrade(&watch), events.clone()));
        Ok(Self { watch, account, pulse })
    }

    /// Asks no more, and tells what was seen. To be asked once.
    pub(super) async fn finish(&self) -> Observation {
        self.pulse.abort();
        self.watch.finish().await
    }

    /// What was seen until now, for a run that nobody may wait for. To be asked once, and not after [`finish`](Self::finish).
    pub(super) fn so_far(&self) -> Observation {
        self.watch.so_far()
    }

    /// What is done to a node from now on.
    pub(super) fn doing(&self, node: &str, what: Deed) {
        self.watch.mark(Activity { node: node.to_owned(), what });
    }

    /// How many websockets through the balancer it holds on a node.
    pub(super) fn held_on(&self, node: &str) -> usize {
        self.watch.held_on(node)
    }

    /// A node is there from now on.
    ///
    /// # Errors
    /// Why it is no longer watched by itself, as a sentence.
    pub(super) fn moved(&self, node: &str, client: &Client) -> Result<(), String> {
        let watched = self.watch.node(node, &self.account.at(client));
        watched.map_err(|error| format!("{node} is no longer watched by itself: {error:#}"))
    }

    /// A step begins; `rest` are the steps from it on.
    pub(super) fn turn_to(&self, step: &PlanStep, rest: &[PlanStep]) {
        let motion = match step {
            PlanStep::Check { .. } | PlanStep::Judge { .. } => Motion::Rest,
            PlanStep::Restart { .. } | PlanStep::Control { .. } => Motion::NullRoll,
            PlanStep::Migrate { .. } | PlanStep::Replace { .. } | PlanStep::StopAll { .. } => Motion::Roll,
            _ => return,
        };
        let stage = rest.iter().find_map(PlanStep::stage).map(|stage| stage.to_string());
        self.watch.stage(&stage.unwrap_or_default(), motion);
    }
}

/// Tells how it goes, as long as it goes.
async fn tell(watch: Weak<Watch>, events: Events) {
    let mut seconds = tokio::time::interval(PULSE);
    loop {
        seconds.tick().await;
        let Some(Pulse { requests_per_s, failed, worst_gap, .. }) =
            watch.upgrade().map(|watch| watch.pulse())
        else {
            return;
        };
        let worst_gap_ms = worst_gap.map_or(0, |gap| gap.stretch.length_ms);
        events.send(EventKind::Watching { requests_per_s, failed, worst_gap_ms });
    }
}
