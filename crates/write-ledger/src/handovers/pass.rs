//! Each of them begun through each node and finished through each.

use basics::unpoisoned::lock;
use futures_util::future::join_all;
use ledger_findings::{
    AnnouncedRefusal, CellPlace, ReadThrough, UnreadRows, Verification, Way, WriteFinding, Wrong,
};
use mattermost_client::{ApiError, Client};
use tokio::time::Instant;

use super::HANDOVERS;
use crate::findings::FindingCounts;
use crate::handover::{Handover, Unfinished};
use crate::ledger::WriteLedger;

/// One that was tried.
struct Tried {
    number: u32,
    id: String,
    writer: ReadThrough,
    reader: ReadThrough,
    end: Result<(), Unfinished>,
}

impl WriteLedger {
    /// Begins each of them through each of these nodes, and finishes it through each.
    pub(crate) async fn hand_over(
        &self,
        nodes: &[Client],
        stage: &str,
        found: &mut Verification,
        counts: &mut FindingCounts,
    ) {
        for node in nodes {
            let _ = self.refresh(node).await;
        }
        for writer in nodes {
            let there = HANDOVERS.iter().filter(|one| !self.desk.no_handover.contains(&one.name()));
            let tries = there.flat_map(|one| nodes.iter().map(move |reader| (*one, reader)));
            let tried =
                tries.map(|(one, reader)| async move { (one, self.try_one(one, writer, reader).await) });
            for (one, tried) in join_all(tried).await {
                match tried {
                    Ok(tried) => self.enter_tried(one, tried, stage, found, counts),
                    Err(error) => found.unread.push(UnreadRows {
                        kind: format!("a new {}", one.name()),
                        reader: self.through(writer, error.version()),
                        status: error.status(),
                        got: error.got(),
                    }),
                }
            }
        }
    }

    /// # Errors
    /// When it could not be begun.
    async fn try_one(&self, one: &dyn Handover, writer: &Client, reader: &Client) -> Result<Tried, ApiError> {
        let (premises, deadline) = (&self.desk.premises, Instant::now() + self.desk.premises.patience);
        loop {
            let number = lock(&self.desk.book).next_number();
            let begun = one.begin(premises, writer, number).await?;
            let finished = one.finish(premises, reader, &begun).await;
            let late = matches!(&finished, Err(Unfinished::Refused(error)) if one.is_too_late(error));
            if late && Instant::now() < deadline {
                continue;
            }
            let (end, served) = match finished {
                Ok(version) => (Ok(()), version),
                Err(Unfinished::Refused(error)) => {
                    let version = error.version();
                    (Err(Unfinished::Refused(error)), version)
                }
                Err(differs) => (Err(differs), None),
            };
            let writer = self.through(writer, begun.version);
            return Ok(Tried { number, id: begun.id, writer, reader: self.through(reader, served), end });
        }
    }

    /// A node and what it serves as, by its answer or what it said before.
    fn through(&self, node: &Client, told: Option<String>) -> ReadThrough {
        let known = || lock(&self.desk.roster).version(node.node());
        ReadThrough { node: node.node().to_owned(), version: told.or_else(known).unwrap_or_default() }
    }

    fn enter_tried(
        &self,
        one: &dyn Handover,
        tried: Tried,
        stage: &str,
        found: &mut Verification,
        counts: &mut FindingCounts,
    ) {
        let Tried { number, id, writer, reader, end } = tried;
        found.rows += 1;
        let kind = one.name().to_owned();
        let place = CellPlace { kind: kind.clone(), way: Way::Api, writer, reader };
        let count = counts.entry(place.clone()).or_default();
        let (wrong, expected, got) = match end {
            Ok(()) => {
                count.verified += 1;
                return;
            }
            Err(Unfinished::Refused(error)) => {
                if let Some(told) = self.foreseen(one, &place, &error) {
                    count.announced += 1;
                    return found.announce(told);
                }
                (Wrong::Refused, "that it is finished there".to_owned(), error.got())
            }
            Err(Unfinished::Differs { expected, got }) => (Wrong::Altered, expected, got),
        };
        *count.failed.entry(wrong).or_default() += 1;
        let CellPlace { writer, reader, way, .. } = place;
        let written_in = stage.to_owned();
        found.findings.push(WriteFinding {
            wrong,
            kind,
            id,
            seq: number,
            written_in,
            writer,
            reader,
            way,
            expected,
            got,
        });
    }

    /// What was announced of this refusal; within one version nothing is.
    fn foreseen(&self, one: &dyn Handover, place: &CellPlace, error: &ApiError) -> Option<AnnouncedRefusal> {
        let (writer, reader) = (&place.writer.version, &place.reader.version);
        let told =
            self.desk.foreseen.iter().find(|told| told.kind == one.name() && told.error == error.id())?;
        (writer != reader).then(|| AnnouncedRefusal {
            kind: told.kind.clone(),
            writer: writer.clone(),
            reader: reader.clone(),
            what: told.what.clone(),
            source: told.source.clone(),
            times: 1,
        })
    }
}
