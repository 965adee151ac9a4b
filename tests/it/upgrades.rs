//! Whole upgrades of a healthy release: clustered, with a shared database, stopped and started.

use std::collections::BTreeSet;

use upgrade_gate::catalogue::CHECKS;
use upgrade_gate::event::{Outcome, Stage};
use upgrade_gate::record::Record;
use upgrade_gate::report::{self, Runs};
use upgrade_gate::verdict::{ExitCode, Verdict};

use super::play::Play;

fn red(record: &Record) -> BTreeSet<&str> {
    record.results().filter(|result| result.outcome.is_red()).map(|result| result.check.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_upgrade_passes_and_measures_everything() {
    let record = Play::healthy().record().await;
    let verdict = Verdict::of(&record);
    assert_eq!(red(&record), BTreeSet::new(), "{:?}", verdict.reasons);
    assert_eq!(verdict.exit_code, ExitCode::PASSED);
    assert_eq!((verdict.counts.run, verdict.counts.never_ran), (verdict.counts.planned, 0));
    for check in CHECKS {
        let passed = |stage| {
            record.results().any(|r| r.check == check.id && r.stage == stage && r.outcome == Outcome::Passed)
        };
        // What is the user's own, which nobody gave here, or asked for: tests/it/suite.rs, plugin_upgrade.rs, site_copy.rs, look.rs and
        // held_mails.rs have it.
        if ["suite", "plugins.upgraded", "census", "sampled", "look", "mails.held"].contains(&check.id) {
            continue;
        }
        // The roll goes on after it.
        if check.runs_in(Stage::Rollback, Some(Stage::Mixed(2))) {
            assert!(passed(Stage::Rollback), "{} did not pass on the way back", check.id);
        }
        let ends = [Stage::Stable, Stage::Release].into_iter().filter(|stage| check.stages.contain(*stage));
        assert!(ends.into_iter().all(passed), "{} did not pass on both ends", check.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_looked_for_again_where_all_nodes_went_back() {
    let mut play = Play::healthy();
    play.inputs.cluster.rollback = "full".into();
    play.inputs.checks.only = "ledger, matrix".into();
    let record = play.record().await;
    assert_eq!(Verdict::of(&record).exit_code, ExitCode::PASSED, "{:?}", Verdict::of(&record).reasons);
    let ledgers = record.results().filter(|result| result.check == "ledger");
    let ended: Vec<_> = ledgers.map(|result| (result.stage, result.outcome.word())).collect();
    assert_eq!(ended, [(Stage::Release, "passed"), (Stage::Rollback, "passed")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_clustering_the_same_upgrade_passes_and_says_what_does_not_apply() {
    let record = Play { clustered: false, ..Play::healthy() }.record().await;
    let verdict = Verdict::of(&record);
    assert_eq!(verdict.exit_code, ExitCode::PASSED, "{:?}", verdict.reasons);
    assert_eq!(record.clustering.as_ref().map(|c| c.label()), Some("shared database, not HA"));
    let aside: Vec<_> = record
        .results()
        .flat_map(|result| &result.steps)
        .filter(|step| matches!(&step.outcome, Outcome::NotApplicable { reason } if reason.contains("no licence")))
        .collect();
    assert!(!aside.is_empty(), "cross-node steps must be told as not applicable");
    let summary = report::summary(&Runs::of(record));
    assert!(summary.contains("events reach the websockets of other nodes (part of posts)"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_start_passes_too() {
    let mut play = Play::healthy();
    play.inputs.releases.stable = "11.4.0".into();
    let record = play.record().await;
    assert_eq!(record.header.as_ref().map(|header| header.mode.as_str()), Some("stop-start"));
    assert_eq!(Verdict::of(&record).exit_code, ExitCode::PASSED);
}
