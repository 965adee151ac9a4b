//! Which nodes are in traffic, and what each is asked to write next.
//!
//! Nodes take turns. A node first makes each kind once in a stage; then every other write goes to a kind that it was not asked for
//! often enough, and the others are shared out, many of the cheap kinds and few of the dear ones.

use std::cmp::Reverse;

use ledger_findings::ENOUGH;
use mattermost_client::Client;

use crate::book::{Ticket, WriteBook};
use crate::kinds::KINDS;

/// How many writes are on their way to one node at most: a node that hangs must not take all of them.
const AT_ONCE: usize = 3;

/// The nodes in traffic.
#[derive(Debug)]
pub(crate) struct Roster {
    stage: String,
    seats: Vec<Seat>,
    turn: usize,
    /// Who came last: what others remember of a row, it has to read.
    newest: Option<String>,
    /// Whether kinds of which all writes share one row are left alone.
    spares_single_rows: bool,
}

/// A node in traffic.
#[derive(Debug)]
struct Seat {
    client: Client,
    /// What its last answer said that it runs.
    version: Option<String>,
    under_way: usize,
    /// Writes by kind, since it came into traffic and in this stage.
    begun: Vec<u64>,
    in_stage: Vec<u64>,
}

/// A write and where it goes.
#[derive(Debug)]
pub(crate) struct Pick {
    /// The node, without an account.
    pub(crate) node: Client,
    /// The write.
    pub(crate) ticket: Ticket,
}

impl Roster {
    /// Nobody, in a stage.
    pub(crate) fn new(stage: &str) -> Self {
        Self { stage: stage.to_owned(), seats: Vec::new(), turn: 0, newest: None, spares_single_rows: false }
    }

    /// From now on it is this stage.
    pub(crate) fn enter(&mut self, stage: &str) {
        stage.clone_into(&mut self.stage);
        self.seats.iter_mut().for_each(|seat| seat.in_stage.fill(0));
    }

    /// Takes a node into traffic, also one that comes back as another version.
    pub(crate) fn join(&mut self, client: &Client) {
        self.leave(client.node());
        let none = vec![0; KINDS.len()];
        let seat =
            Seat { client: client.clone(), version: None, under_way: 0, begun: none.clone(), in_stage: none };
        self.seats.push(seat);
        self.seats.sort_by(|a, b| a.client.node().cmp(b.client.node()));
        self.newest = Some(client.node().to_owned());
    }

    /// Leaves kinds alone of which all writes share one row, or does not any more.
    pub(crate) fn spare_single_rows(&mut self, spares: bool) {
        self.spares_single_rows = spares;
    }

    /// The node that came into traffic last, if it is there.
    pub(crate) fn newest(&self) -> Option<Client> {
        self.client(self.newest.as_ref()?)
    }

    /// Takes a node out.
    pub(crate) fn leave(&mut self, node: &str) {
        self.seats.retain(|seat| seat.client.node() != node);
    }

    /// A node in traffic.
    pub(crate) fn client(&self, node: &str) -> Option<Client> {
        Some(self.seats.iter().find(|seat| seat.client.node() == node)?.client.clone())
    }

    /// All nodes in traffic but this one.
    pub(crate) fn others(&self, node: &str) -> Vec<Client> {
        let others = self.seats.iter().filter(|seat| seat.client.node() != node);
        others.map(|seat| seat.client.clone()).collect()
    }

    /// What a node's last answer said that it runs.
    pub(crate) fn version(&self, node: &str) -> Option<String> {
        self.seats.iter().find(|seat| seat.client.node() == node)?.version.clone()
    }

    /// Keeps what a node's answer said.
    pub(crate) fn attest(&mut self, node: &str, version: &str) {
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.client.node() == node) {
            seat.version = Some(version.to_owned());
        }
    }

    /// The next write; nothing where no node is free for one.
    pub(crate) fn next(&mut self, book: &mut WriteBook) -> Option<Pick> {
        for _ in 0..self.seats.len() {
            self.turn = (self.turn + 1) % self.seats.len();
            let seat = &mut self.seats[self.turn];
            if seat.under_way >= AT_ONCE {
                continue;
            }
            let spared = |kind: &usize| self.spares_single_rows && book.shelf(*kind).shared.len() == 1;
            let kinds: Vec<usize> = seat.order().into_iter().filter(|kind| !spared(kind)).collect();
            let begun = kinds.into_iter().find_map(|kind| book.begin(kind, seat.client.node(), &self.stage));
            if let Some(ticket) = begun {
                seat.begun[ticket.kind] += 1;
                seat.in_stage[ticket.kind] += 1;
                seat.under_way += 1;
                return Some(Pick { node: seat.client.clone(), ticket });
            }
        }
        None
    }

    /// Nothing is on its way to any node: whoever wrote was cut off.
    pub(crate) fn all_ended(&mut self) {
        self.seats.iter_mut().for_each(|seat| seat.under_way = 0);
    }

    /// A write to this node has ended.
    pub(crate) fn ended(&mut self, node: &str) {
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.client.node() == node) {
            seat.under_way = seat.under_way.saturating_sub(1);
        }
    }
}

impl Seat {
    /// The kinds, the most wanted first.
    fn order(&self) -> Vec<usize> {
        let evenly = self.begun.iter().sum::<u64>().is_multiple_of(2);
        let mut kinds: Vec<usize> = (0..KINDS.len()).collect();
        kinds.sort_by_key(|&kind| {
            let begun = self.begun[kind];
            let wanting = evenly && begun < ENOUGH;
            let per_share = (begun + 1) * 1000 / u64::from(KINDS[kind].share().max(1));
            (Reverse(self.in_stage[kind] == 0), Reverse(wanting), if wanting { begun } else { per_share })
        });
        kinds
    }
}
