//! Failures that are explained: by a waiver, or by chance.

use upgrade_gate::event::{Outcome, Stage};
use upgrade_gate::fault::{self, Faults};
use upgrade_gate::record::Record;
use upgrade_gate::report::{self, Names, Runs};
use upgrade_gate::verdict::{ExitCode, Verdict};

use super::play::Play;

/// An upgrade with a fault of the catalogue and one waiver; its day is 26 November 2026.
async fn waived(fault: &str, check: &str, text: &str, expires: &str) -> Record {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("waivers.yaml");
    let waiver = format!(
        "- check: {check}\n  text: {text}\n  reason: the proxy does it\n  owner: ops\n  expires: {expires}\n"
    );
    std::fs::write(&file, waiver).unwrap();
    let mut play = with(fault);
    play.inputs.checks.only = check.into();
    play.inputs.checks.waivers = file.to_str().unwrap().into();
    play.record().await
}

fn with(fault: &str) -> Play {
    let mut play = Play::healthy();
    let rules = fault::find(fault).unwrap().rules.clone();
    play.faults = Faults::new(rules, &play.inputs.releases.stable, &play.inputs.releases.release);
    play
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waived_failure_is_told_everywhere_and_not_red() {
    let record = waived("client-config-changed", "baseline", "EnableCustomEmoji", "2026-11-26").await;
    let verdict = Verdict::of(&record);
    assert_eq!(verdict.exit_code, ExitCode::PASSED, "{:?}", verdict.reasons);
    assert_eq!((verdict.counts.waived, verdict.counts.failed), (2, 0));
    let runs = Runs::of(record);
    let summary = report::summary(&runs);
    let told = summary.find("the proxy does it (ops, until 2026-11-26)").expect("the reason");
    assert!(told < summary.find("### Stages").unwrap(), "{summary}");
    let junit = report::junit(&runs, Names::Plain).unwrap();
    assert!(
        junit.contains(
            r#"<skipped type="Waived" message="waived by ops until 2026-11-26: the proxy does it""#
        ),
        "{junit}"
    );
    let warnings = &runs.all()[0].record.warnings;
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_that_is_over_or_matched_nothing_is_told() {
    let record = waived("client-config-changed", "baseline", "EnableCustomEmoji", "2026-11-25").await;
    assert_eq!(Verdict::of(&record).exit_code, ExitCode::FAILED);
    assert!(record.warnings[0].contains("is over; it would have covered"), "{:?}", record.warnings);
    let record = waived("client-config-changed", "baseline", "something else", "2026-11-26").await;
    assert_eq!(Verdict::of(&record).exit_code, ExitCode::FAILED);
    assert!(record.warnings[0].ends_with("matched nothing: remove it"), "{:?}", record.warnings);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_data_cannot_be_waived() {
    let record = waived("counts-shrunk", "baseline", "of stable", "2026-11-26").await;
    assert_eq!(Verdict::of(&record).exit_code, ExitCode::FAILED);
    assert!(record.warnings.iter().any(|text| text.contains("has no effect")), "{:?}", record.warnings);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_when_asked_again_is_unsteady_and_red_for_who_wants_it() {
    let play = |unsteady: &str| {
        let mut play = with("first-hook-refused");
        play.inputs.checks.only = "integrations.webhooks".into();
        play.inputs.checks.unsteady = unsteady.into();
        play.record()
    };
    let record = play("tell").await;
    let verdict = Verdict::of(&record);
    assert_eq!(verdict.exit_code, ExitCode::PASSED, "{:?}", verdict.reasons);
    let unsteady =
        record.results().find(|result| matches!(result.outcome, Outcome::Unsteady { .. })).unwrap();
    assert_eq!(unsteady.stage, Stage::Mixed(1));
    let summary = report::summary(&Runs::of(record));
    assert!(summary.contains("On stable it passed at once: is the release to blame?"), "{summary}");
    assert_eq!(Verdict::of(&play("fail").await).exit_code, ExitCode::FAILED);
}
