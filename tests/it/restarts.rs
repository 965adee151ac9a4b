//! Checks that want the nodes restarted with an environment of their own: `flags` is the one.

use upgrade_gate::catalogue::find;
use upgrade_gate::event::{Blame, CheckResult, Outcome, Stage};
use upgrade_gate::fault::{Faults, read_rules};
use upgrade_gate::record::Record;
use upgrade_gate::verdict::{ExitCode, Verdict};

use super::play::Play;

/// Only `flags`, with nodes of which some do not start while a flag is set.
async fn played(rules: &str) -> Record {
    let mut play = Play::healthy();
    play.inputs.checks.only = "flags".into();
    play.faults =
        Faults::new(read_rules(rules).unwrap(), &play.inputs.releases.stable, &play.inputs.releases.release);
    play.record().await
}

fn of(record: &Record, stage: Stage) -> &CheckResult {
    record.results().find(|result| result.check == "flags" && result.stage == stage).unwrap()
}

fn restarts(result: &CheckResult) -> Vec<(&str, bool)> {
    let steps = result.steps.iter().filter(|step| step.name.contains(" restarts "));
    steps.map(|step| (&step.name[..5], step.outcome == Outcome::Passed)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_node_restarts_twice_and_one_result_has_all_three_turns() {
    let record = played("[]").await;
    assert_eq!(Verdict::of(&record).exit_code, ExitCode::PASSED);
    assert!(!find("flags").unwrap().environment.is_empty());
    for stage in [Stage::Stable, Stage::Release] {
        let result = of(&record, stage);
        assert_eq!(restarts(result), [("node1", true), ("node2", true), ("node1", true), ("node2", true)]);
        let said = |text: &str| result.steps.iter().filter(|step| step.name.ends_with(text)).count();
        assert_eq!((said("flags are off"), said("flags are on"), said("flags are off again")), (2, 2, 2));
        assert_eq!(said("outlived the restart"), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_node_that_does_not_come_back_is_a_failed_upgrade() {
    let record = played("- when: { node: new }\n  effect: { behaviour: flag-kills }\n").await;
    assert_eq!(of(&record, Stage::Stable).outcome, Outcome::Passed);
    let result = of(&record, Stage::Release);
    assert_eq!(restarts(result), [("node1", false)]);
    let Outcome::Failed(failure) = &result.outcome else { panic!("{:?}", result.outcome) };
    assert_eq!(failure.node.as_deref(), Some("node1"));
    assert_eq!(record.breakages.len(), 1);
    assert_eq!(record.breakages[0].blame, Blame::Release);
    assert_eq!(Verdict::of(&record).exit_code, ExitCode::FAILED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stable_node_that_does_not_come_back_says_nothing_about_the_release() {
    let record = played("- when: { node: node2 }\n  effect: { behaviour: flag-kills }\n").await;
    let result = of(&record, Stage::Stable);
    assert_eq!(restarts(result), [("node1", true), ("node2", false)]);
    assert!(matches!(&result.outcome, Outcome::NotMeasured { reason } if reason.contains("exited with 1")));
    assert!(record.results().all(|result| result.stage == Stage::Stable), "the run goes no further");
    assert_eq!(record.breakages[0].blame, Blame::Environment);
    assert_eq!(Verdict::of(&record).exit_code, ExitCode::ENVIRONMENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_that_is_ignored_does_not_keep_the_nodes_from_going_back() {
    let record = played("- when: { node: old }\n  effect: { behaviour: flag-ignored }\n").await;
    let result = of(&record, Stage::Stable);
    assert!(matches!(result.outcome, Outcome::Failed(_)));
    assert_eq!(restarts(result).len(), 4);
    assert_eq!(of(&record, Stage::Release).outcome, Outcome::Passed);
}
