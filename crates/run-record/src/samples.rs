//! Examples of what a record is made of, for tests of those who read records.

use crate::event::{
    Blame, Breakage, CheckResult, Event, EventKind, Failure, Outcome, ReleaseName, RunHeader, Stage,
};
use crate::record::Record;
use basics::trouble::Trouble;

/// A header that plans these checks.
#[must_use]
pub fn header(planned: &[(Stage, &[&str])]) -> RunHeader {
    let name = |given: &str| ReleaseName { given: given.into(), image: format!("mattermost/team:{given}") };
    RunHeader {
        run_id: "gate-1".into(),
        gate_version: "0.1.0".into(),
        stable: name("9.8.0"),
        release: name("9.9.0"),
        compose_file: None,
        nodes: 2,
        mode: "rolling".into(),
        mode_reason: "the versions are one minor apart".into(),
        provider: "stand-in".into(),
        order: vec!["node1".into(), "node2".into()],
        steps: Vec::new(),
        planned: planned
            .iter()
            .map(|(stage, checks)| (*stage, checks.iter().map(ToString::to_string).collect()))
            .collect(),
        left_out: Vec::new(),
        again: Vec::new(),
    }
}

/// A result without steps.
#[must_use]
pub fn result(stage: Stage, check: &str, outcome: Outcome) -> CheckResult {
    CheckResult {
        stage,
        check: check.into(),
        title: format!("{check} works"),
        lines: vec!["S2.4".into()],
        outcome,
        steps: Vec::new(),
        facts: indexmap::IndexMap::new(),
        took_ms: 120,
    }
}

/// A failure of node1.
#[must_use]
pub fn failed(expected: &str, got: &str) -> Outcome {
    Outcome::Failed(Failure {
        expected: expected.into(),
        got: got.into(),
        node: Some("node1".into()),
        ..Failure::default()
    })
}

/// A breakage of node2.
#[must_use]
pub fn breakage(blame: Blame) -> Breakage {
    let trouble = Trouble::new("node2", "node2 exited with status 1 while it started", "look at its log");
    Breakage { blame, trouble: trouble.with_log(vec!["panic: no database".into()]) }
}

/// A record of these events, one second apart.
#[must_use]
pub fn record(kinds: impl IntoIterator<Item = EventKind>) -> Record {
    let start = time::macros::datetime!(2024-06-14 09:30:00 UTC);
    let mut record = Record::default();
    for (second, kind) in (0_i64..).zip(kinds) {
        record.fold(&Event { at: start + time::Duration::seconds(second), kind });
    }
    record
}
