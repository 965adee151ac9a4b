//! What is told of two runs.

use super::*;
use crate::Runs;
use run_record::event::{EventKind, Step};
use run_record::samples::{failed, header, record, result};

fn run(kinds: Vec<EventKind>) -> RecordedRun {
    let head = EventKind::RunStarted(header(&[(Stage::Stable, &["a"]), (Stage::Release, &["a", "b"])]));
    let record = record(std::iter::once(head).chain(kinds).chain([EventKind::RunFinished]));
    Runs::of(record).all()[0].clone()
}

fn took(stage: Stage, check: &str, took_ms: u64) -> EventKind {
    EventKind::CheckFinished(CheckResult { took_ms, ..result(stage, check, Outcome::Passed) })
}

fn steps(stage: Stage, check: &str, names: &[&str]) -> EventKind {
    let steps = names.iter().map(|name| Step { name: (*name).into(), outcome: failed("x", "y"), took_ms: 1 });
    EventKind::CheckFinished(CheckResult { steps: steps.collect(), ..result(stage, check, failed("x", "y")) })
}

#[test]
fn what_is_newly_red_gone_and_slower_is_told() {
    let aside = Outcome::NotApplicable { reason: "no licence".into() };
    let before = run(vec![
        took(Stage::Stable, "a", 100),
        took(Stage::Stable, "only.before", 1),
        took(Stage::Mixed(1), "a", 100),
        EventKind::CheckFinished(result(Stage::Release, "d", failed("x", "y"))),
        steps(Stage::Release, "b", &["one"]),
        EventKind::CheckFinished(result(Stage::Release, "c", aside)),
        EventKind::StageFinished { stage: Stage::Release, took_ms: 1_000 },
    ]);
    let after = run(vec![
        took(Stage::Stable, "a", 2_000),
        EventKind::CheckFinished(result(Stage::Mixed(1), "a", failed("ok\u{1b}[31m", "\u{202e}no\nmore"))),
        took(Stage::Release, "d", 1),
        steps(Stage::Release, "b", &["one", "two", "three"]),
        took(Stage::Release, "c", 1),
        EventKind::StageFinished { stage: Stage::Release, took_ms: 9_000 },
    ]);
    insta::assert_snapshot!(compared(&before, &after), @r"
    before: 9.8.0 to 9.9.0, gate-1: failed, exit code 1, took 8.0 s
    after:  9.8.0 to 9.9.0, gate-1: failed, exit code 1, took 7.0 s

    newly red:
      a in mixed-1 failed, passed before, expected ok, got \u{202e}no more from node1
      b in release failed, another step, two: expected x, got y from node1 (and 1 more step)

    red no more:
      d in release: failed → passed

    red in both:
      b in release

    other outcomes:
      c in release: not applicable → passed

    gone: results that only the first run has:
      only.before in stable (passed)

    slower:
      a in stable: 100 ms → 2.0 s (20.0×)
      stage release: 1.0 s → 9.0 s (9.0×)
    ");
}

#[test]
fn a_run_beside_itself_differs_in_nothing() {
    let one = run(vec![took(Stage::Stable, "a", 100), took(Stage::Release, "a", 100)]);
    assert!(
        compared(&one, &one).ends_with("\nNothing differs in checks, steps, stages, and what users felt.")
    );
}
