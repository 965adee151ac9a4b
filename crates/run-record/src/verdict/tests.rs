//! What the verdict promises.

use super::*;
use crate::event::{Clustering, EventKind};
use crate::samples::{breakage, failed, header, record, result};

fn not_measured() -> Outcome {
    Outcome::NotMeasured { reason: "the websocket closed".into() }
}

fn not_applicable() -> Outcome {
    Outcome::NotApplicable { reason: "no clustering licence".into() }
}

/// A finished run of two planned checks, `a` on stable and `b` on release, plus these events.
fn run(a: Option<Outcome>, b: Option<Outcome>, more: Vec<EventKind>) -> Verdict {
    let planned = [(Stage::Stable, &["a"] as &[&str]), (Stage::Release, &["b"])];
    let mut kinds = vec![
        EventKind::RunStarted(header(&planned)),
        EventKind::ClusterKnown { clustering: Clustering::Clustered },
    ];
    kinds.extend(a.map(|outcome| EventKind::CheckFinished(result(Stage::Stable, "a", outcome))));
    kinds.extend(b.map(|outcome| EventKind::CheckFinished(result(Stage::Release, "b", outcome))));
    kinds.extend(more);
    kinds.push(EventKind::RunFinished);
    Verdict::of(&record(kinds))
}

#[test]
fn every_combination_has_its_exit_code() {
    use Outcome::Passed;
    let fail = || failed("x", "y");
    let broken = |blame| EventKind::RunBroken(breakage(blame));
    let signal = |name: &str| EventKind::Interrupted { signal: name.into() };
    let table = [
        ("all passed", Some(Passed), Some(Passed), vec![], Word::Passed, 0),
        ("not applicable is not red", Some(Passed), Some(not_applicable()), vec![], Word::Passed, 0),
        ("nothing verified", Some(not_applicable()), Some(not_applicable()), vec![], Word::NotMeasured, 4),
        ("failed on release", Some(Passed), Some(fail()), vec![], Word::Failed, 1),
        ("failed on stable", Some(fail()), Some(Passed), vec![], Word::Failed, 1),
        ("not measured", Some(Passed), Some(not_measured()), vec![], Word::NotMeasured, 4),
        ("never ran", Some(Passed), None, vec![], Word::NotMeasured, 4),
        ("failed beats not measured", Some(not_measured()), Some(fail()), vec![], Word::Failed, 1),
        ("release broke", Some(Passed), None, vec![broken(Blame::Release)], Word::Failed, 1),
        ("environment broke", None, None, vec![broken(Blame::Environment)], Word::Broken, 3),
        ("environment, some passed", Some(Passed), None, vec![broken(Blame::Environment)], Word::Broken, 3),
        ("failed, then environment", Some(fail()), None, vec![broken(Blame::Environment)], Word::Failed, 1),
        (
            "all passed, then environment",
            Some(Passed),
            Some(Passed),
            vec![broken(Blame::Environment)],
            Word::Broken,
            3,
        ),
        (
            "environment, then release",
            None,
            None,
            vec![broken(Blame::Environment), broken(Blame::Release)],
            Word::Failed,
            1,
        ),
        ("gate bug", Some(Passed), Some(fail()), vec![broken(Blame::Gate)], Word::GateBug, 70),
        ("SIGINT", Some(Passed), Some(fail()), vec![signal("SIGINT")], Word::Interrupted, 130),
        ("SIGTERM", Some(Passed), Some(Passed), vec![signal("SIGTERM")], Word::Interrupted, 143),
        (
            "SIGTERM, gate bug",
            None,
            None,
            vec![broken(Blame::Gate), signal("SIGTERM")],
            Word::Interrupted,
            143,
        ),
    ];
    for (name, a, b, more, word, code) in table {
        let verdict = run(a, b, more);
        assert_eq!((verdict.word, verdict.exit_code.code()), (word, code), "{name}: {:?}", verdict.reasons);
        assert_eq!(verdict.passed(), verdict.reasons.is_empty(), "{name}");
    }
}

#[test]
fn a_stable_cluster_that_never_came_up_says_nothing_of_the_release() {
    let verdict = Verdict::of(&record(vec![
        EventKind::RunStarted(header(&[(Stage::Stable, &["startup"])])),
        EventKind::CheckFinished(result(Stage::Stable, "startup", failed("a file store", "none"))),
        EventKind::RunBroken(breakage(Blame::Environment)),
        EventKind::RunFinished,
    ]));
    assert_eq!((verdict.word, verdict.exit_code), (Word::Broken, ExitCode::ENVIRONMENT));
    assert!(verdict.reasons.iter().any(|reason| reason.contains("a file store")), "{:?}", verdict.reasons);
}

#[test]
fn a_failure_on_stable_is_worded_as_such() {
    let verdict = run(Some(failed("x", "y")), Some(Outcome::Passed), vec![]);
    insta::assert_snapshot!(verdict.reasons[0], @"stable/a failed on the stable version, before the upgrade: expected x, got y from node1");
}

#[test]
fn the_deciding_cause_comes_first() {
    let verdict = run(None, Some(failed("x", "y")), vec![EventKind::RunBroken(breakage(Blame::Release))]);
    insta::assert_snapshot!(verdict.reasons.join("\n"), @r"
    release/b failed: expected x, got y from node1
    node2: node2 exited with status 1 while it started (look at its log)
    stable/a was planned and never ran
    no check passed: nothing was verified
    ");
}

#[test]
fn a_record_without_its_end_has_not_passed() {
    let cut = record([
        EventKind::RunStarted(header(&[(Stage::Stable, &["a"])])),
        EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::Passed)),
    ]);
    assert_eq!(Verdict::of(&cut).exit_code, ExitCode::NOT_MEASURED);
    assert_eq!(Verdict::of(&Record::default()).exit_code, ExitCode::NOT_MEASURED);
}

#[test]
fn a_result_that_was_not_planned_is_red() {
    let twice = record([
        EventKind::RunStarted(header(&[(Stage::Stable, &["a"])])),
        EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::Passed)),
        EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::Passed)),
        EventKind::RunFinished,
    ]);
    let verdict = Verdict::of(&twice);
    assert_eq!(verdict.reasons, ["stable/a ran without being planned"]);
    assert_eq!(verdict.exit_code, ExitCode::NOT_MEASURED);
}

#[test]
fn counts_add_up() {
    let counts = run(Some(not_applicable()), None, vec![]).counts;
    assert_eq!(counts, Counts { planned: 2, run: 1, not_applicable: 1, never_ran: 1, ..Counts::default() });
}
