//! A last look at a row before a write goes over it.
//!
//! Without it a word that was lost would be overwritten unseen, and a fault of one call in three would be found by luck. Where nodes
//! have no cluster, the node that took the word is asked: others may believe what was before. In a cluster it is the node that came
//! last: it remembers nothing, and has to read what a migration left.

use std::sync::Mutex;
use std::time::Duration;

use basics::unpoisoned::lock;
use basics::wait::{self, Missed, WaitProgress};
use ledger_findings::{CellPlace, ReadThrough, Way, WriteFinding};
use mattermost_client::Client;
use tokio::time::Instant;

use crate::book::Ticket;
use crate::judge::{Due, wrong};
use crate::kinds::KINDS;
use crate::ledger::WriteLedger;
use crate::node_view::{Spot, read_closely, says};
use crate::row::Fingerprint;

/// How long once another one did not: it is red already, and writing must go on.
const AFTER_A_LATE_ONE: Duration = Duration::from_millis(200);

impl WriteLedger {
    /// Looks for what the write of this ticket will overwrite.
    pub(crate) async fn look_a_last_time(&self, node: &Client, ticket: &Ticket) {
        let (Some(row), Some((kind, due))) = (ticket.row, ticket.last) else { return };
        let (writer, written_in) = {
            let book = lock(&self.desk.book);
            (book.through(&due), book.stage(&due))
        };
        let asked = if self.desk.premises.clustered {
            lock(&self.desk.roster).newest().or_else(|| Some(node.clone()))
        } else {
            lock(&self.desk.roster).client(&writer.node)
        };
        let Some(asked) = asked else { return };
        let patience =
            if lock(&self.desk.last_looks).late { AFTER_A_LATE_ONE } else { self.desk.premises.patience };
        let version = Mutex::new(None);
        let seen = wait::until(Instant::now() + patience, wait::WaitPace::GROWING, || async {
            let (mut shown, _) = read_closely(&self.desk.premises, &asked, [(kind, row)], &version).await;
            match shown.remove(&(kind, row)) {
                Some(shown) if says(&shown) == due.says => WaitProgress::There(()),
                Some(shown) => WaitProgress::OnTheWay(shown),
                None => WaitProgress::Never(()),
            }
        })
        .await;
        // A node that could not be asked has said nothing.
        if matches!(seen, Err(Missed::Never(()))) {
            return;
        }
        let told = lock(&version).clone().or_else(|| lock(&self.desk.roster).version(asked.node()));
        let reader = ReadThrough { node: asked.node().to_owned(), version: told.unwrap_or_default() };
        let place = CellPlace {
            kind: KINDS[kind].name().to_owned(),
            way: Way::Api,
            writer: writer.clone(),
            reader: reader.clone(),
        };
        let elsewhere = seen.is_err() && self.is_elsewhere((kind, row), due.says, &asked).await;
        let mut looks = lock(&self.desk.last_looks);
        looks.counts.entry(place).or_default().verified += 1;
        if let Err(Missed::TimeUp(shown)) = seen {
            let wrong = wrong(Due { says: due.says, was: due.was }, says(&shown), elsewhere);
            let finding = self.finding(kind, row, (due.says, due.seq), wrong, &shown);
            looks.findings.push(WriteFinding { written_in, writer, reader, ..finding });
            looks.late = true;
        }
    }

    /// Whether another node in traffic shows what is due.
    async fn is_elsewhere(&self, spot: Spot, due: Fingerprint, not_here: &Client) -> bool {
        let others = lock(&self.desk.roster).others(not_here.node());
        for other in others {
            let (shown, _) = read_closely(&self.desk.premises, &other, [spot], &Mutex::new(None)).await;
            if shown.get(&spot).is_some_and(|shown| says(shown) == due) {
                return true;
            }
        }
        false
    }
}
