//! From what was seen to findings: what is wrong, who wrote it, who shows it so.

use std::collections::{BTreeMap, HashMap, HashSet};

use basics::unpoisoned::lock;

use ledger_findings::{CellCount, CellPlace, ReadThrough, Verification, Way, WriteFinding, Wrong};

use crate::judge::{Due, wrong};
use crate::kind::Touches;
use crate::kinds::KINDS;
use crate::ledger::WriteLedger;
use crate::node_view::{NodeView, OddRow, ShownRow, Spot, says};
use crate::row::{Fingerprint, RowId};

/// Counts of a verification, by where they stand.
pub(crate) type FindingCounts = BTreeMap<CellPlace, CellCount>;

impl WriteLedger {
    /// Rows that do not say what is due.
    pub(crate) fn judge_rows(
        &self,
        views: &[NodeView],
        somewhere: &HashSet<Spot>,
        found: &mut Verification,
        counts: &mut FindingCounts,
    ) {
        let book = lock(&self.desk.book);
        for view in views {
            for (spot, OddRow { shown, seq, closely }) in &view.odd {
                let (kind, row) = *spot;
                if view.unread.contains_key(&kind) {
                    continue;
                }
                let expects = book.shelf(kind).expects(&row).filter(|expects| expects.maybes.is_empty());
                let due = expects.and_then(|expects| expects.row);
                // What a write touched since, or touches now, is left for the next time.
                let Some(due) = due.filter(|due| Some(due.seq) == *seq && *closely) else {
                    found.moved += 1;
                    continue;
                };
                if says(shown) == due.says {
                    continue;
                }
                let elsewhere = somewhere.contains(spot);
                let wrong = wrong(Due { says: due.says, was: due.was }, says(shown), elsewhere);
                let (writer, stage) = (book.through(&due), book.stage(&due));
                let finding = self.finding(kind, row, (due.says, due.seq), wrong, shown);
                let finding = WriteFinding { written_in: stage, writer, reader: view.through(), ..finding };
                fail(counts, &finding);
                found.findings.push(finding);
            }
        }
    }

    /// One write, and more than one row that tells of it.
    pub(crate) fn judge_doubles(
        &self,
        views: &[NodeView],
        found: &mut Verification,
        counts: &mut FindingCounts,
    ) {
        let book = lock(&self.desk.book);
        let makers = KINDS.iter().enumerate().filter(|(_, kind)| kind.touches() == Touches::New);
        for (kind, _) in makers {
            for view in views {
                let mut rows: HashMap<u32, Vec<RowId>> = HashMap::new();
                for (seq, row) in &view.marked[kind] {
                    let known = rows.entry(*seq).or_default();
                    // What is written meanwhile moves a row to the next page, where it is seen once more.
                    if !known.contains(row) {
                        known.push(*row);
                    }
                }
                for (_, rows) in rows.into_iter().filter(|(_, rows)| rows.len() > 1) {
                    let known = rows.iter().find_map(|row| Some((*row, book.shelf(kind).expects(row)?.row?)));
                    let Some((row, due)) = known else { continue };
                    let finding = self.finding(kind, row, (due.says, due.seq), Wrong::Doubled, &None);
                    let others: Vec<String> =
                        rows.iter().filter(|other| **other != row).map(ToString::to_string).collect();
                    let finding = WriteFinding {
                        written_in: book.stage(&due),
                        writer: book.through(&due),
                        reader: view.through(),
                        expected: "one".to_owned(),
                        got: format!("{} of it, also {}", rows.len(), others.join(", ")),
                        ..finding
                    };
                    fail(counts, &finding);
                    found.findings.push(finding);
                }
            }
        }
    }

    /// A finding of which writer and reader are still to be told.
    pub(crate) fn finding(
        &self,
        kind: usize,
        row: RowId,
        (due, seq): (Fingerprint, u32),
        wrong: Wrong,
        shown: &ShownRow,
    ) -> WriteFinding {
        let name = KINDS[kind].name();
        let expected = match KINDS[kind].touches() {
            _ if due.is_absent() => "nothing".to_owned(),
            Touches::Switches => crate::act::ON.to_owned(),
            _ => format!("\"{}\"", self.desk.premises.text(name, seq)),
        };
        let got = match shown {
            None => "nothing".to_owned(),
            Some(sighting) if sighting.text.is_empty() => "something else".to_owned(),
            Some(sighting) => format!("\"{}\"", sighting.text.chars().take(120).collect::<String>()),
        };
        WriteFinding {
            wrong,
            kind: name.to_owned(),
            id: row.to_string(),
            seq,
            written_in: String::new(),
            writer: ReadThrough::default(),
            reader: ReadThrough::default(),
            way: Way::Api,
            expected,
            got,
        }
    }

    /// Enters what was counted here, and in the matrix of the whole ledger.
    pub(crate) fn enter_counts(&self, counts: FindingCounts, found: &mut Verification) {
        let mut all = lock(&self.desk.matrix);
        found.matrix = all.emptied();
        counts.into_iter().for_each(|(place, count)| found.matrix.count(place, &count));
        all.merge(&found.matrix);
    }
}

/// Counts a finding, in the place of something that was right.
pub(crate) fn fail(counts: &mut FindingCounts, finding: &WriteFinding) {
    let WriteFinding { wrong, kind, way, writer, reader, .. } = finding.clone();
    let count = counts.entry(CellPlace { kind, way, writer, reader }).or_default();
    count.verified = count.verified.saturating_sub(1);
    *count.failed.entry(wrong).or_default() += 1;
}
