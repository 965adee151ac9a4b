//! Read soon after write: each kind written through each node, read on every other at once, and told by websockets.
//!
//! This is what fills the cells of the matrix in a mixed stage. A write that is looked for here belongs to nobody else meanwhile: it
//! is concluded when everybody was asked for it.

mod again;

use std::sync::Mutex;
use std::time::Duration;

use basics::clock::millis;
use basics::unpoisoned::lock;
use basics::wait;
use futures_util::future::join_all;
use ledger_findings::{CellPlace, ReadThrough, UnreadRows, Verification, Way, WriteFinding, Wrong};
use mattermost_client::{Client, Frame, Socket};
use tokio::time::Instant;

use crate::answer::WriteAnswer;
use crate::book::Ticket;
use crate::findings::{FindingCounts, fail};
use crate::judge::{Due, wrong};
use crate::kinds::{KINDS, index_of};
use crate::ledger::WriteLedger;
use crate::node_view::{ShownRow, read_closely, says};
use crate::row::{Fingerprint, RowId};
use crate::shelf::FEWEST;

/// How long an event may take once another one did not come: it is red already.
const AFTER_A_LATE_ONE: Duration = Duration::from_millis(500);

/// A write that was acknowledged and is now looked for.
struct Fresh {
    ticket: Ticket,
    row: RowId,
    leaves: Fingerprint,
    answer: WriteAnswer,
    version: String,
    /// The name of its event, and what is in it.
    event: Option<(&'static str, String)>,
}

/// What one reader saw of the writes of one node.
struct Glimpse {
    reader: ReadThrough,
    way: Way,
    /// In the order of the writes; nothing where it is not to be seen this way.
    shown: Vec<Option<ShownRow>>,
}

/// A node with the websocket of the author.
struct Listener {
    node: Client,
    socket: Result<Socket, UnreadRows>,
}

impl WriteLedger {
    /// Writes each kind through each of these nodes, and looks for it on all of them, by asking and by websocket; and begins
    /// through each what is finished through each.
    pub async fn cross(&self, nodes: &[Client], stage: &str) -> Verification {
        let (began, patience) = (Instant::now(), self.desk.premises.patience);
        let mut found = Verification {
            stage: stage.to_owned(),
            nodes: nodes.iter().map(|node| node.node().to_owned()).collect(),
            ..Verification::default()
        };
        let mut listeners = join_all(nodes.iter().map(|node| self.listen(node))).await;
        for listener in &listeners {
            found.unread.extend(listener.socket.as_ref().err().cloned());
        }
        self.stock_up(nodes, stage).await;
        let mut counts = FindingCounts::new();
        for writer in nodes {
            let fresh = self.write_each(writer, stage, 0..KINDS.len()).await;
            found.rows += fresh.len() as u64;
            let asked = join_all(nodes.iter().map(|reader| self.ask(reader, &fresh, patience)));
            let heard = join_all(listeners.iter_mut().map(|one| self.hear(one, writer, &fresh, patience)));
            let (asked, heard) = tokio::join!(asked, heard);
            let glimpses: Vec<Glimpse> = asked.into_iter().chain(heard.into_iter().flatten()).collect();
            let findings = self.judge_fresh(writer, stage, &fresh, &glimpses, &mut counts);
            self.conclude_all(writer, fresh).await;
            let thoughts = self.think_again(writer, nodes, stage, findings).await;
            thoughts.believed.iter().for_each(|finding| fail(&mut counts, finding));
            found.findings.extend(thoughts.believed);
            found.unsteady.extend(thoughts.unsteady);
        }
        self.hand_over(nodes, stage, &mut found, &mut counts).await;
        self.enter_counts(counts, &mut found);
        found.trim();
        found.took_ms = millis(began);
        found
    }

    /// Writes as many posts as edits and deletions need, where nobody has written them yet.
    async fn stock_up(&self, nodes: &[Client], stage: &str) {
        let Some((post, node)) = index_of("post").zip(nodes.first()) else { return };
        // In a statement of its own: the loop would hold the book to its end.
        let known = lock(&self.desk.book).shelf(post).rows.len();
        for _ in known..FEWEST + 2 * nodes.len() {
            let ticket = lock(&self.desk.book).begin(post, node.node(), stage);
            let Some(ticket) = ticket else { return };
            let (leaves, answer) = self.make(node, &ticket).await;
            self.conclude(node, ticket, leaves, &answer).await;
        }
    }

    async fn listen(&self, node: &Client) -> Listener {
        let author = self.desk.premises.author.client.at(node);
        let socket = Socket::open(&author).await.map_err(|error| UnreadRows {
            kind: "websocket".to_owned(),
            reader: ReadThrough { node: node.node().to_owned(), version: String::new() },
            status: error.status(),
            got: error.got(),
        });
        Listener { node: node.clone(), socket }
    }

    async fn conclude_all(&self, node: &Client, fresh: Vec<Fresh>) {
        for Fresh { ticket, leaves, answer, .. } in fresh {
            self.conclude(node, ticket, leaves, &answer).await;
        }
    }

    /// One write of each of these kinds; those that were not acknowledged are concluded here.
    async fn write_each(
        &self,
        node: &Client,
        stage: &str,
        kinds: impl IntoIterator<Item = usize>,
    ) -> Vec<Fresh> {
        let tickets: Vec<Ticket> = {
            let mut book = lock(&self.desk.book);
            kinds.into_iter().filter_map(|kind| book.begin(kind, node.node(), stage)).collect()
        };
        let writes = tickets.into_iter().map(|ticket| async move {
            let (leaves, answer) = self.make(node, &ticket).await;
            let WriteAnswer::Acknowledged(done) = &answer else {
                self.conclude(node, ticket, leaves, &answer).await;
                return None;
            };
            let (row, version) = (done.row, done.version.clone().unwrap_or_default());
            let (kind, act) = (KINDS[ticket.kind], self.act(node, &ticket));
            // Of two events the second tells that a switch was turned off.
            let names = kind.events();
            let name = if ticket.on { names.first() } else { names.last() };
            let event = name.map(|name| (*name, kind.told_by(&act, row)));
            Some(Fresh { ticket, row, leaves, answer, version, event })
        });
        let mut fresh: Vec<Fresh> = join_all(writes).await.into_iter().flatten().collect();
        // A product does not say which version serves it: its server does, in the other answers.
        let told = fresh.iter().map(|one| one.version.clone()).find(|version| !version.is_empty());
        fresh
            .iter_mut()
            .filter(|one| one.version.is_empty())
            .for_each(|one| one.version = told.clone().unwrap_or_default());
        fresh
    }

    /// Asks a node for these writes, until all are there or time is up.
    async fn ask(&self, reader: &Client, fresh: &[Fresh], patience: Duration) -> Glimpse {
        let version = Mutex::new(None);
        let shown = Mutex::new(vec![None; fresh.len()]);
        let _ = wait::until_ok(Instant::now() + patience, || async {
            let _ = self.refresh(reader).await;
            let is_there = |at: usize, shown: &Option<ShownRow>| {
                shown.as_ref().is_some_and(|shown| says(shown) == fresh[at].leaves)
            };
            let missing: Vec<usize> =
                (0..fresh.len()).filter(|at| !is_there(*at, &lock(&shown)[*at])).collect();
            let spots = missing.iter().map(|at| (fresh[*at].ticket.kind, fresh[*at].row));
            let (mut seen, _) = read_closely(&self.desk.premises, reader, spots, &version).await;
            let mut shown = lock(&shown);
            for at in &missing {
                if let Some(one) = seen.remove(&(fresh[*at].ticket.kind, fresh[*at].row)) {
                    shown[*at] = Some(one);
                }
            }
            if missing.iter().all(|at| is_there(*at, &shown[*at])) { Ok(()) } else { Err(()) }
        })
        .await;
        let version = lock(&version).clone().unwrap_or_default();
        let reader = ReadThrough { node: reader.node().to_owned(), version };
        let shown = std::mem::take(&mut *lock(&shown));
        Glimpse { reader, way: Way::Api, shown }
    }

    /// Listens for the events of these writes.
    async fn hear(
        &self,
        listener: &mut Listener,
        writer: &Client,
        fresh: &[Fresh],
        patience: Duration,
    ) -> Option<Glimpse> {
        if !self.desk.premises.clustered && listener.node.node() != writer.node() {
            return None;
        }
        let socket = listener.socket.as_mut().ok()?;
        let version = socket.server_version.splitn(4, '.').take(3).collect::<Vec<_>>().join(".");
        let mut deadline = Instant::now() + patience;
        let mut shown = Vec::new();
        for one in fresh {
            let Some((name, mark)) = &one.event else {
                shown.push(None);
                continue;
            };
            let is_it =
                |frame: &Frame| frame.event == *name && frame.data.to_string().contains(mark.as_str());
            let heard = socket.wait_for(deadline, is_it).await.is_ok();
            if !heard {
                deadline = Instant::now() + AFTER_A_LATE_ONE;
            }
            let words = crate::reading::Sighting { says: one.leaves, text: "".into() };
            shown.push(Some(heard.then_some(words)));
        }
        let reader = ReadThrough { node: listener.node.node().to_owned(), version };
        Some(Glimpse { reader, way: Way::Websocket, shown })
    }

    /// What is wrong with them; what was looked at is counted as if it were right.
    fn judge_fresh(
        &self,
        writer: &Client,
        stage: &str,
        fresh: &[Fresh],
        glimpses: &[Glimpse],
        counts: &mut FindingCounts,
    ) -> Vec<WriteFinding> {
        let mut findings = Vec::new();
        for (at, one) in fresh.iter().enumerate() {
            let writer = ReadThrough { node: writer.node().to_owned(), version: one.version.clone() };
            let late = lock(&self.desk.book).shelf(one.ticket.kind).maybes(&one.row).to_vec();
            let is_due = |shown| shown == one.leaves || late.iter().any(|word| word.says == shown);
            let is_right = |glimpse: &Glimpse| match &glimpse.shown[at] {
                Some(shown) if glimpse.way == Way::Api => is_due(says(shown)),
                Some(shown) => shown.is_some(),
                None => false,
            };
            let asked = glimpses.iter().filter(|glimpse| glimpse.way == Way::Api);
            let somewhere = asked.clone().any(is_right);
            for glimpse in glimpses.iter().filter(|glimpse| glimpse.shown[at].is_some()) {
                let kind = KINDS[one.ticket.kind].name().to_owned();
                let place = CellPlace {
                    kind,
                    way: glimpse.way,
                    writer: writer.clone(),
                    reader: glimpse.reader.clone(),
                };
                counts.entry(place).or_default().verified += 1;
                if is_right(glimpse) {
                    continue;
                }
                let finding = self.fresh_finding(one, glimpse, &glimpse.shown[at], somewhere);
                let finding = WriteFinding {
                    written_in: stage.to_owned(),
                    writer: writer.clone(),
                    reader: glimpse.reader.clone(),
                    ..finding
                };
                findings.push(finding);
            }
        }
        findings
    }

    fn fresh_finding(
        &self,
        one: &Fresh,
        glimpse: &Glimpse,
        shown: &Option<ShownRow>,
        somewhere: bool,
    ) -> WriteFinding {
        let nothing = None;
        let shown = shown.as_ref().unwrap_or(&nothing);
        let was = one.ticket.last.map_or(Fingerprint::ABSENT, |(_, last)| last.says);
        let wrong = match glimpse.way {
            Way::Websocket => Wrong::Unseen,
            Way::Api => wrong(Due { says: one.leaves, was }, says(shown), somewhere),
        };
        let finding = self.finding(one.ticket.kind, one.row, (one.leaves, one.ticket.seq), wrong, shown);
        match (&glimpse.way, &one.event) {
            (Way::Websocket, Some((name, _))) => WriteFinding {
                way: Way::Websocket,
                expected: format!("the event {name}"),
                got: "no such event in time".to_owned(),
                ..finding
            },
            _ => finding,
        }
    }
}
