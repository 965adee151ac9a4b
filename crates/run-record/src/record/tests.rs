//! What the record promises.

use super::*;
use crate::event::{Blame, Outcome};
use crate::samples::{breakage, failed, header, record, result};

#[test]
fn a_check_that_began_and_never_ended_is_remembered() {
    let record = record([
        EventKind::RunStarted(header(&[(Stage::Stable, &["a", "b"])])),
        EventKind::StageStarted { stage: Stage::Stable },
        EventKind::CheckStarted { stage: Stage::Stable, check: "a".into() },
        EventKind::CheckStarted { stage: Stage::Stable, check: "b".into() },
        EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::Passed)),
        EventKind::Interrupted { signal: "SIGINT".into() },
        EventKind::Interrupted { signal: "SIGTERM".into() },
    ]);
    assert_eq!(record.stages[0].running, ["b"]);
    assert_eq!(record.never_ran().collect::<Vec<_>>(), [(Stage::Stable, "b")]);
    assert_eq!(record.interrupted.as_deref(), Some("SIGINT"));
    assert_eq!(record.took_ms(), 6000);
    assert!(!record.finished);
}

#[test]
fn a_phase_is_closed_by_its_own_end() {
    let record = record([
        EventKind::PhaseStarted { phase: Phase::BringUp },
        EventKind::PhaseFinished { phase: Phase::BringUp, took_ms: 7 },
        EventKind::PhaseStarted { phase: Phase::Replace("node1".into()) },
        EventKind::PhaseFinished { phase: Phase::Teardown, took_ms: 9 },
    ]);
    let took: Vec<_> = record.phases.iter().map(|phase| phase.took_ms).collect();
    assert_eq!(took, [Some(7), None, Some(9)]);
}

#[test]
fn a_record_reads_back_as_it_was_written() {
    let record = record([
        EventKind::RunStarted(header(&[(Stage::Mixed(1), &["a"])])),
        EventKind::ClusterKnown { clustering: Clustering::SharedDatabase { reason: "no licence".into() } },
        EventKind::CheckFinished(result(Stage::Mixed(1), "a", failed("x", "y"))),
        EventKind::RunBroken(breakage(Blame::Release)),
        EventKind::RunFinished,
    ]);
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
}

#[test]
fn what_was_asked_again_stands_in_the_place_of_the_first_answer() {
    let unsteady = Outcome::Unsteady { first: "404".into(), again: "passed".into() };
    let record = record([
        EventKind::RunStarted(header(&[(Stage::Stable, &["a", "b"])])),
        EventKind::CheckFinished(result(Stage::Stable, "a", failed("x", "y"))),
        EventKind::CheckFinished(result(Stage::Stable, "b", Outcome::Passed)),
        EventKind::CheckAskedAgain(result(Stage::Stable, "a", unsteady.clone())),
        EventKind::RunFinished,
    ]);
    let outcomes: Vec<_> = record.results().map(|result| result.outcome.clone()).collect();
    assert_eq!(outcomes, [unsteady, Outcome::Passed]);
    let verdict = crate::verdict::Verdict::of(&record);
    assert!(verdict.passed(), "{:?}", verdict.reasons);
    assert_eq!((verdict.counts.unsteady, verdict.counts.run), (1, 2));
}

#[test]
fn what_the_images_said_decides_what_was_planned() {
    let record = record([
        EventKind::RunStarted(header(&[(Stage::Stable, &["a"]), (Stage::Release, &["a"])])),
        EventKind::PlanSettled {
            stable: "11.6.0".into(),
            release: "11.7.0".into(),
            mode: "rolling".into(),
            mode_reason: "11.6.0 → 11.7.0 is one minor apart".into(),
            planned: vec![(Stage::Stable, vec!["a".into()]), (Stage::Mixed(1), vec!["a".into()])],
            steps: Vec::new(),
        },
        EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::Passed)),
    ]);
    assert_eq!(record.never_ran().collect::<Vec<_>>(), [(Stage::Mixed(1), "a")]);
    assert!(record.header.unwrap().mode_reason.contains("one minor apart"));
}
