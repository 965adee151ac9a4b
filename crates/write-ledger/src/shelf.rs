//! The rows of one kind: the last word of each, whose turn it is, and what is not known of them.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::row::{Fingerprint, RowId};

/// As few rows are left to change and delete; who edits the last one would wait for the next post.
pub(crate) const FEWEST: usize = 8;

/// The last word of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrittenRow {
    /// What it says.
    pub(crate) says: Fingerprint,
    /// What it said before.
    pub(crate) was: Fingerprint,
    /// The number of the write.
    pub(crate) seq: u32,
    /// Names, by their places in the book.
    pub(crate) node: u16,
    pub(crate) version: u16,
    pub(crate) stage: u16,
}

/// What is to be seen of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expectation {
    /// The last word that was acknowledged, if one was.
    pub(crate) row: Option<WrittenRow>,
    /// Later words whose answer was lost: each may be there or not.
    pub(crate) maybes: Vec<WrittenRow>,
}

/// The rows of one kind.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) rows: IndexMap<RowId, WrittenRow>,
    /// Rows that writes share, and whose turn it is.
    pub(crate) shared: Vec<RowId>,
    turn: usize,
    /// Those that a write is on its way to.
    pub(crate) busy: HashSet<RowId>,
    /// Words whose answer was lost, by row.
    pub(crate) maybes: HashMap<RowId, Vec<WrittenRow>>,
    /// Rows whose making was not answered, so that nobody knows their ids.
    pub(crate) open: Vec<WrittenRow>,
    /// Why there are no such writes here.
    pub(crate) missing: Option<String>,
}

impl Shelf {
    /// One of the rows, for another kind; another one for another number.
    pub(crate) fn take(&mut self, seq: u32) -> Option<(RowId, WrittenRow)> {
        let most = u32::try_from(self.rows.len()).ok().filter(|_| self.rows.len() > FEWEST)?;
        // Knuth's multiplier: neighbours in number are strangers in place, so that old rows and young ones are taken.
        let at = seq.wrapping_mul(2_654_435_761) % most;
        self.rows.swap_remove_index(usize::try_from(at).ok()?)
    }

    /// The next of the rows that writes share, for one write. Of switches at least half stay on once they were: what is off can
    /// only be resurrected, and what is to be found lost must be there.
    pub(crate) fn next_free(&mut self, switches: bool) -> Option<RowId> {
        let free = |row: &&RowId| !self.busy.contains(*row);
        let on = self.shared.iter().filter(free).filter(|row| !self.is_off(row)).count();
        let stays_on = switches && on <= self.shared.len() / 2;
        for _ in 0..self.shared.len() {
            self.turn = (self.turn + 1) % self.shared.len();
            let row = self.shared[self.turn];
            if stays_on && !self.is_off(&row) {
                continue;
            }
            if self.busy.insert(row) {
                return Some(row);
            }
        }
        None
    }

    /// What a row says for sure.
    pub(crate) fn last_word(&self, row: &RowId) -> Option<WrittenRow> {
        self.rows.get(row).copied().filter(|_| !self.maybes.contains_key(row))
    }

    /// Whether a switch is off for sure or may be: turning on what is on does no harm.
    pub(crate) fn is_off(&self, row: &RowId) -> bool {
        self.maybes.contains_key(row) || self.rows.get(row).is_none_or(|row| row.says.is_absent())
    }

    /// Rows that are kept, and the bytes that they take with all that is reserved for more.
    pub(crate) fn size(&self) -> (usize, usize) {
        let maybes: usize = self.maybes.values().map(Vec::len).sum();
        // An index map keeps a hash and a place beside each row.
        let one = size_of::<RowId>() + size_of::<WrittenRow>() + 2 * size_of::<usize>();
        let bytes = self.rows.capacity() * one + (self.open.capacity() + maybes) * size_of::<WrittenRow>();
        (self.rows.len() + self.open.len() + maybes, bytes)
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
}

impl Expectation {
    /// Whether a row may say this.
    pub(crate) fn allows(&self, says: Fingerprint) -> bool {
        // Nothing is known of what a shared row said before its first acknowledged word.
        let known = self.row.is_none_or(|row| row.says == says);
        known || self.maybes.iter().any(|word| word.says == says)
    }
}
