//! What was written meanwhile and what became of it, in words.

use ledger_findings::LedgerSummary;
use run_record::record::together;

use super::words::plural;

/// All of it, on a line or two: `writes: 812 acknowledged in 17 kinds, all there on every node`.
pub(crate) fn lines(ledger: &LedgerSummary) -> Vec<String> {
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
    lines.extend(ledger.causes.first().map(|cause| format!("first cause: {}", cause.sentence)));
    lines
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
        let broken_off = LedgerSummary { rows: None, crossed: Vec::new(), ..ledger };
        assert_eq!(lines(&broken_off), ["writes: 812 acknowledged in 1 kind, not looked for at the end"]);
    }
}
