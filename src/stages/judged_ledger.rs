//! What was looked for on every node → the result of the check `ledger`.

use ledger_findings::{
    ENOUGH, ReleasePair, SharedCause, Verification, WriteFinding, WriteTally, WriteTotals, Wrong, by_cause,
};

use crate::checks::{Check, catalogue};
use crate::outcome::{CheckResult, Failure, Outcome, Stage, Step};

/// How many writes of a cause are told one by one.
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
    add_causes(&mut result, name, seen, releases);
    result.steps.extend(seen.unsteady.iter().map(unsteady));
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

/// Adds a step for each cause of what is wrong and one for what could not be read, or a single one that passed, and as facts what
/// was wrong in each.
pub(super) fn add_causes(result: &mut CheckResult, name: &str, seen: &Verification, releases: &ReleasePair) {
    let causes = by_cause(&seen.findings, &seen.unread, &seen.matrix, releases);
    if causes.is_empty() {
        result.steps.push(step(name, Outcome::Passed));
    }
    for (number, (cause, failures)) in (1..).zip(&causes) {
        let Some(first) = &cause.first else {
            let outcome = Outcome::NotMeasured { reason: cause.sentence.clone() };
            result.steps.push(step("every node tells what it has", outcome));
            continue;
        };
        let which = if number == 1 { name.to_owned() } else { format!("{name} (cause {number})") };
        result.steps.push(step(&which, failed(name, cause, first, failures)));
        for (example, told) in (1..).zip(examples(failures)) {
            result.facts.insert(format!("cause {number}, example {example}"), told);
        }
    }
}

/// What one node did not show once, and did each time that it was done again.
pub(super) fn unsteady(once: &WriteFinding) -> Step {
    let WriteFinding { kind, writer, .. } = once;
    let again = format!("the same done {ENOUGH} times through {writer} was shown by every node");
    let name = format!("a {kind} is shown by every node each time, as a cache may not");
    step(&name, Outcome::Unsteady { first: once.to_string(), again })
}

/// The cause first, then its earliest failure: what more there is stands in the facts, and all of it in the record.
fn failed(expected: &str, cause: &SharedCause, first: &WriteFinding, failures: &[&WriteFinding]) -> Outcome {
    let SharedCause { sentence, failures: count, evidence, .. } = cause;
    Outcome::Failed(Failure {
        expected: expected.to_owned(),
        got: format!("{sentence} ({count} such looks; {evidence}); the first one: {first}"),
        node: Some(first.reader.node.clone()),
        version: Some(first.reader.version.clone()).filter(|version| !version.is_empty()),
        safety: failures.iter().any(|failure| failure.wrong != Wrong::Unseen),
        ..Failure::default()
    })
}

/// The failures of a cause write by write, each with all that show it so; the last one counts those that are left out.
fn examples(failures: &[&WriteFinding]) -> Vec<String> {
    let mut writes: Vec<(&WriteFinding, Vec<String>)> = Vec::new();
    for &failure in failures {
        let reader = failure.reader.to_string();
        match writes.iter_mut().find(|(first, _)| (first.seq, first.way) == (failure.seq, failure.way)) {
            Some((_, readers)) if readers.contains(&reader) => {}
            Some((_, readers)) => readers.push(reader),
            None => writes.push((failure, vec![reader])),
        }
    }
    let told = |(first, readers): &(&WriteFinding, Vec<String>)| {
        let others = readers.get(1..).unwrap_or_default().join(", ");
        if others.is_empty() { first.to_string() } else { format!("{first}; the same on {others}") }
    };
    let mut examples: Vec<String> = writes.iter().take(EXAMPLES).map(told).collect();
    let more = writes.len().saturating_sub(EXAMPLES);
    if more > 0 {
        examples.push(format!("and {more} more writes"));
    }
    examples
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::WRITE_LEDGER;
    use ledger_findings::{CellCount, CellPlace, ReadThrough, RefusedWrites, TallyLine, UnreadRows, Way};

    const OLD: &str = "11.6.0";
    const NEW: &str = "11.7.0";

    fn through(node: &str, version: &str) -> ReadThrough {
        ReadThrough { node: node.into(), version: version.into() }
    }

    fn line(kind: &str, version: &str, acknowledged: u64) -> TallyLine {
        let tally = WriteTally { acknowledged, ..WriteTally::default() };
        TallyLine {
            kind: kind.into(),
            through: through("node1", version),
            tally,
            enough: acknowledged >= ENOUGH,
        }
    }

    fn totals() -> WriteTotals {
        let lines =
            [OLD, NEW].into_iter().flat_map(|version| [line("post", version, 20), line("pin", version, 3)]);
        WriteTotals { lines: lines.collect(), ..WriteTotals::default() }
    }

    /// Posts of a release node that two nodes do not have.
    fn lost(posts: u32) -> Verification {
        let mut seen = Verification { rows: 40, ..Verification::default() };
        let (writer, reader) = (through("node2", OLD), through("node2", OLD));
        let whole = CellPlace { kind: "post".into(), way: Way::Api, writer, reader };
        seen.matrix.count(whole, &CellCount { verified: 100, ..CellCount::default() });
        for (seq, reader) in (1..=posts).flat_map(|seq| ["node1", "node2"].map(|reader| (seq, reader))) {
            let (writer, reader) = (through("node1", NEW), through(reader, OLD));
            let place = CellPlace {
                kind: "post".into(),
                way: Way::Api,
                writer: writer.clone(),
                reader: reader.clone(),
            };
            seen.matrix.count(
                place,
                &CellCount { verified: 0, failed: [(Wrong::Lost, 1)].into(), ..CellCount::default() },
            );
            seen.findings.push(WriteFinding {
                wrong: Wrong::Lost,
                kind: "post".into(),
                id: format!("row{seq}"),
                seq,
                written_in: "mixed-1".into(),
                writer,
                reader,
                way: Way::Api,
                expected: "\"a text\"".into(),
                got: "nothing".into(),
            });
        }
        seen
    }

    fn judge(seen: &Verification, totals: &WriteTotals) -> CheckResult {
        let releases = ReleasePair { stable: OLD.into(), release: NEW.into() };
        judged(catalogue::find(WRITE_LEDGER).unwrap(), Stage::Release, seen, totals, &releases)
    }

    #[test]
    fn what_is_all_there_passes_with_its_figures() {
        let seen = Verification { rows: 40, nodes: vec!["node1".into()], ..Verification::default() };
        let result = judge(&seen, &totals());
        assert_eq!(result.outcome, Outcome::Passed);
        assert_eq!(result.facts["writes"], "46 acknowledged in 2 kinds");
        assert_eq!(result.facts["looked for"], "40 rows on each of node1");
        assert_eq!(result.facts["post"], "40 acknowledged");
    }

    #[test]
    fn what_is_lost_is_told_by_its_cause_and_write_by_write() {
        let result = judge(&lost(12), &totals());
        let Outcome::Failed(failure) = &result.steps[0].outcome else { panic!("{:?}", result.steps) };
        assert!(
            failure.got.starts_with("every write made through a release node (11.7.0) is lost"),
            "{}",
            failure.got
        );
        assert!(
            failure.got.contains("the post row1 that node1 (11.7.0) acknowledged in mixed-1"),
            "{}",
            failure.got
        );
        assert!(failure.safety && failure.got.contains("24 such looks"), "{}", failure.got);
        assert!(
            result.facts["cause 1, example 10"].ends_with("the same on node2 (11.6.0)"),
            "{:?}",
            result.facts
        );
        assert_eq!(result.facts["cause 1, example 11"], "and 2 more writes");
    }

    #[test]
    fn what_is_not_known_is_red_and_what_is_not_here_is_not() {
        let mut seen = Verification { rows: 40, ..Verification::default() };
        let mut totals = totals();
        totals.missing.push(("board card".into(), "these servers refuse it".into()));
        assert_eq!(judge(&seen, &totals).outcome, Outcome::Passed);
        totals.lines.retain(|line| (line.kind.as_str(), line.through.version.as_str()) != ("pin", NEW));
        let told = RefusedWrites {
            stage: "mixed-1".into(),
            kind: "pin".into(),
            through: through("node1", NEW),
            got: "403".into(),
        };
        totals.refused.push((told, 3));
        let result = judge(&seen, &totals);
        let expected =
            "no node of 11.7.0 acknowledged a write of pin (node1 (11.7.0) answered 403)".to_owned();
        assert_eq!(result.outcome, Outcome::NotMeasured { reason: expected });
        seen.unread.push(UnreadRows {
            kind: "post".into(),
            reader: through("node2", NEW),
            status: None,
            got: "no answer".into(),
        });
        assert!(matches!(judge(&seen, &self::totals()).outcome, Outcome::NotMeasured { .. }));
        assert!(judge(&seen, &WriteTotals::default()).outcome.is_red(), "nothing was written");
    }
}
