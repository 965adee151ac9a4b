//! Everything that happens in a run, in one vocabulary.
//!
//! Events flow one way: whoever does something sends an [`Event`] through [`Events`]; the record folds
//! them, the console shows them, `events.jsonl` keeps them. Nothing here knows who listens. Each kind is
//! matched explicitly by every reporter, so that a new one forces a decision everywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use availability::Observation;
use ledger_findings::LedgerSummary;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::mpsc;

mod image;
mod picture;
mod site_copy;
mod suite;

pub use crate::outcome::{CheckResult, Failure, Outcome, Stage, Step};
use basics::trouble::Trouble;
pub use image::ImageIdentity;
pub use picture::Picture;
pub use site_copy::SiteCopied;
pub use suite::{UserCounts, UserEnd, UserSuite, UserTest};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What.
    pub kind: EventKind,
}

/// What can happen in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// The plan is made and the run begins; always the first event.
    RunStarted(RunHeader),
    /// Versions that names did not tell were asked of the images; what hangs on them is decided anew.
    PlanSettled {
        /// The version of stable, as far as it is known now.
        stable: String,
        /// That of the release.
        release: String,
        /// `rolling` or `stop-start`.
        mode: String,
        /// Why this mode.
        mode_reason: String,
        /// What is planned by now, as in the header.
        planned: Vec<(Stage, Vec<String>)>,
        /// What is done by now, as in the header.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        steps: Vec<String>,
    },
    /// A step of the plan begins.
    StepStarted {
        /// Its words, as the header has them.
        step: String,
    },
    /// A part of the run begins (bring-up, a node's replacement, teardown). Phases do not nest.
    PhaseStarted {
        /// Which.
        phase: Phase,
    },
    /// A part of the run ended, well or not.
    PhaseFinished {
        /// Which.
        phase: Phase,
        /// How long it took, in milliseconds.
        took_ms: u64,
    },
    /// An image is being pulled.
    ImageProgress {
        /// Its reference.
        image: String,
        /// Layers that are complete.
        layers_done: usize,
        /// Layers known so far.
        layers: usize,
        /// Bytes loaded so far.
        bytes: u64,
    },
    /// An image is there.
    ImageReady {
        /// Its reference.
        image: String,
        /// Whether it had to be pulled.
        pulled: bool,
        /// How long that took, in milliseconds.
        took_ms: u64,
        /// What it is; gates before this was known told nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        identity: Option<ImageIdentity>,
    },
    /// The site's own data is in the cluster, before any node started.
    SiteCopied(Box<SiteCopied>),
    /// A container of a compose service changed its state.
    ContainerState {
        /// Service and number, such as `node1-1`.
        container: String,
        /// `created`, `started`, `healthy`, `stopped`, `removed`.
        state: String,
    },
    /// A node answers and is what it should be; its sanity passed, so it may take traffic.
    NodeReady {
        /// Its name.
        node: String,
        /// The version it reports.
        version: String,
        /// From its start to here, in milliseconds.
        took_ms: u64,
    },
    /// A node was taken out of the balancer, stopped, started at another release and put back.
    NodeReplaced {
        /// Its name.
        node: String,
        /// The image it ran.
        from: String,
        /// The image it runs.
        to: String,
        /// The parts of the replacement, in order, with milliseconds: drain, stop, start, ready, sanity, undrain.
        parts: Vec<(String, u64)>,
    },
    /// What kind of cluster this is became known.
    ClusterKnown {
        /// Clustered, or several servers on one database.
        clustering: Clustering,
    },
    /// Checks of a stage begin.
    StageStarted {
        /// Which.
        stage: Stage,
    },
    /// Checks of a stage ended.
    StageFinished {
        /// Which.
        stage: Stage,
        /// How long they took together, in milliseconds.
        took_ms: u64,
    },
    /// A check begins.
    CheckStarted {
        /// In which stage.
        stage: Stage,
        /// Its id.
        check: String,
    },
    /// A check ended.
    CheckFinished(CheckResult),
    /// A red check was asked once more, alone and with fresh data; this stands in the place of its first result.
    CheckAskedAgain(CheckResult),
    /// A check keeps something for later stages: what crosses the upgrade, and what it will be asked for there.
    Kept {
        /// The stage that made it.
        stage: Stage,
        /// The check that keeps it.
        check: String,
        /// What it is: "a thread".
        entry: String,
    },
    /// How it goes for users just now; about once a second while they are watched.
    Watching {
        /// Requests of the last whole second.
        requests_per_s: u64,
        /// Requests that failed so far, by the ways of users.
        failed: u64,
        /// The longest gap so far, in milliseconds.
        worst_gap_ms: u64,
    },
    /// What users would have felt, from stable's checks to those of the release.
    Watched(Box<Observation>),
    /// What was written from stable to release, and what became of each write that was acknowledged.
    Written(Box<LedgerSummary>),
    /// The user's own test suite ran, and its results were read.
    SuiteReported {
        /// Its suites, as its files have them.
        suites: Vec<UserSuite>,
    },
    /// A browser looked at a page, and this is what it saw.
    Pictured(Box<Picture>),
    /// Evidence was saved beside the reports.
    EvidenceSaved {
        /// File, relative to the report folder.
        path: String,
        /// What it is evidence of.
        about: String,
    },
    /// Something that the reader should know and that does not change the verdict.
    Warning {
        /// A sentence.
        text: String,
    },
    /// The run cannot go on.
    RunBroken(Breakage),
    /// A signal asked us to stop.
    Interrupted {
        /// `SIGINT` or `SIGTERM`.
        signal: String,
    },
    /// The run is over and everything is torn down; always the last event.
    RunFinished,
}

/// A part of the run that is not a stage of checks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "of")]
pub enum Phase {
    /// Networks, images, containers, nodes on stable.
    BringUp,
    /// The schema is migrated beside the nodes.
    Migrate,
    /// The replacement of one node, named.
    Replace(String),
    /// The way of one node, named, back to stable.
    Rollback(String),
    /// Stop-start: all nodes stop, then all start at the release.
    StopStart,
    /// Everything is removed.
    Teardown,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BringUp => f.write_str("bring up on stable"),
            Self::Migrate => f.write_str("migrate"),
            Self::Replace(node) => write!(f, "replace {node}"),
            Self::Rollback(node) => write!(f, "roll back {node}"),
            Self::StopStart => f.write_str("stop all, start all on release"),
            Self::Teardown => f.write_str("tear down"),
        }
    }
}

/// What a run is about: the head of every report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunHeader {
    /// Unique id of the run, also the compose project's name.
    pub run_id: String,
    /// Version of this tool.
    pub gate_version: String,
    /// The stable release, as given and as the image reference it stands for.
    pub stable: ReleaseName,
    /// The release under test.
    pub release: ReleaseName,
    /// The compose file of the user's own, if there is one: where readers of reports look first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compose_file: Option<String>,
    /// How many nodes.
    pub nodes: usize,
    /// `rolling` or `stop-start`.
    pub mode: String,
    /// Why this mode.
    pub mode_reason: String,
    /// `compose`, `stand-in` or `attached`.
    pub provider: String,
    /// The order in which nodes are replaced.
    pub order: Vec<String>,
    /// What was planned: stage by stage, the ids of its checks. Planned = run = measured, or the run is red.
    pub planned: Vec<(Stage, Vec<String>)>,
    /// What is done, step by step; gates before this was a list told nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    /// Checks left out on request, and by which input.
    pub left_out: Vec<(String, String)>,
    /// The words behind `upgrade-gate` that do this run again, without those that choose checks; `…` stands for what nobody may
    /// show. Gates before this was kept told nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<String>,
}

/// One of the two releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseName {
    /// As the user gave it.
    pub given: String,
    /// The image reference that runs.
    pub image: String,
}

/// Whether the servers form a cluster, or only share a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Clustering {
    /// Every node lists every node as a member: caches, events and configuration cross nodes.
    Clustered,
    /// Database and store are shared, nothing else; never to be called HA.
    SharedDatabase {
        /// Why, as a sentence: "the servers have no licence".
        reason: String,
    },
}

impl Clustering {
    /// The label that console, JUnit, summary and comment show.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Clustered => "HA cluster",
            Self::SharedDatabase { .. } => "shared database, not HA",
        }
    }
}

/// Why a run could not go on, and whose fault it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakage {
    /// Whose fault: decides the exit code.
    pub blame: Blame,
    /// What went wrong, with which part.
    #[serde(flatten)]
    pub trouble: Trouble,
}

/// Whose fault a broken run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blame {
    /// The release under test: the upgrade failed.
    Release,
    /// Engine, images, stable cluster, report folder: nothing was learned about the release.
    Environment,
    /// This tool.
    Gate,
}

/// The sending end of the run's event stream; cheap to clone, never blocks.
#[derive(Debug, Clone)]
pub struct Events {
    sender: mpsc::UnboundedSender<Event>,
    sent: Arc<AtomicUsize>,
}

impl Events {
    /// A stream and its receiving end.
    #[must_use]
    pub fn stream() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self { sender, sent: Arc::default() }, receiver)
    }

    /// A stream nobody listens to, for code that is used outside a run.
    #[must_use]
    pub fn nowhere() -> Self {
        Self::stream().0
    }

    /// Sends one event, stamped now. A closed stream is no error: the run is over then.
    pub fn send(&self, kind: EventKind) {
        if self.sender.send(Event { at: OffsetDateTime::now_utc(), kind }).is_ok() {
            self.sent.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// How many events were sent so far, over all clones.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// Sends a warning.
    pub fn warn(&self, text: impl Into<String>) {
        self.send(EventKind::Warning { text: text.into() });
    }
}
