//! The ledger: begun once on stable, written to in the background through every stage, verified whenever somebody asks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use basics::unpoisoned::lock;
use basics::wait;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use ledger_findings::{
    ENOUGH, NotApplicable, ReadThrough, TallyLine, Way, WriteMatrix, WriteTally, WriteTotals,
};
use mattermost_client::{ApiError, Client};
use tokio::time::Instant;

use crate::act::WriteAct;
use crate::answer::WriteAnswer;
use crate::book::{Ticket, WriteBook};
use crate::foreseen::ForeseenRefusal;
use crate::handovers::HANDOVERS;
use crate::kind::PreparedWrite;
use crate::kinds::KINDS;
use crate::last_looks::LastLooks;
use crate::premises::{LedgerSetup, Premises};
use crate::roster::{Pick, Roster};
use crate::row::Fingerprint;

/// How long nodes may need until they know the channels of the ledger.
const SETTLING: Duration = Duration::from_secs(10);

/// A ledger of writes. Cheap to clone: all clones are the same one.
#[derive(Debug, Clone)]
pub struct WriteLedger {
    pub(crate) desk: Arc<LedgerDesk>,
}

/// What all clones share.
#[derive(Debug)]
pub(crate) struct LedgerDesk {
    pub(crate) premises: Premises,
    pub(crate) book: Mutex<WriteBook>,
    pub(crate) roster: Mutex<Roster>,
    pub(crate) matrix: Mutex<WriteMatrix>,
    pub(crate) last_looks: Mutex<LastLooks>,
    /// What is not handed over on these servers, by name.
    pub(crate) no_handover: Vec<&'static str>,
    pub(crate) foreseen: Vec<ForeseenRefusal>,
}

impl WriteLedger {
    /// Makes channels, posts, teams and whatever else writes share, through the first of these nodes; all of them are in
    /// traffic from now on. The clients need no account, and their names are those of findings.
    ///
    /// # Errors
    /// When something could not be made for another reason than that these servers do not have it.
    pub async fn open(setup: LedgerSetup, nodes: &[Client], stage: &str) -> Result<Self, ApiError> {
        let Some(first) = nodes.first() else {
            return Err(ApiError::timed_out("no node", "opening a ledger of writes"));
        };
        let foreseen = setup.foreseen.clone();
        let mut premises = Premises::found(setup, first).await?;
        let mut book = WriteBook::new();
        let mut matrix = WriteMatrix::default();
        for (place, kind) in KINDS.iter().enumerate() {
            matrix.kinds.push(kind.name().to_owned());
            let mut skip = |way, reason: &str| {
                let kind = kind.name().to_owned();
                matrix.not_applicable.push(NotApplicable { kind, way, reason: reason.to_owned() });
            };
            match kind.prepare(&mut premises, first).await? {
                PreparedWrite::Ready(rows) => book.share(place, rows),
                PreparedWrite::NotHere(reason) => {
                    [Way::Api, Way::Websocket].into_iter().for_each(|way| skip(way, &reason));
                    book.leave_out(place, reason);
                }
            }
            if kind.events().is_empty() {
                skip(Way::Websocket, "no event that the author gets tells it for sure");
            }
        }
        let mut no_handover = Vec::new();
        for one in HANDOVERS {
            matrix.kinds.push(one.name().to_owned());
            let mut skip = |way, reason: &str| {
                let kind = one.name().to_owned();
                matrix.not_applicable.push(NotApplicable { kind, way, reason: reason.to_owned() });
            };
            skip(Way::Websocket, "what is handed over from node to node is answered");
            if let PreparedWrite::NotHere(reason) = one.prepare(&mut premises, first).await? {
                skip(Way::Api, &reason);
                no_handover.push(one.name());
            }
        }
        let stays = "without clustering events do not cross nodes";
        matrix.events_stay = (!premises.clustered).then(|| stays.to_owned());
        let mut roster = Roster::new(stage);
        nodes.iter().for_each(|node| roster.join(node));
        let (book, roster, matrix) = (Mutex::new(book), Mutex::new(roster), Mutex::new(matrix));
        let last_looks = Mutex::default();
        let desk = LedgerDesk { premises, book, roster, matrix, last_looks, no_handover, foreseen };
        let ledger = Self { desk: Arc::new(desk) };
        let known: Vec<_> = join_all(nodes.iter().map(|node| ledger.until_known(node))).await;
        known.into_iter().collect::<Result<Vec<()>, ApiError>>()?;
        Ok(ledger)
    }

    /// Waits until a node lets the author write in the new channel: it may have kept where the author is a member.
    async fn until_known(&self, node: &Client) -> Result<(), ApiError> {
        let premises = &self.desk.premises;
        wait::until_ok(Instant::now() + SETTLING, || async {
            self.refresh(node).await?;
            premises.author.client.at(node).typing(&premises.channel).await
        })
        .await
    }

    /// Makes a node forget what it cached, where nothing else tells it that something changed.
    pub(crate) async fn refresh(&self, node: &Client) -> Result<(), ApiError> {
        if self.desk.premises.clustered { Ok(()) } else { self.forget(node).await }
    }

    /// Makes a node forget what it cached.
    pub(crate) async fn forget(&self, node: &Client) -> Result<(), ApiError> {
        let admin = self.desk.premises.admin.at(node);
        admin.post("/api/v4/caches/invalidate", &serde_json::json!({})).await.map(drop)
    }

    /// From now on writes are of this stage.
    pub fn enter(&self, stage: &str) {
        lock(&self.desk.roster).enter(stage);
    }

    /// Takes a node out of traffic: nothing new is written through it.
    pub fn without(&self, node: &str) {
        lock(&self.desk.roster).leave(node);
    }

    /// Takes a node into traffic, a new one or one that comes back.
    pub fn with(&self, node: &Client) {
        lock(&self.desk.roster).join(node);
    }

    /// While a node becomes another version: of kinds that all writes share one row of, nothing is written. What the change did to
    /// that row would be written over through a node that still remembers it, before anybody saw it.
    pub fn spare_single_rows(&self, spares: bool) {
        lock(&self.desk.roster).spare_single_rows(spares);
    }

    /// Makes this many writes as fast as so many at once go: for a load that is counted, and not paced.
    pub async fn write(&self, count: usize, at_once: usize) {
        let mut under_way = FuturesUnordered::new();
        let mut begun = 0;
        while begun < count {
            let pick = if under_way.len() < at_once.max(1) { self.pick() } else { None };
            match pick {
                Some(pick) => {
                    begun += 1;
                    under_way.push(self.make_and_enter(pick));
                }
                // No node is free before one of these ends; without any, none ever is.
                None if under_way.next().await.is_none() => return,
                None => {}
            }
        }
        under_way.collect::<Vec<()>>().await;
    }

    /// The next write; nothing where no node is free for one.
    pub(crate) fn pick(&self) -> Option<Pick> {
        lock(&self.desk.roster).next(&mut lock(&self.desk.book))
    }

    /// Makes a write and enters what was answered.
    pub(crate) async fn make_and_enter(&self, Pick { node, ticket }: Pick) {
        let (leaves, answer) = self.make(&node, &ticket).await;
        self.conclude(&node, ticket, leaves, &answer).await;
        lock(&self.desk.roster).ended(node.node());
    }

    /// What a write is to do.
    pub(crate) fn act<'a>(&'a self, node: &'a Client, ticket: &Ticket) -> WriteAct<'a> {
        let premises = &self.desk.premises;
        let text = premises.text(KINDS[ticket.kind].name(), ticket.seq);
        WriteAct { premises, node, seq: ticket.seq, text, row: ticket.row, on: ticket.on }
    }

    /// Makes a write, and says what it should leave and what was answered.
    pub(crate) async fn make(&self, node: &Client, ticket: &Ticket) -> (Fingerprint, WriteAnswer) {
        self.look_a_last_time(node, ticket).await;
        let (kind, act) = (KINDS[ticket.kind], self.act(node, ticket));
        let leaves = kind.leaves(&act);
        let mut result = kind.write(&act).await;
        // A node without clustering may refuse for a membership that it kept from before; a right that is really gone stays so.
        if !self.desk.premises.clustered
            && result.as_ref().is_err_and(|error| error.status() == Some(403))
            && self.refresh(node).await.is_ok()
        {
            result = kind.write(&act).await;
        }
        (leaves, WriteAnswer::of(result))
    }

    /// Enters a write, with the version that served it: by the answer's own word, else by the node's last one.
    pub(crate) async fn conclude(
        &self,
        node: &Client,
        ticket: Ticket,
        leaves: Fingerprint,
        answer: &WriteAnswer,
    ) -> String {
        let told = match answer {
            WriteAnswer::Acknowledged(done) => done.version.clone(),
            _ => None,
        };
        let known = told.clone().or_else(|| lock(&self.desk.roster).version(node.node()));
        let version = match known {
            Some(version) => version,
            None => node.ping().await.ok().and_then(|reply| reply.version()).unwrap_or_default(),
        };
        if !version.is_empty() {
            lock(&self.desk.roster).attest(node.node(), &version);
        }
        lock(&self.desk.book).conclude(ticket, leaves, answer, &version);
        version
    }

    /// Whoever wrote or crossed was cut off, and its future is gone: what was on its way may be there or not, and is looked for as
    /// such. Without this its rows would be nobody's to the end of the run.
    pub fn give_up(&self) {
        let cut = lock(&self.desk.book).cut_off();
        for (node, ticket) in cut {
            let leaves = KINDS[ticket.kind].leaves(&self.act(&self.desk.premises.author.client, &ticket));
            let version = lock(&self.desk.roster).version(&node).unwrap_or_default();
            lock(&self.desk.book).conclude(ticket, leaves, &WriteAnswer::Ambiguous, &version);
        }
        lock(&self.desk.roster).all_ended();
    }

    /// Who wrote, who read, and what came of it, so far.
    #[must_use]
    pub fn matrix(&self) -> WriteMatrix {
        lock(&self.desk.matrix).clone()
    }

    /// How many rows are kept, and how many bytes they take: all that grows with the number of writes.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        lock(&self.desk.book).size()
    }

    /// How many writes there were so far.
    #[must_use]
    pub fn totals(&self) -> WriteTotals {
        let book = lock(&self.desk.book);
        let line = |((kind, node, version), tally): (&(usize, String, String), &WriteTally)| {
            let through = ReadThrough { node: node.clone(), version: version.clone() };
            TallyLine {
                kind: KINDS[*kind].name().to_owned(),
                through,
                enough: tally.acknowledged + tally.refused >= ENOUGH,
                tally: *tally,
            }
        };
        let missing = KINDS.iter().enumerate().filter_map(|(place, kind)| {
            let reason = book.shelf(place).missing.clone()?;
            Some((kind.name().to_owned(), reason))
        });
        WriteTotals {
            lines: book.tallies.iter().map(line).collect(),
            stages: book.coverage(),
            refused: book.refused.iter().map(|(told, times)| (told.clone(), *times)).collect(),
            missing: missing.collect(),
        }
    }
}
