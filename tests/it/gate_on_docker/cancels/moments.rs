//! The moments at which a run is cancelled, told by its own events.

use upgrade_gate::event::{EventKind, Phase, Stage};

/// A moment of a run.
pub(super) struct Moment {
    pub(super) name: &'static str,
    /// Whether this event is it.
    pub(super) is_it: fn(&EventKind) -> bool,
}

const fn at(name: &'static str, is_it: fn(&EventKind) -> bool) -> Moment {
    Moment { name, is_it }
}

fn container(kind: &EventKind, name: &str, is: &str) -> bool {
    matches!(kind, EventKind::ContainerState { container, state } if container == name && state == is)
}

fn phase(kind: &EventKind, wanted: &Phase) -> bool {
    matches!(kind, EventKind::PhaseStarted { phase } if phase == wanted)
}

fn stage(kind: &EventKind, wanted: Stage) -> bool {
    matches!(kind, EventKind::StageStarted { stage } if *stage == wanted)
}

fn step(kind: &EventKind, begins: &str) -> bool {
    matches!(kind, EventKind::StepStarted { step } if step.starts_with(begins))
}

fn evidence(kind: &EventKind, of: &str) -> bool {
    matches!(kind, EventKind::EvidenceSaved { path, .. } if path.ends_with(of))
}

/// Only a run with a version before stable has these.
pub(super) const HISTORY: [&str; 2] =
    ["a version before stable is visited", "a version before stable is left"];
/// Only a run whose schema is migrated beside its nodes has it.
pub(super) const MIGRATED: &str = "the schema is migrated";
/// Only a run whose plugins are upgraded has it.
pub(super) const PLUGINS: &str = "plugins make way for others";
/// Its command never ends by itself.
pub(super) const SUITE: &str = "the suite runs";
/// Only a red run has it.
pub(super) const EVIDENCE: &str = "evidence is saved";
/// Nothing can be partial any more.
pub(super) const OVER: &str = "the run is over";

/// Between the two users are watched, and there are writes.
const FIRST_WATCHED: &str = "writers and readers are crossed";
const LAST_WATCHED: &str = "the way back is checked";

impl Moment {
    /// Whether what users felt and what was written is known at this moment.
    pub(super) fn is_watched(&self) -> bool {
        let at = |name: &str| MOMENTS.iter().position(|moment| moment.name == name);
        (at(FIRST_WATCHED)..=at(LAST_WATCHED)).contains(&at(self.name))
    }
}

pub(super) const MOMENTS: [Moment; 32] = [
    at("the run is announced", |kind| matches!(kind, EventKind::RunStarted(_))),
    at("the bring-up begins", |kind| phase(kind, &Phase::BringUp)),
    at("an image is there", |kind| matches!(kind, EventKind::ImageReady { .. })),
    at("a container is created", |kind| container(kind, "database-1", "created")),
    at("the store starts", |kind| container(kind, "store-1", "started")),
    at("the database is healthy", |kind| container(kind, "database-1", "healthy")),
    at(HISTORY[0], |kind| step(kind, "history: node1")),
    at(HISTORY[1], |kind| step(kind, "stop node1")),
    at("the first node boots", |kind| container(kind, "node1-1", "started")),
    at("the first node is ready", |kind| matches!(kind, EventKind::NodeReady { .. })),
    at("the second node boots", |kind| container(kind, "node2-1", "started")),
    at("the cluster is up", |kind| matches!(kind, EventKind::ClusterKnown { .. })),
    at("stable is checked", |kind| stage(kind, Stage::Stable)),
    at("a check has ended", |kind| matches!(kind, EventKind::CheckFinished(_))),
    at("users are watched", |kind| matches!(kind, EventKind::Watching { .. })),
    at("the gate writes", |kind| step(kind, "write")),
    at(FIRST_WATCHED, |kind| step(kind, "cross")),
    at(MIGRATED, |kind| step(kind, "migrate")),
    at("the first node is drained", |kind| phase(kind, &Phase::Replace("node1".into()))),
    at("the first node is stopped", |kind| container(kind, "node1-1", "stopped")),
    at("the first node is removed", |kind| container(kind, "node1-1", "removed")),
    at("the first node is replaced", |kind| matches!(kind, EventKind::NodeReplaced { .. })),
    at("the mixed stage is checked", |kind| stage(kind, Stage::Mixed(1))),
    at("the first node goes back", |kind| phase(kind, &Phase::Rollback("node1".into()))),
    at(LAST_WATCHED, |kind| stage(kind, Stage::Rollback)),
    at(PLUGINS, |kind| step(kind, "upgrade plugins")),
    at("release is checked", |kind| stage(kind, Stage::Release)),
    at(
        "writes are looked for",
        |kind| matches!(kind, EventKind::CheckStarted { check, .. } if check == "ledger"),
    ),
    at(SUITE, |kind| evidence(kind, "suite.log")),
    at(EVIDENCE, |kind| evidence(kind, "node1.log")),
    at("everything is removed", |kind| phase(kind, &Phase::Teardown)),
    at(OVER, |kind| matches!(kind, EventKind::RunFinished)),
];
