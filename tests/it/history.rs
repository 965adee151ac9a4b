//! Versions that the database has been through before stable.

use upgrade_gate::event::{Blame, Stage};
use upgrade_gate::fault::{Faults, read_rules};
use upgrade_gate::outcome::Outcome;
use upgrade_gate::record::Record;
use upgrade_gate::verdict::{ExitCode, Verdict};

use crate::play::Play;

async fn after(history: &str) -> Record {
    let mut play = Play::healthy();
    play.inputs.releases.history = history.into();
    play.inputs.checks.only = "startup, sessions, users, teams".into();
    play.record().await
}

#[tokio::test]
async fn stable_comes_up_on_a_database_that_older_versions_made() {
    let record = after("10.11.0, 11.1.0").await;
    let verdict = Verdict::of(&record);
    assert_eq!(verdict.exit_code, ExitCode::PASSED, "{:?}", verdict.reasons);
    let stages: Vec<String> = record.stages.iter().map(|stage| stage.stage.to_string()).collect();
    assert_eq!(stages[..3], ["history-1", "history-2", "stable"]);
    let ready: Vec<(&str, &str)> =
        record.ready.iter().map(|ready| (ready.node.as_str(), ready.version.as_str())).collect();
    assert_eq!(ready[..3], [("node1", "10.11.0"), ("node1", "11.1.0"), ("node1", "11.5.1")]);
    for stage in [Stage::History(1), Stage::History(2)] {
        let here: Vec<_> = record.results().filter(|result| result.stage == stage).collect();
        assert!(
            here.iter().any(|result| result.check == "startup" && result.outcome == Outcome::Passed),
            "{here:?}"
        );
        assert!(here.iter().all(|result| result.check != "teams"), "{here:?}");
    }
}

#[tokio::test]
async fn rows_of_each_version_are_looked_for_ever_after() {
    let mut play = Play::healthy();
    play.inputs.releases.history = "10.11.0, 11.1.0".into();
    play.inputs.checks.only = "old.drafts, old.emojis".into();
    let record = play.record().await;
    let verdict = Verdict::of(&record);
    assert_eq!(verdict.exit_code, ExitCode::PASSED, "{:?}", verdict.reasons);
    let passed = |stage: Stage, check: &str, ends: &str| {
        let mut here = record.results().filter(|result| result.stage == stage && result.check == check);
        let steps = here.by_ref().flat_map(|result| &result.steps);
        steps.filter(|step| step.name.ends_with(ends) && step.outcome == Outcome::Passed).count()
    };
    for check in ["old.drafts", "old.emojis"] {
        for (n, version) in [(1, "10.11.0"), (2, "11.1.0")] {
            assert_eq!(passed(Stage::History(n), check, &format!("on node1 ({version})")), 1, "{check}");
            assert_eq!(passed(Stage::Stable, check, &format!("made by {version}")), 1, "{check}");
            let later = format!("made by {version} as stable did");
            assert_eq!(passed(Stage::Mixed(1), check, &later), 2, "{check}");
            assert_eq!(passed(Stage::Release, check, &later), 2, "{check}");
        }
    }
}

#[tokio::test]
async fn a_version_that_does_not_come_up_is_nobodys_fault() {
    let rules = "- when: { node: node1 }\n  effect: { behaviour: exits-at-start }\n";
    let mut play = Play::healthy();
    play.inputs.releases.history = "10.11.0".into();
    play.faults = Faults::new(read_rules(rules).unwrap(), "11.5.1", "11.6.0");
    let record = play.record().await;
    let blames: Vec<Blame> = record.breakages.iter().map(|breakage| breakage.blame).collect();
    assert_eq!(blames, [Blame::Environment]);
    let ran: Vec<&str> = record.results().map(|result| result.check.as_str()).collect();
    assert!(!Verdict::of(&record).passed() && ran.is_empty(), "{ran:?}");
}
