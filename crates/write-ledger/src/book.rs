//! The book: the last word of each row as it was acknowledged, writes whose answer was lost, and how often each node was asked.
//!
//! A row takes under a hundred bytes, whatever it says, and nothing else grows with the number of writes. Names are kept once and
//! meant by their place.

use std::collections::BTreeMap;

use indexmap::IndexSet;

use ledger_findings::{ReadThrough, RefusedWrites, StageCoverage, WriteTally};

use crate::answer::WriteAnswer;
use crate::kind::Touches;
use crate::kinds::{KINDS, index_of};
use crate::row::{Fingerprint, RowId};
use crate::shelf::{Shelf, WrittenRow};

/// A write that was begun. Whoever has it concludes it.
#[derive(Debug, Clone)]
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
    pub(crate) last: Option<(usize, WrittenRow)>,
    /// What that row said, where it was taken from another kind.
    taken: Option<WrittenRow>,
    node: u16,
    stage: u16,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct WriteBook {
    shelves: Vec<Shelf>,
    nodes: IndexSet<String>,
    versions: IndexSet<String>,
    stages_named: IndexSet<String>,
    seq: u32,
    /// Those that were begun and are not concluded.
    under_way: BTreeMap<u32, Ticket>,
    /// By kind, node, version.
    pub(crate) tallies: BTreeMap<(usize, String, String), WriteTally>,
    /// Acknowledged writes by stage and node, for each kind in its place.
    pub(crate) stages: BTreeMap<(u16, u16), Vec<u64>>,
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

impl WriteBook {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            shelves: KINDS.iter().map(|_| Shelf::default()).collect(),
            nodes: IndexSet::new(),
            versions: IndexSet::new(),
            stages_named: IndexSet::new(),
            seq: 0,
            under_way: BTreeMap::new(),
            tallies: BTreeMap::new(),
            stages: BTreeMap::new(),
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

    /// The number of something that is no write, and stands among writes in time.
    pub(crate) fn next_number(&mut self) -> u32 {
        self.seq += 1;
        self.seq
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
            touches @ (Touches::Words | Touches::Switches) => {
                let row = self.shelves[kind].next_free(touches == Touches::Switches)?;
                (Some(row), None, self.shelves[kind].last_word(&row).map(|last| (kind, last)))
            }
        };
        self.seq = seq;
        let on = row.is_none_or(|row| self.shelves[kind].is_off(&row));
        let (node, stage) = (place(&mut self.nodes, node), place(&mut self.stages_named, stage));
        let ticket = Ticket { kind, seq, row, on, last, taken, node, stage };
        self.under_way.insert(seq, ticket.clone());
        Some(ticket)
    }

    /// All writes that were begun and that nobody will conclude, each with its node.
    pub(crate) fn cut_off(&mut self) -> Vec<(String, Ticket)> {
        let cut = std::mem::take(&mut self.under_way).into_values();
        cut.map(|ticket| (named(&self.nodes, ticket.node), ticket)).collect()
    }

    /// Ends a write, which should leave these words. `version` is the one that served, as far as it is known.
    pub(crate) fn conclude(
        &mut self,
        ticket: Ticket,
        leaves: Fingerprint,
        answer: &WriteAnswer,
        version: &str,
    ) {
        let Ticket { kind, seq, row, taken, node, stage, .. } = ticket;
        self.under_way.remove(&seq);
        let was = taken.or_else(|| self.shelves[kind].rows.get(&row?).copied());
        let was = was.map_or(Fingerprint::ABSENT, |before| before.says);
        let version_place = place(&mut self.versions, version);
        let after = WrittenRow { says: leaves, was, seq, node, version: version_place, stage };
        self.count(kind, node, version, stage, answer);
        let shelf = &mut self.shelves[kind];
        if let Some(row) = row {
            shelf.busy.remove(&row);
        }
        match (answer, row, taken) {
            (WriteAnswer::Acknowledged(done), _, _) => {
                // A word before, whose answer was lost, was overwritten, or is still at work in a server and comes after this one.
                shelf.rows.insert(done.row, after);
            }
            (WriteAnswer::Ambiguous, None, _) => shelf.open.push(after),
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

    fn count(&mut self, kind: usize, node_place: u16, version: &str, stage: u16, answer: &WriteAnswer) {
        let node = named(&self.nodes, node_place);
        let tally = self.tallies.entry((kind, node.clone(), version.to_owned())).or_default();
        let taken = self.stages.entry((stage, node_place)).or_insert_with(|| vec![0; KINDS.len()]);
        match answer {
            WriteAnswer::Acknowledged(_) => {
                tally.acknowledged += 1;
                taken[kind] += 1;
            }
            WriteAnswer::Ambiguous => tally.ambiguous += 1,
            WriteAnswer::Unsent => tally.unsent += 1,
            WriteAnswer::Refused { got, .. } => {
                tally.refused += 1;
                let through = ReadThrough { node, version: version.to_owned() };
                let stage = named(&self.stages_named, stage);
                let told =
                    RefusedWrites { kind: KINDS[kind].name().into(), stage, through, got: got.clone() };
                *self.refused.entry(told).or_default() += 1;
            }
        }
    }

    /// Rows that are kept, and the bytes that they take with all that is reserved for more.
    pub(crate) fn size(&self) -> (usize, usize) {
        let sizes = self.shelves.iter().map(Shelf::size);
        sizes.fold((0, 0), |(rows, bytes), (more, taken)| (rows + more, bytes + taken))
    }

    /// Who served a write.
    pub(crate) fn through(&self, row: &WrittenRow) -> ReadThrough {
        ReadThrough { node: named(&self.nodes, row.node), version: named(&self.versions, row.version) }
    }

    /// What each node took in each stage.
    pub(crate) fn coverage(&self) -> Vec<StageCoverage> {
        let one = |(&(stage, node), taken): (&(u16, u16), &Vec<u64>)| {
            let none = taken
                .iter()
                .enumerate()
                .filter(|(kind, times)| **times == 0 && self.shelves[*kind].missing.is_none());
            StageCoverage {
                stage: named(&self.stages_named, stage),
                node: named(&self.nodes, node),
                acknowledged: taken.iter().sum(),
                without: none.map(|(kind, _)| KINDS[kind].name().to_owned()).collect(),
            }
        };
        self.stages.iter().map(one).collect()
    }

    /// The stage in which a write was made.
    pub(crate) fn stage(&self, row: &WrittenRow) -> String {
        named(&self.stages_named, row.stage)
    }

    /// What became of a write whose answer was lost: its words are the last ones now, or it never was.
    pub(crate) fn settle(&mut self, kind: usize, row: RowId, there: Option<WrittenRow>) {
        let gone = self.shelves[kind].maybes.remove(&row).unwrap_or_default();
        let last = self.shelves[kind].rows.get(&row).map(|last| last.seq).max(there.map(|there| there.seq));
        for word in gone {
            match there {
                Some(there) if there.seq == word.seq => self.resolved(kind, &word, true),
                // What a later word overwrote cannot be told any more.
                _ if last > Some(word.seq) => self.tally_of(kind, &word).moot += 1,
                _ => self.resolved(kind, &word, false),
            }
        }
        if let Some(there) = there {
            self.shelves[kind].rows.insert(row, there);
        }
    }

    /// A row whose making was not answered was found, or not.
    pub(crate) fn close(&mut self, kind: usize, seq: u32, found: Option<RowId>) -> Option<WrittenRow> {
        let open = &mut self.shelves[kind].open;
        let row = open.remove(open.iter().position(|row| row.seq == seq)?);
        self.resolved(kind, &row, found.is_some());
        if let Some(found) = found {
            self.shelves[kind].rows.insert(found, row);
        }
        Some(row)
    }

    fn resolved(&mut self, kind: usize, row: &WrittenRow, there: bool) {
        let tally = self.tally_of(kind, row);
        if there {
            tally.turned_out_there += 1;
        } else {
            tally.turned_out_absent += 1;
        }
    }

    fn tally_of(&mut self, kind: usize, row: &WrittenRow) -> &mut WriteTally {
        let ReadThrough { node, version } = self.through(row);
        self.tallies.entry((kind, node, version)).or_default()
    }
}
