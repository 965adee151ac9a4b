//! Products that are not there: never on stable is not applicable, gone since stable is a failure.

use upgrade_gate::event::{Outcome, Stage};
use upgrade_gate::fault::{Faults, read_rules};
use upgrade_gate::record::Record;

use super::play::Play;

/// A run of the check `playbooks` alone, without the plugin on some nodes.
async fn without_playbooks(nodes: &str) -> Record {
    let mut play = Play::healthy();
    play.inputs.checks.only = "playbooks".into();
    let rule = format!("- when: {{ node: {nodes} }}\n  effect: {{ behaviour: plugin-missing }}\n");
    play.faults =
        Faults::new(read_rules(&rule).unwrap(), &play.inputs.releases.stable, &play.inputs.releases.release);
    play.record().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_stable_never_had_is_not_applicable_in_any_stage() {
    let record = without_playbooks("all").await;
    let results: Vec<_> = record.results().filter(|result| result.check == "playbooks").collect();
    assert!(results.len() >= 3, "{} results", results.len());
    for result in results {
        let Outcome::NotApplicable { reason } = &result.outcome else { panic!("{:?}", result.outcome) };
        assert!(reason.contains("the plugin playbooks is not installed"), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_only_the_release_has_is_checked_there_alone() {
    let record = without_playbooks("old").await;
    let at = |stage| {
        record.results().find(|r| r.check == "playbooks" && r.stage == stage).unwrap().outcome.clone()
    };
    assert!(matches!(at(Stage::Stable), Outcome::NotApplicable { .. }));
    assert!(matches!(at(Stage::Mixed(1)), Outcome::NotApplicable { .. }));
    assert_eq!(at(Stage::Release), Outcome::Passed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_is_gone_since_stable_is_a_failure_of_the_node_that_lacks_it() {
    let record = without_playbooks("new").await;
    let result = record.results().find(|r| r.check == "playbooks" && r.stage == Stage::Mixed(1)).unwrap();
    let Outcome::Failed(failure) = &result.outcome else { panic!("{:?}", result.outcome) };
    assert_eq!(failure.got, "the plugin playbooks is not installed");
    assert_eq!((failure.node.as_deref(), failure.version.as_deref()), (Some("node1"), Some("11.6.0")));
}
