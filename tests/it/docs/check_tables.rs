//! docs/checks.md and docs/faults.md: the catalogues.

use upgrade_gate::announced;
use upgrade_gate::case::{self, KEY, LINES};
use upgrade_gate::catalogue::{self, CHECKS};
use upgrade_gate::fault;

use super::region::{codes, hold, table};

#[test]
fn every_check_is_listed_with_its_lines_stages_and_needs() {
    let rows = CHECKS.iter().map(|check| {
        let lines = check.lines.join(", ");
        let mut needs: Vec<String> = check.needs.iter().map(|need| need.words()).collect();
        needs.extend(check.alone.then(|| "no other check beside it".to_owned()));
        needs.extend((!check.environment.is_empty()).then(|| "restarts of the nodes".to_owned()));
        let stages = check.stage_words();
        [format!("`{}`", check.id), check.title.to_owned(), lines, stages, needs.join(", ")]
    });
    let head = ["check", "a passing one proves that", "lines", "stages", "needs"];
    hold("docs/checks.md", "checks", &table(head, rows));
}

#[test]
fn every_line_of_the_case_is_listed_with_its_checks() {
    let rows = LINES.iter().map(|line| {
        let covering: Vec<&str> =
            CHECKS.iter().filter(|check| check.lines.contains(&line.id)).map(|check| check.id).collect();
        [line.id.to_owned(), line.title.to_owned(), codes(&covering, "no check yet")]
    });
    hold("docs/checks.md", "lines", &table(["line", "what it asks", "checks"], rows));
}

#[test]
fn every_line_of_the_case_is_listed_with_its_number() {
    let rows = LINES.iter().map(|line| {
        let number = case::number(line.id).unwrap();
        [format!("`{KEY}_{number} …`"), line.id.to_owned(), line.title.to_owned()]
    });
    hold("docs/mattermost-tools.md", "numbers", &table(["names begin with", "line", "what it asks"], rows));
}

#[test]
fn every_line_of_the_case_has_a_check() {
    for line in LINES {
        assert!(CHECKS.iter().any(|check| check.lines.contains(&line.id)), "{} has no check", line.id);
    }
}

#[test]
fn the_readme_counts_the_lines_that_have_a_check() {
    let covered =
        LINES.iter().filter(|line| CHECKS.iter().any(|check| check.lines.contains(&line.id))).count();
    let text = format!(
        "Today {} checks cover {covered} of the case's {} lines; [docs/checks.md](docs/checks.md) lists both.",
        CHECKS.len(),
        LINES.len()
    );
    hold("README.md", "coverage", &text);
}

#[test]
fn every_fault_is_listed_with_the_checks_that_notice_it() {
    let faults = fault::catalogue();
    let rows = faults.iter().map(|fault| {
        let noticed = match (fault.passes, &fault.announces, &fault.unsettles) {
            (false, ..) => match fault.found_by {
                fault::Finder::Checks => codes(&fault.reddens, "the node does not get as far as checks"),
                fault::Finder::Watch => codes(&fault.reddens, "the watch over availability"),
                fault::Finder::Ledger => codes(&fault.reddens, "the ledger of writes"),
                fault::Finder::Look => codes(&fault.reddens, "a browser"),
            },
            (true, announces, _) if !announces.is_empty() => {
                format!("passes, *announced*: {}", codes(announces, ""))
            }
            (true, _, unsettles) if !unsettles.is_empty() => {
                format!("passes, *unsteady*: {}", codes(unsettles, ""))
            }
            (true, ..) => "passes".to_owned(),
        };
        let versions = fault.versions.as_ref().map(|(stable, release)| format!(" ({stable} → {release})"));
        let kind = if fault.shared_database { ", shared database" } else { "" };
        let crowd = fault.crowd.map(|members| format!(", `crowd: {members}`")).unwrap_or_default();
        let title = format!("{}{}{kind}{crowd}", fault.title, versions.unwrap_or_default());
        [format!("`{}`", fault.id), title, noticed]
    });
    hold("docs/faults.md", "faults", &table(["fault", "what is wrong with the release", "noticed by"], rows));
    let named = faults.iter().flat_map(|fault| [&fault.reddens, &fault.announces, &fault.unsettles]);
    for check in named.flatten() {
        assert!(catalogue::find(check).is_some(), "a fault names the check {check}, which does not exist");
    }
}

#[test]
fn every_announced_change_is_listed_with_its_source() {
    let rows = announced::catalogue().iter().map(|change| {
        let versions = format!("{} → {}", change.stable, change.release);
        let what = format!("{} ([source]({}))", change.what, change.source);
        [format!("`{}`", change.id), versions, change.kind.subject(), change.when.words(), what]
    });
    let head = ["change", "stable → release", "what may differ", "only where", "why"];
    hold("docs/announced.md", "announced", &table(head, rows));
}
