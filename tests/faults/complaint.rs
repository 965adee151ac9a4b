//! What is wrong with how a fault was noticed.

use std::collections::BTreeSet;

use upgrade_gate::event::{Blame, Stage};
use upgrade_gate::fault::{AppliesTo, Faults, Finder, NamedFault};
use upgrade_gate::record::Record;
use upgrade_gate::verdict::{ExitCode, Verdict};

use super::browser;
use super::play::Play;

/// Plays an upgrade with this fault; nothing when all is as the catalogue says.
pub(crate) fn about(fault: &'static NamedFault) -> Option<String> {
    let record = played(play(fault));
    let (verdict, mut found) = (Verdict::of(&record), red(&record));
    let wanted = of(&fault.reddens);
    // It looks once more at what these looked at: which of them meets a late one is a matter of moments.
    if !wanted.contains("once") && ["push", "mails"].iter().any(|check| wanted.contains(check)) {
        found.remove("once");
    }
    let told = [("announced", &fault.announces), ("unsteady", &fault.unsettles)];
    let blamed = record.breakages.iter().any(|breakage| breakage.blame == Blame::Release);
    let early = record.results().filter(|r| r.stage == Stage::Stable && r.outcome.is_red()).count();
    let exit = if fault.passes { ExitCode::PASSED } else { ExitCode::FAILED };
    if verdict.exit_code != exit {
        let gaps = record.watched.iter().flat_map(|seen| &seen.gaps).filter(|gap| gap.stretch.failed > 0);
        let gaps: Vec<String> = gaps.map(ToString::to_string).collect();
        Some(format!("exit {} instead of {exit}; {:?}; {gaps:#?}", verdict.exit_code, verdict.reasons))
    } else if early > 0 {
        Some("stable is red already".to_owned())
    } else if wanted.is_empty() && !fault.passes && !blamed {
        Some(format!("should end the run with the release to blame; red: {found:?}"))
    } else if fault.found_by == Finder::Watch && (wanted.is_subset(&found) || blamed) {
        // What else is red depends on who asked something at that moment: a node that dies while it is looked at ends the run.
        None
    } else if fault.found_by == Finder::Ledger && !fault.passes && wanted.is_subset(&found) {
        misattributed(&record, fault)
    } else if (fault.passes || !wanted.is_empty()) && found != wanted {
        Some(format!("red are {found:?} instead of {wanted:?}; {:?}", verdict.reasons))
    } else if fault.passes && told.iter().any(|(word, ids)| ended(&record, word) != of(ids)) {
        Some(format!("told are {:?}", told.map(|(word, _)| (word, ended(&record, word)))))
    } else {
        None
    }
}

/// Plays an upgrade with this fault on one node of the release alone; nothing when it is found by whatever check.
pub(crate) fn about_one_node(fault: &'static NamedFault, node: &str) -> Option<String> {
    let mut fault = fault.clone();
    for rule in fault.rules.iter_mut().filter(|rule| rule.when.node == AppliesTo::New) {
        rule.when.node = AppliesTo::NewOn(node.to_owned());
    }
    let mut play = play(&fault);
    play.inputs.cluster.nodes = "3".into();
    let verdict = Verdict::of(&played(play));
    (verdict.exit_code != ExitCode::FAILED)
        .then(|| format!("exit {} on {node} alone; {:?}", verdict.exit_code, verdict.reasons))
}

fn played(play: Play) -> Record {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(play.record())
}

fn play(fault: &NamedFault) -> Play {
    let mut play = Play::healthy();
    if let Some((stable, release)) = &fault.versions {
        (play.inputs.releases.stable, play.inputs.releases.release) = (stable.clone(), release.clone());
    }
    play.clustered = !fault.shared_database;
    play.faults =
        Faults::new(fault.rules.clone(), &play.inputs.releases.stable, &play.inputs.releases.release);
    if let Some(members) = fault.crowd {
        play.inputs.checks.crowd = members.to_string();
    }
    // What is mailed together comes by the clock.
    play.inputs.run.reminders = fault.reddens.iter().any(|id| id == "mails.held").to_string();
    // Each other one is seen on the way there: a way back would cost all of their plays what only a few need.
    play.inputs.cluster.rollback = if fault.is_of_rollback() { "mid" } else { "none" }.into();
    match fault.found_by {
        // The watch needs something to watch: these checks post through every node of the release.
        Finder::Watch => play.inputs.checks.only = "availability, posts, channels, processes".into(),
        Finder::Look => {
            play.inputs.checks.only = "look, webapp, browser".into();
            play.inputs.browser.browser = browser::installed().unwrap_or_default().into();
        }
        // What it writes is in no check's way, and checks are not in its.
        Finder::Ledger => play.inputs.checks.only = "ledger, matrix".into(),
        // The watch asks some hundred times a second: four plays on two cores would be late by themselves. What the ledger sees of a
        // fault that checks find is not what this is about; nor is what old rows see of one that breaks new ones as well.
        Finder::Checks => {
            let of_old = fault.reddens.iter().any(|id| id.starts_with("old."));
            let skipped =
                if of_old { "availability, ledger, matrix" } else { "availability, ledger, matrix, old" };
            play.inputs.checks.skip = skipped.into();
        }
    }
    // A check may take half of it: plays beside each other on two cores must not run into that.
    play.inputs.run.timeout = "160s".into();
    play
}

/// What is wrong with what the ledger tells: a finding has an id and both sides. What rots was written before the last node came up
/// on the release, through whatever node; all else is the release's own writing.
fn misattributed(record: &Record, fault: &NamedFault) -> Option<String> {
    let told = record.header.as_ref().zip(record.written.as_ref());
    let Some((header, ledger)) = told else { return Some("the record has no ledger".to_owned()) };
    let versions = [&header.stable.given, &header.release.given];
    let rots = fault.reddens.iter().any(|id| id == "ledger");
    let found = ledger.findings.iter().any(|finding| {
        let (writer, reader) = (&finding.writer.version, &finding.reader.version);
        let written = if rots { finding.written_in != "release" } else { writer == versions[1] };
        !finding.id.is_empty() && written && versions.contains(&writer) && versions.contains(&reader)
    });
    (!found).then(|| format!("no finding has the right sides: {:#?}", ledger.findings))
}

fn of(ids: &[String]) -> BTreeSet<&str> {
    ids.iter().map(String::as_str).collect()
}

fn red(record: &Record) -> BTreeSet<&str> {
    record.results().filter(|result| result.outcome.is_red()).map(|result| result.check.as_str()).collect()
}

/// The checks that ended with this word somewhere.
fn ended<'r>(record: &'r Record, word: &str) -> BTreeSet<&'r str> {
    record.results().filter(|r| r.outcome.word() == word).map(|r| r.check.as_str()).collect()
}
