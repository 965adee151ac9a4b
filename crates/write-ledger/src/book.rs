//! The book: the last word of each row as it was acknowledged, writes whose answer was lost, and how often each node was asked.
//!
//! A row takes under a hundred bytes, whatever it says, and nothing else grows with the number of writes. Names are kept once and
//! meant by their place.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};

use crate::answer::Answer;
use crate::finding::Through;
use crate::kind::Touches;
use crate::kinds::{KINDS, index_of};
use crate::row::{Fingerprint, RowId};
use crate::totals::{RefusedWrites, WriteTally};

/// As few rows are left to change and delete; who edits the last one would wait for the next post.
const FEWEST: usize = 8;

/// The last word of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// What it says.
    pub(crate) says: Fingerprint,
    /// What it said before.
    pub(crate) was: Fingerprint,
    /// The number of the write.
    pub(crate) seq: u32,
    node: u16,
    version: u16,
    stage: u16,
}

/// What is to be seen of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expectation {
    /// The last word that was acknowledged, if one was.
    pub(crate) row: Option<Row>,
    /// Later words whose answer was lost: each may be there or not.
    pub(crate) maybes: Vec<Row>,
}

/// A write that was begun. Whoever has it concludes it.
#[derive(Debug)]
pub(crate) struct Ticket {
    /// The kind, by its place.
    pub(crate) kind: usize,
    /// Its number.
    pub(crate) seq: u32,
    /// The row that it changes.
    pub(crate) row: Option<RowId>,
    /// Whether a switch is turned on.
    pub(crate) on: bool,
    /// The last word of that row and its kind: what the write will go over.
    pub(crate) last: Option<(usize, Row)>,
    /// What that row said, where it was taken from another kind.
    taken: Option<Row>,
    node: u16,
    stage: u16,
}

/// The rows of one kind.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    rows: IndexMap<RowId, Row>,
    /// Rows that writes share, and whose turn it is.
    shared: Vec<RowId>,
    turn: usize,
    /// Those that a write is on its way to.
    busy: HashSet<RowId>,
    /// Words whose answer was lost, by row.
    maybes: HashMap<RowId, Vec<Row>>,
    /// Rows whose making was not answered, so that nobody knows their ids.
    open: Vec<Row>,
    /// Why there are no such writes here.
    pub(crate) missing: Option<String>,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Book {
    shelves: Vec<Shelf>,
    nodes: IndexSet<String>,
    versions: IndexSet<String>,
    stages: IndexSet<String>,
    seq: u32,
    /// By kind, node, version.
    pub(crate) tallies: BTreeMap<(usize, String, String), WriteTally>,
    /// How often each was told.
    pub(crate) refused: BTreeMap<RefusedWrites, u64>,
}

fn place(names: &mut IndexSet<String>, name: &str) -> u16 {
    let at = names.get_index_of(name).unwrap_or_else(|| names.insert_full(name.to_owned()).0);
    u16::try_from(at).unwrap_or(u16::MAX)
}

fn named(names: &IndexSet<String>, at: u16) -> String {
    names.get_index(usize::from(at)).cloned().unwrap_or_default()
}

impl Book {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            shelves: KINDS.iter().map(|_| Shelf::default()).collect(),
            nodes: IndexSet::new(),
            versions: IndexSet::new(),
            stages: IndexSet::new(),
            seq: 0,
            tallies: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// Gives a kind the rows that its writes share.
    pub(crate) fn share(&mut self, kind: usize, rows: Vec<RowId>) {
        self.shelves[kind].shared = rows;
    }

    /// Says that there are no writes of a kind here.
    pub(crate) fn leave_out(&mut self, kind: usize, reason: String) {
        self.shelves[kind].missing = Some(reason);
    }

    /// The rows of a kind.
    pub(crate) fn shelf(&self, kind: usize) -> &Shelf {
        &self.shelves[kind]
    }

    /// Begins a write of a kind through a node; nothing where there is no row free for it.
    pub(crate) fn begin(&mut self, kind: usize, node: &str, stage: &str) -> Option<Ticket> {
        if self.shelves[kind].missing.is_some() {
            return None;
        }
        let seq = self.seq + 1;
        let (row, taken, last) = match KINDS[kind].touches() {
            Touches::New => (None, None, None),
            Touches::RowOf(other) => {
                let other = index_of(other)?;
                let (row, taken) = self.shelves[other].take(seq)?;
                (Some(row), Some(taken), Some((other, taken)))
            }
            Touches::Words | Touches::Switches => {
                let row = self.shelves[kind].next_free()?;
                (Some(row), None, self.shelves[kind].last_word(&row).map(|last| (kind, last)))
            }
        };
        self.seq = seq;
        let on = row.is_none_or(|row| self.shelves[kind].is_off(&row));
        let (node, stage) = (place(&mut self.nodes, node), place(&mut self.stages, stage));
        Some(Ticket { kind, seq, row, on, last, taken, node, stage })
    }

    /// Ends a write, which should leave these words. `version` is the one that served, as far as it is known.
    pub(crate) fn conclude(&mut self, ticket: Ticket, leaves: Fingerprint, answer: &Answer, version: &str) {
        let Ticket { kind, seq, row, taken, node, stage, .. } = ticket;
        let was = taken.or_else(|| self.shelves[kind].rows.get(&row?).copied());
        let was = was.map_or(Fingerprint::ABSENT, |before| before.says);
        let version_place = place(&mut self.versions, version);
        let after = Row { says: leaves, was, seq, node, version: version_place, stage };
        self.count(kind, node, version, stage, answer);
        let tally = (kind, named(&self.nodes, node), version.to_owned());
        let shelf = &mut self.shelves[kind];
        if let Some(row) = row {
            shelf.busy.remove(&row);
        }
        match (answer, row, taken) {
            (Answer::Acknowledged(done), _, _) => {
                // The word before, whose answer was lost, was overwritten: nobody can tell any more what became of it.
                let moot = shelf.maybes.remove(&done.row).map_or(0, |words| words.len());
                shelf.rows.insert(done.row, after);
                self.tallies.entry(tally).or_default().moot += u64::try_from(moot).unwrap_or_default();
            }
            (Answer::Ambiguous, None, _) => shelf.open.push(after),
            (answer, Some(row), taken) if answer.may_be_done() => {
                if let Some(taken) = taken {
                    shelf.rows.insert(row, taken);
                }
                shelf.maybes.entry(row).or_default().push(after);
            }
            (_, Some(row), Some(taken)) => {
                let Touches::RowOf(other) = KINDS[kind].touches() else { return };
                if let Some(other) = index_of(other) {
                    self.shelves[other].rows.insert(row, taken);
                }
            }
            (_, _, _) => {}
        }
    }

    fn count(&mut self, kind: usize, node: u16, version: &str, stage: u16, answer: &Answer) {
        let node = named(&self.nodes, node);
        let tally = self.tallies.entry((kind, node.clone(), version.to_owned())).or_default();
        match answer {
            Answer::Acknowledged(_) => tally.acknowledged += 1,
            Answer::Ambiguous => tally.ambiguous += 1,
            Answer::Unsent => tally.unsent += 1,
            Answer::Refused { got, .. } => {
                tally.refused += 1;
                let through = Through { node, version: version.to_owned() };
                let stage = named(&self.stages, stage);
                let told =
                    RefusedWrites { kind: KINDS[kind].name().into(), stage, through, got: got.clone() };
                *self.refused.entry(told).or_default() += 1;
            }
        }
    }

    /// Rows that are kept, and the bytes that they take with all that is reserved for more.
    pub(crate) fn size(&self) -> (usize, usize) {
        let rows = |shelf: &Shelf| {
            shelf.rows.len() + shelf.open.len() + shelf.maybes.values().map(Vec::len).sum::<usize>()
        };
        // An index map keeps a hash and a place beside each row.
        let one = size_of::<RowId>() + size_of::<Row>() + 2 * size_of::<usize>();
        let reserved = |shelf: &Shelf| {
            let maybes: usize = shelf.maybes.values().map(Vec::capacity).sum();
            shelf.rows.capacity() * one + (shelf.open.capacity() + maybes) * size_of::<Row>()
        };
        (self.shelves.iter().map(rows).sum(), self.shelves.iter().map(reserved).sum())
    }

    /// Who served a write.
    pub(crate) fn through(&self, row: &Row) -> Through {
        Through { node: named(&self.nodes, row.node), version: named(&self.versions, row.version) }
    }

    /// The stage in which a write was made.
    pub(crate) fn stage(&self, row: &Row) -> String {
        named(&self.stages, row.stage)
    }

    /// What became of a write whose answer was lost: its words are the last ones now, or it never was.
    pub(crate) fn settle(&mut self, kind: usize, row: RowId, there: Option<Row>) {
        let gone = self.shelves[kind].maybes.remove(&row).unwrap_or_default();
        for word in gone {
            match there {
                // What a later word overwrote cannot be told any more.
                Some(there) if word.seq < there.seq => self.tally_of(kind, &word).moot += 1,
                there => self.resolved(kind, &word, there.is_some_and(|there| there.seq == word.seq)),
            }
        }
        if let Some(there) = there {
            self.shelves[kind].rows.insert(row, there);
        }
    }

    /// A row whose making was not answered was found, or not.
    pub(crate) fn close(&mut self, kind: usize, seq: u32, found: Option<RowId>) -> Option<Row> {
        let open = &mut self.shelves[kind].open;
        let row = open.remove(open.iter().position(|row| row.seq == seq)?);
        self.resolved(kind, &row, found.is_some());
        if let Some(found) = found {
            self.shelves[kind].rows.insert(found, row);
        }
        Some(row)
    }

    fn resolved(&mut self, kind: usize, row: &Row, there: bool) {
        let tally = self.tally_of(kind, row);
        if there {
            tally.turned_out_there += 1;
        } else {
            tally.turned_out_absent += 1;
        }
    }

    fn tally_of(&mut self, kind: usize, row: &Row) -> &mut WriteTally {
        let Through { node, version } = self.through(row);
        self.tallies.entry((kind, node, version)).or_default()
    }
}

impl Shelf {
    /// One of the rows, for another kind; another one for another number.
    fn take(&mut self, seq: u32) -> Option<(RowId, Row)> {
        let most = u32::try_from(self.rows.len()).ok().filter(|_| self.rows.len() > FEWEST)?;
        // Knuth's multiplier: neighbours in number are strangers in place, so that old rows and young ones are taken.
        let at = seq.wrapping_mul(2_654_435_761) % most;
        self.rows.swap_remove_index(usize::try_from(at).ok()?)
    }

    fn next_free(&mut self) -> Option<RowId> {
        for _ in 0..self.shared.len() {
            self.turn = (self.turn + 1) % self.shared.len();
            let row = self.shared[self.turn];
            if self.busy.insert(row) {
                return Some(row);
            }
        }
        None
    }

    /// What a row says for sure.
    fn last_word(&self, row: &RowId) -> Option<Row> {
        self.rows.get(row).copied().filter(|_| !self.maybes.contains_key(row))
    }

    /// Whether a switch is off for sure or may be: turning on what is on does no harm.
    fn is_off(&self, row: &RowId) -> bool {
        self.maybes.contains_key(row) || self.rows.get(row).is_none_or(|row| row.says.is_absent())
    }

    /// The rows of which something is known.
    pub(crate) fn expectations(&self) -> Vec<(RowId, Expectation)> {
        let rows = self.rows.keys().chain(self.maybes.keys().filter(|row| !self.rows.contains_key(*row)));
        rows.filter_map(|row| Some((*row, self.expects(row)?))).collect()
    }

    /// What is to be seen of a row; nothing while a write is on its way to it, or where it is not of this kind any more.
    pub(crate) fn expects(&self, row: &RowId) -> Option<Expectation> {
        if self.busy.contains(row) {
            return None;
        }
        let (known, maybes) = (self.rows.get(row).copied(), self.maybes.get(row).cloned());
        let is_known = known.is_some() || maybes.is_some();
        is_known.then(|| Expectation { row: known, maybes: maybes.unwrap_or_default() })
    }

    /// The rows whose making was not answered.
    pub(crate) fn open(&self) -> &[Row] {
        &self.open
    }
}

impl Expectation {
    /// Whether a row may say this.
    pub(crate) fn allows(&self, says: Fingerprint) -> bool {
        // Nothing is known of what a shared row said before its first acknowledged word.
        let known = self.row.is_none_or(|row| row.says == says);
        known || self.maybes.iter().any(|word| word.says == says)
    }
}
