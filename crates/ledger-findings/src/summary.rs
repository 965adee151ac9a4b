//! The whole ledger of a run, as a record keeps it.

use serde::{Deserialize, Serialize};

use crate::cause::{SharedCause, causes};
use crate::finding::{AnnouncedRefusal, UnreadRows, WriteFinding};
use crate::matrix::{UnmeasuredCell, WriteMatrix};
use crate::sides::ReleasePair;
use crate::totals::WriteTotals;
use crate::verification::{MOST_LISTED, Verification, announce};

/// What was written in a run, and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerSummary {
    /// How much was written: acknowledged, refused, without an answer and what became of that.
    pub totals: WriteTotals,
    /// Who wrote and who read, by version: which nodes these were, findings tell.
    pub matrix: WriteMatrix,
    /// The stages in which every kind was written through every node and read on every other at once.
    pub crossed: Vec<CrossedStage>,
    /// Rows that were looked for at the end, each on every node; none where the run ended before.
    pub rows: Option<u64>,
    /// What failures share, the earliest first.
    pub causes: Vec<SharedCause>,
    /// What is wrong, the earliest write first.
    pub findings: Vec<WriteFinding>,
    /// What else is wrong.
    pub unlisted: u64,
    /// What could not be read, and so is not known.
    pub unread: Vec<UnreadRows>,
    /// What was refused between the versions as the vendor announced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announced: Vec<AnnouncedRefusal>,
    /// How long all the looking took, in milliseconds.
    pub took_ms: u64,
}

/// A stage in which writers and readers were crossed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossedStage {
    /// Its name.
    pub stage: String,
    /// The versions that nodes ran.
    pub versions: Vec<String>,
    /// Cells of kind, way, writing version and reading version that were measured.
    pub measured: u64,
    /// Cells that should have been and were not.
    pub unmeasured: Vec<UnmeasuredCell>,
    /// Writes that were looked for.
    pub writes: u64,
    /// Milliseconds.
    pub took_ms: u64,
}

impl CrossedStage {
    /// What was measured where nodes ran these versions.
    #[must_use]
    pub fn of(crossed: &Verification, versions: &[&str]) -> Self {
        Self {
            stage: crossed.stage.clone(),
            versions: versions.iter().map(|&version| version.to_owned()).collect(),
            measured: crossed.matrix.by_version().cells().count() as u64,
            unmeasured: crossed.matrix.unmeasured(versions),
            writes: crossed.rows,
            took_ms: crossed.took_ms,
        }
    }
}

impl LedgerSummary {
    /// Sums up what was crossed in stages and what was verified at the end; `all` is the matrix of both.
    #[must_use]
    pub fn of(
        totals: WriteTotals,
        all: &WriteMatrix,
        crossed: &[(Verification, CrossedStage)],
        verified: Option<&Verification>,
        releases: &ReleasePair,
    ) -> Self {
        let looks = || crossed.iter().map(|(look, _)| look).chain(verified);
        let mut findings: Vec<WriteFinding> =
            looks().flat_map(|look| look.findings.iter().cloned()).collect();
        findings.sort_by(|a, b| (a.seq, &a.reader, &a.id, a.way).cmp(&(b.seq, &b.reader, &b.id, b.way)));
        let unread: Vec<UnreadRows> = looks().flat_map(|look| look.unread.iter().cloned()).collect();
        let causes = causes(&findings, &unread, all, releases);
        let mut announced = Vec::new();
        looks().flat_map(|look| look.announced.iter().cloned()).for_each(|one| announce(&mut announced, one));
        let more = findings.len().saturating_sub(MOST_LISTED) as u64;
        findings.truncate(MOST_LISTED);
        Self {
            totals,
            matrix: all.by_version(),
            crossed: crossed.iter().map(|(_, stage)| stage.clone()).collect(),
            rows: verified.map(|look| look.rows),
            causes,
            findings,
            unlisted: looks().fold(more, |sum, look| sum.saturating_add(look.unlisted)),
            unread,
            announced,
            took_ms: looks().fold(0, |sum, look| sum.saturating_add(look.took_ms)),
        }
    }

    /// The summary with every text of others as `change` makes it. Names of kinds and stages, and versions are ours.
    #[must_use]
    pub fn with_texts(mut self, change: impl Fn(&str) -> String) -> Self {
        let put = |text: &mut String| *text = change(text);
        let finding = |finding: &mut WriteFinding| {
            let WriteFinding { id, writer, reader, expected, got, .. } = finding;
            [id, &mut writer.node, &mut reader.node, expected, got].into_iter().for_each(put);
        };
        self.totals.lines.iter_mut().for_each(|line| put(&mut line.through.node));
        self.totals.stages.iter_mut().for_each(|stage| put(&mut stage.node));
        for (refused, _) in &mut self.totals.refused {
            [&mut refused.through.node, &mut refused.got].into_iter().for_each(put);
        }
        self.totals.missing.iter_mut().for_each(|(_, reason)| put(reason));
        self.matrix.not_applicable.iter_mut().for_each(|one| put(&mut one.reason));
        self.findings.iter_mut().for_each(finding);
        for rows in &mut self.unread {
            [&mut rows.reader.node, &mut rows.got].into_iter().for_each(put);
        }
        for cause in &mut self.causes {
            [&mut cause.sentence, &mut cause.evidence].into_iter().for_each(put);
            cause.first.iter_mut().for_each(finding);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{ReadThrough, Way, Wrong};
    use crate::matrix::{CellCount, CellPlace};

    fn lost(seq: u32, got: &str) -> WriteFinding {
        let through = |node: &str| ReadThrough { node: node.into(), version: "11.7.0".into() };
        WriteFinding {
            wrong: Wrong::Lost,
            kind: "post".into(),
            id: "row".into(),
            seq,
            written_in: "mixed-1".into(),
            writer: through("node1"),
            reader: through("node2"),
            way: Way::Api,
            expected: "\"something\"".into(),
            got: got.into(),
        }
    }

    fn look(seqs: std::ops::Range<u32>) -> Verification {
        let findings: Vec<WriteFinding> = seqs.map(|seq| lost(seq, "nothing")).collect();
        let mut look =
            Verification { stage: "mixed-1".into(), rows: 9, took_ms: 5, ..Verification::default() };
        look.matrix.kinds = vec!["post".into()];
        let WriteFinding { kind, way, writer, reader, .. } = lost(0, "");
        let failed = [(Wrong::Lost, findings.len() as u64)].into();
        look.matrix
            .count(CellPlace { kind, way, writer, reader }, &CellCount { failed, ..CellCount::default() });
        Verification { findings, ..look }
    }

    #[test]
    fn all_looks_are_summed_and_their_causes_told_once() {
        let releases = ReleasePair { stable: "11.6.0".into(), release: "11.7.0".into() };
        let (crossed, mut verified) = (look(150..160), look(0..200));
        let stable = |node: &str| ReadThrough { node: node.into(), version: "11.6.0".into() };
        let (writer, reader) = (stable("node2"), stable("node2"));
        let place = CellPlace { kind: "post".into(), way: Way::Api, writer, reader };
        verified.matrix.count(place, &CellCount { verified: 500, ..CellCount::default() });
        let mut all = crossed.matrix.clone();
        all.merge(&verified.matrix);
        let stage = CrossedStage::of(&crossed, &["11.7.0"]);
        assert_eq!((stage.measured, stage.unmeasured.len()), (1, 1), "the websocket is not measured");
        let sum =
            LedgerSummary::of(WriteTotals::default(), &all, &[(crossed, stage)], Some(&verified), &releases);
        assert_eq!((sum.findings.len(), sum.unlisted, sum.rows, sum.took_ms), (200, 10, Some(9), 10));
        assert!(sum.causes[0].sentence.contains("a release node (11.7.0)"), "{:?}", sum.causes);
        assert_eq!(sum.matrix.cells().count(), 2);
        let text = serde_json::to_string(&sum).unwrap();
        assert_eq!(serde_json::from_str::<LedgerSummary>(&text).unwrap(), sum);
    }

    #[test]
    fn texts_of_others_are_changed_everywhere() {
        let releases = ReleasePair { stable: "11.6.0".into(), release: "11.7.0".into() };
        let mut verified = look(1..2);
        verified.findings[0].got = "a secret".into();
        let all = verified.matrix.clone();
        let sum = LedgerSummary::of(WriteTotals::default(), &all, &[], Some(&verified), &releases);
        assert!(serde_json::to_string(&sum).unwrap().contains("secret"));
        let sum = sum.with_texts(|text| text.replace("secret", "***"));
        assert!(!serde_json::to_string(&sum).unwrap().contains("secret"));
    }
}
