//! The ledger of a run: which nodes it writes through, when it does, and what was looked for so far.

use std::time::Duration;

use ledger_findings::{CrossedStage, LedgerSummary, ReleasePair, Verification};
use write_ledger::{LedgerSetup, WriteLedger, WritePace, Writing};

use crate::mattermost::Client;
use crate::outcome::Stage;
use crate::plan::PlanStep;

/// Writes of a stage at the least: a fault that hits one row in seven must have rows of each kind to hit.
const ON_STABLE: usize = 200;
/// In later stages: somewhat more than there are kinds.
const PER_NODE: usize = 20;
/// Of these so many at once.
const AT_ONCE: usize = 6;

/// A ledger of writes, and what became of them so far.
#[derive(Debug)]
pub(super) struct Writes {
    ledger: WriteLedger,
    writing: Option<Writing>,
    /// How long one step of it may take.
    limit: Duration,
    /// What was crossed so far.
    pub(super) crossed: Vec<(Verification, CrossedStage)>,
    /// What could not be crossed, and why.
    pub(super) not_crossed: Vec<(String, String)>,
}

impl Writes {
    /// Opens it on these nodes. Each later step of it may take so long.
    ///
    /// # Errors
    /// Why it cannot be opened, as a clause.
    pub(super) async fn open(
        setup: LedgerSetup,
        nodes: &[Client],
        stage: Stage,
        limit: Duration,
    ) -> Result<Self, String> {
        let opened = WriteLedger::open(setup, nodes, &stage.to_string()).await;
        let ledger = opened.map_err(|error| error.to_string())?;
        Ok(Self { ledger, writing: None, limit, crossed: Vec::new(), not_crossed: Vec::new() })
    }

    /// A step begins, of this stage or before it. Checks have the nodes for themselves: a load, and caches that are emptied
    /// beside them, would change what they see.
    pub(super) async fn turn_to(&mut self, step: &PlanStep, stage: Option<Stage>, paced: bool) {
        if let Some(stage) = stage {
            self.ledger.enter(&stage.to_string());
        }
        let moves = matches!(
            step,
            PlanStep::Restart { .. }
                | PlanStep::Control { .. }
                | PlanStep::Replace { .. }
                | PlanStep::StopAll { .. }
                | PlanStep::Start { .. }
        );
        self.ledger
            .spare_single_rows(moves && !matches!(step, PlanStep::Restart { .. } | PlanStep::Control { .. }));
        if !(moves && paced) {
            self.rest().await;
        } else if self.writing.is_none() {
            self.writing = Some(self.ledger.writing(WritePace::default()));
        }
    }

    /// Writes no more in the background, and waits for what is on its way.
    pub(super) async fn rest(&mut self) {
        if let Some(writing) = self.writing.take() {
            writing.stop().await;
        }
    }

    /// A node goes: nothing new is written through it.
    pub(super) fn without(&self, node: &str) {
        self.ledger.without(node);
    }

    /// A node is in traffic, again or for the first time.
    pub(super) fn with(&self, node: &Client) {
        self.ledger.with(node);
    }

    /// Writes in every kind through each of so many nodes.
    pub(super) async fn write(&self, stage: Stage, nodes: usize) {
        let count = if stage == Stage::Stable { ON_STABLE } else { PER_NODE * nodes };
        // What is cut off has written less, and that is told.
        if tokio::time::timeout(self.limit, self.ledger.write(count, AT_ONCE)).await.is_err() {
            self.ledger.give_up();
        }
    }

    /// Writes each kind through each node, which run these versions, and looks for it on all of them.
    pub(super) async fn cross(&mut self, nodes: &[Client], stage: Stage, versions: &[&str]) {
        let name = stage.to_string();
        match tokio::time::timeout(self.limit, self.ledger.cross(nodes, &name)).await {
            Ok(crossed) => {
                let stage = CrossedStage::of(&crossed, versions);
                self.crossed.push((crossed, stage));
            }
            Err(_) => {
                self.ledger.give_up();
                self.not_crossed.push((name, self.too_long()));
            }
        }
    }

    /// Looks for every acknowledged write on each of these nodes.
    ///
    /// # Errors
    /// Why not, as a clause.
    pub(super) async fn verify(&self, nodes: &[Client], stage: Stage) -> Result<Verification, String> {
        let name = stage.to_string();
        let verified = tokio::time::timeout(self.limit, self.ledger.verify(nodes, &name)).await;
        verified.map_err(|_| self.too_long())
    }

    fn too_long(&self) -> String {
        format!("it did not end within {} s", self.limit.as_secs())
    }

    /// All of it, for the record.
    pub(super) fn summary(&self, verified: Option<&Verification>, releases: &ReleasePair) -> LedgerSummary {
        let (totals, all) = (self.ledger.totals(), self.ledger.matrix());
        LedgerSummary::of(totals, &all, &self.crossed, verified, releases)
    }
}
