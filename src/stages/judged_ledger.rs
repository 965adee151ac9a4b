//! What was looked for on every node → the result of the check `ledger`.

use ledger_findings::{
    ENOUGH, ReleasePair, SharedCause, Verification, WriteFinding, WriteMatrix, WriteTally, WriteTotals,
    Wrong, by_cause,
};

use crate::checks::{Check, catalogue};
use crate::outcome::{CheckResult, Failure, Outcome, Stage, Step};

/// How many failures of a cause are told one by one.
const EXAMPLES: usize = 10;

/// The result: what is wrong by its causes, what could not be read, and what is not written here.
pub(super) fn judged(
    check: &Check,
    stage: Stage,
    seen: &Verification,
    totals: &WriteTotals,
    releases: &ReleasePair,
) -> CheckResult {
    let mut result = CheckResult { outcome: Outcome::Passed, ..catalogue::not_measured(check, stage, "") };
    let name = "every acknowledged write is on every node, once and as it was written";
    result.steps = found(name, seen, &seen.matrix, releases);
    let sum = totals.sum();
    if sum.acknowledged == 0 {
        let reason = "no node acknowledged a single write".to_owned();
        result.steps.push(step("something is written", Outcome::NotMeasured { reason }));
    }
    result.steps.extend(not_taken(totals, releases));
    for (kind, reason) in &totals.missing {
        let outcome = Outcome::NotApplicable { reason: reason.clone() };
        result.steps.push(step(&format!("{kind}: writes are taken"), outcome));
    }
    let nodes = seen.nodes.join(", ");
    result.facts.insert("writes".into(), format!("{} in {} kinds", tally(&sum), totals.kinds()));
    result.facts.insert("looked for".into(), format!("{} rows on each of {nodes}", seen.rows));
    let often = totals.lines.iter().filter(|line| line.enough).count();
    let often = format!("{often} of {} kinds × nodes × versions, {ENOUGH} times or more", totals.lines.len());
    result.facts.insert("asked often enough to see a fault of one call in three".into(), often);
    for (kind, sum) in by_kind(totals) {
        result.facts.insert(kind, tally(&sum));
    }
    result.outcome = catalogue::outcome_of(&result.steps);
    result
}

/// A step for each cause of what is wrong, one for what could not be read; a single one that passed where nothing is.
pub(super) fn found(
    name: &str,
    seen: &Verification,
    matrix: &WriteMatrix,
    releases: &ReleasePair,
) -> Vec<Step> {
    let causes = by_cause(&seen.findings, &seen.unread, matrix, releases);
    if causes.is_empty() {
        return vec![step(name, Outcome::Passed)];
    }
    let mut steps: Vec<Step> = Vec::new();
    for (cause, failures) in &causes {
        let name = match (steps.len(), cause.first.is_some()) {
            (_, false) => "every node tells what it has".to_owned(),
            (0, true) => name.to_owned(),
            (before, true) => format!("{name} (cause {})", before + 1),
        };
        let outcome = match &cause.first {
            None => Outcome::NotMeasured { reason: cause.sentence.clone() },
            Some(first) => failed(name_of_expected(name.as_str()), cause, first, failures),
        };
        steps.push(step(&name, outcome));
    }
    steps
}

/// What a step is named after is what was expected; which cause it is, is not.
fn name_of_expected(name: &str) -> &str {
    name.split(" (cause ").next().unwrap_or(name)
}

fn failed(expected: &str, cause: &SharedCause, first: &WriteFinding, failures: &[&WriteFinding]) -> Outcome {
    let mut lines = vec![cause.sentence.clone()];
    lines.extend(failures.iter().take(EXAMPLES).map(ToString::to_string));
    let told = failures.len().min(EXAMPLES) as u64;
    let more = cause.failures.saturating_sub(told);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.push(cause.evidence.clone());
    Outcome::Failed(Failure {
        expected: expected.to_owned(),
        got: lines.join("\n"),
        node: Some(first.reader.node.clone()),
        version: Some(first.reader.version.clone()).filter(|version| !version.is_empty()),
        safety: failures.iter().any(|failure| failure.wrong != Wrong::Unseen),
        ..Failure::default()
    })
}

/// Kinds of which one of the two versions acknowledged nothing: of these nobody knows what would have become.
fn not_taken(totals: &WriteTotals, releases: &ReleasePair) -> Vec<Step> {
    let mut versions = vec![&releases.stable, &releases.release];
    versions.dedup();
    let mut steps = Vec::new();
    for version in versions {
        let mut none: Vec<String> = Vec::new();
        let of_version: Vec<_> =
            totals.lines.iter().filter(|line| line.through.version == **version).collect();
        for (kind, _) in by_kind(totals) {
            let mut of_kind = of_version.iter().filter(|line| line.kind == kind);
            if !of_kind.any(|line| line.tally.acknowledged > 0) {
                let refused = totals.refused.iter().map(|(refused, _)| refused);
                let mut refused = refused.filter(|one| one.kind == kind && one.through.version == **version);
                let told = refused.next().map(|one| format!(" ({} answered {})", one.through, one.got));
                none.push(format!("{kind}{}", told.unwrap_or_default()));
            }
        }
        if !none.is_empty() {
            let reason = format!("no node of {version} acknowledged a write of {}", none.join(", "));
            let name = format!("nodes of {version} take writes of every kind");
            steps.push(step(&name, Outcome::NotMeasured { reason }));
        }
    }
    steps
}

/// The totals of each kind that was written, in the order of reports.
fn by_kind(totals: &WriteTotals) -> Vec<(String, WriteTally)> {
    let mut kinds: Vec<(String, WriteTally)> = Vec::new();
    for line in &totals.lines {
        match kinds.iter_mut().find(|(kind, _)| *kind == line.kind) {
            Some((_, sum)) => sum.add(&line.tally),
            None => kinds.push((line.kind.clone(), line.tally)),
        }
    }
    kinds
}

/// `812 acknowledged, 2 without an answer (1 turned out to be there, 1 not, 0 were overwritten)`.
fn tally(sum: &WriteTally) -> String {
    let mut told = format!("{} acknowledged", sum.acknowledged);
    for (count, what) in [(sum.refused, "refused"), (sum.unsent, "not sent")] {
        if count > 0 {
            told = format!("{told}, {count} {what}");
        }
    }
    let WriteTally { ambiguous, turned_out_there: there, turned_out_absent: absent, moot, .. } = sum;
    if *ambiguous > 0 {
        told = format!(
            "{told}, {ambiguous} without an answer ({there} turned out to be there, {absent} not, {moot} overwritten)"
        );
    }
    told
}

pub(super) fn step(name: &str, outcome: Outcome) -> Step {
    Step { name: name.to_owned(), outcome, took_ms: 0 }
}
