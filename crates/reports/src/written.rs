//! What was written meanwhile and what became of it, in words.

use ledger_findings::LedgerSummary;
use run_record::record::{Record, together};

use super::words::plural;

/// All of it, on a line or two: `writes: 812 acknowledged in 17 kinds, all there on every node`.
pub(crate) fn lines(ledger: &LedgerSummary) -> Vec<String> {
    let mut lines = figures_told(ledger);
    lines.extend(ledger.causes.first().map(|cause| format!("first cause: {}", cause.sentence)));
    lines
}

/// The figures alone.
pub(crate) fn figures_told(ledger: &LedgerSummary) -> Vec<String> {
    let sum = ledger.totals.sum();
    let wrong = (ledger.findings.len() as u64).saturating_add(ledger.unlisted);
    let became = match (ledger.rows, wrong) {
        (None, 0) => "not looked for at the end".to_owned(),
        (Some(_), 0) if ledger.unread.is_empty() => "all there on every node".to_owned(),
        (Some(_), 0) => format!("{} could not be read", plural(ledger.unread.len(), "list")),
        (_, wrong) => format!("{wrong} looks found one that is not as it was written"),
    };
    let kinds = plural(ledger.totals.kinds(), "kind");
    let mut lines = vec![format!("writes: {} acknowledged in {kinds}, {became}", sum.acknowledged)];
    if !ledger.crossed.is_empty() {
        let measured = together(ledger.crossed.iter().map(|stage| stage.measured));
        let missing: usize = ledger.crossed.iter().map(|stage| stage.unmeasured.len()).sum();
        lines.push(format!("writer × reader: {measured} cells measured, {missing} not"));
    }
    lines
}

/// The checks that answer for the ledger.
const LEDGER: &str = "ledger";
const MATRIX: &str = "matrix";

/// The figures of a check that answers for the ledger, by name, for programs.
pub(crate) fn figures(record: &Record, check: &str) -> Vec<(&'static str, String)> {
    let Some(ledger) = record.written.as_ref().filter(|_| [LEDGER, MATRIX].contains(&check)) else {
        return Vec::new();
    };
    if check == MATRIX {
        let measured = together(ledger.crossed.iter().map(|stage| stage.measured));
        let missing: usize = ledger.crossed.iter().map(|stage| stage.unmeasured.len()).sum();
        return vec![("cells_measured", measured.to_string()), ("cells_not_measured", missing.to_string())];
    }
    let sum = ledger.totals.sum();
    let wrong = (ledger.findings.len() as u64).saturating_add(ledger.unlisted);
    let counts = [
        ("kinds", ledger.totals.kinds() as u64),
        ("acknowledged", sum.acknowledged),
        ("refused", sum.refused),
        ("not_sent", sum.unsent),
        ("without_an_answer", sum.ambiguous),
        ("turned_out_there", sum.turned_out_there),
        ("turned_out_absent", sum.turned_out_absent),
        ("looks_that_failed", wrong),
    ];
    let cause = ledger.causes.first().map(|cause| ("first_cause", cause.sentence.clone()));
    counts.into_iter().map(|(name, count)| (name, count.to_string())).chain(cause).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_findings::{CrossedStage, ReadThrough, TallyLine, WriteTally, WriteTotals};

    #[test]
    fn a_ledger_is_told_on_a_line_or_two() {
        let tally = WriteTally { acknowledged: 812, ..WriteTally::default() };
        let through = ReadThrough { node: "node1".into(), version: "11.6.0".into() };
        let line = TallyLine { kind: "post".into(), through, tally, enough: true };
        let ledger = LedgerSummary {
            totals: WriteTotals { lines: vec![line], ..WriteTotals::default() },
            crossed: vec![CrossedStage { measured: 34, ..CrossedStage::default() }],
            rows: Some(700),
            ..LedgerSummary::default()
        };
        assert_eq!(
            lines(&ledger),
            [
                "writes: 812 acknowledged in 1 kind, all there on every node",
                "writer × reader: 34 cells measured, 0 not"
            ]
        );
        let record = Record { written: Some(Box::new(ledger.clone())), ..Record::default() };
        assert!(figures(&record, "ledger").contains(&("acknowledged", "812".into())));
        let matrix = [("cells_measured", "34".into()), ("cells_not_measured", "0".into())];
        assert_eq!(figures(&record, "matrix"), matrix);
        assert_eq!(figures(&record, "posts"), []);
        let broken_off = LedgerSummary { rows: None, crossed: Vec::new(), ..ledger };
        assert_eq!(lines(&broken_off), ["writes: 812 acknowledged in 1 kind, not looked for at the end"]);
    }
}
