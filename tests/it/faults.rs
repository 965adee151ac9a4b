//! Each named fault is noticed by the checks that should, and a healthy release by none.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream;
use upgrade_gate::announced;
use upgrade_gate::checks::catalogue::CHECKS;
use upgrade_gate::event::{Blame, Outcome, Stage};
use upgrade_gate::fault::{Faults, NamedFault, catalogue};
use upgrade_gate::record::Record;
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
        let ends = [Stage::Stable, Stage::Release].into_iter().filter(|stage| check.stages.contain(*stage));
        // tests/it/suite.rs has the suite, which nobody gave here.
        assert!(
            check.id == "suite" || ends.into_iter().all(passed),
            "{} did not pass on both ends",
            check.id
        );
    }
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
    let summary = upgrade_gate::report::summary(&record, &verdict);
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

/// The checks that ended with this word somewhere.
fn ended<'r>(record: &'r Record, word: &str) -> BTreeSet<&'r str> {
    record.results().filter(|r| r.outcome.word() == word).map(|r| r.check.as_str()).collect()
}

/// What is wrong with how a fault was noticed; nothing when all is as the catalogue says.
async fn complaint(fault: &NamedFault) -> Option<String> {
    let mut play = Play::healthy();
    if let Some((stable, release)) = &fault.versions {
        (play.inputs.releases.stable, play.inputs.releases.release) = (stable.clone(), release.clone());
    }
    play.clustered = !fault.shared_database;
    play.faults =
        Faults::new(fault.rules.clone(), &play.inputs.releases.stable, &play.inputs.releases.release);
    // A check may take half of it: plays beside each other on two cores must not run into that.
    play.inputs.run.timeout = "160s".into();
    let record = play.record().await;
    let verdict = Verdict::of(&record);
    let found = red(&record);
    let of = |ids: &'static [String]| ids.iter().map(String::as_str).collect::<BTreeSet<&str>>();
    let fault: &'static NamedFault = catalogue().iter().find(|known| known.id == fault.id)?;
    let wanted = of(&fault.reddens);
    let told = [("announced", &fault.announces), ("unsteady", &fault.unsettles)];
    let blamed = record.breakages.iter().any(|breakage| breakage.blame == Blame::Release);
    let early = record.results().filter(|r| r.stage == Stage::Stable && r.outcome.is_red()).count();
    let exit = if fault.passes { ExitCode::PASSED } else { ExitCode::FAILED };
    if verdict.exit_code != exit {
        Some(format!("{}: exit {} instead of {exit}; {:?}", fault.id, verdict.exit_code, verdict.reasons))
    } else if early > 0 {
        Some(format!("{}: stable is red already", fault.id))
    } else if wanted.is_empty() && !fault.passes && !blamed {
        Some(format!("{}: should end the run with the release to blame; red: {found:?}", fault.id))
    } else if (fault.passes || !wanted.is_empty()) && found != wanted {
        Some(format!("{}: red are {found:?} instead of {wanted:?}; {:?}", fault.id, verdict.reasons))
    } else if fault.passes && told.iter().any(|(word, ids)| ended(&record, word) != of(ids)) {
        let ended = told.map(|(word, _)| (word, ended(&record, word)));
        Some(format!("{}: told are {ended:?}", fault.id))
    } else {
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_reddens_the_checks_that_it_should_and_no_others() {
    let complaints: Vec<_> =
        stream::iter(catalogue()).map(complaint).buffer_unordered(4).filter_map(async |c| c).collect().await;
    assert!(
        complaints.is_empty(),
        "{} of {} faults:\n{}",
        complaints.len(),
        catalogue().len(),
        complaints.join("\n")
    );
}

#[test]
fn every_check_has_a_fault_that_reddens_it() {
    // What reddens the user's suite is its own tests: tests/it/suite.rs.
    for check in CHECKS.iter().filter(|check| check.id != "suite") {
        let found = catalogue().iter().any(|fault| fault.reddens.iter().any(|id| id == check.id));
        assert!(found, "no fault of the catalogue reddens {}", check.id);
    }
}

#[test]
fn every_announced_change_has_a_control_and_a_fault_that_is_like_it() {
    let plays = |change: &str, passes: bool| {
        let of = |fault: &&NamedFault| fault.passes == passes && fault.about.iter().any(|id| id == change);
        catalogue().iter().any(|fault| of(&fault))
    };
    for change in announced::catalogue() {
        assert!(plays(&change.id, true), "no control plays {}", change.id);
        assert!(plays(&change.id, false), "no fault is {} gone wrong", change.id);
    }
    for id in catalogue().iter().flat_map(|fault| &fault.about) {
        let known = announced::catalogue().iter().any(|change| change.id == *id);
        assert!(known, "a fault is about {id}, which nobody announced");
    }
}
