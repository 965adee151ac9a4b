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
    /// Words whose answer was lost: each may be there, or come late, when another was acknowledged after it, or not.
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
        let last = self.rows.get(row).filter(|last| !last.says.is_absent());
        last.is_none_or(|last| self.maybes(row).iter().any(|word| word.seq > last.seq))
    }

    /// Words of a row whose answer was lost.
    pub(crate) fn maybes(&self, row: &RowId) -> &[WrittenRow] {
        self.maybes.get(row).map_or(&[], Vec::as_slice)
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

    /// Which of the words without an answer the row says, where nodes show it so. One that was overtaken by an acknowledged word
    /// came late only where nobody shows that word: beside one who does, the others have not seen it.
    pub(crate) fn turned_out(&self, seen: &[Fingerprint]) -> Option<WrittenRow> {
        let acknowledged = self.row.filter(|row| seen.contains(&row.says));
        let there = self.maybes.iter().filter(|word| seen.contains(&word.says));
        there
            .filter(|word| acknowledged.is_none_or(|row| word.seq > row.seq))
            .max_by_key(|word| word.seq)
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(says: &str, seq: u32) -> WrittenRow {
        let (says, was) = (Fingerprint::of(says), Fingerprint::ABSENT);
        WrittenRow { says, was, seq, node: 0, version: 0, stage: 0 }
    }

    fn seen(words: &[&str]) -> Vec<Fingerprint> {
        words.iter().map(|word| Fingerprint::of(word)).collect()
    }

    #[test]
    fn a_word_that_was_not_answered_may_come_after_one_that_was() {
        let expects = Expectation { row: Some(word("answered", 2)), maybes: vec![word("late", 1)] };
        assert!(expects.allows(Fingerprint::of("late")) && expects.allows(Fingerprint::of("answered")));
        assert!(!expects.allows(Fingerprint::of("odd")));
        assert_eq!(expects.turned_out(&seen(&["late", "late"])).map(|word| word.seq), Some(1));
        assert_eq!(expects.turned_out(&seen(&["answered"])), None);
        assert_eq!(
            expects.turned_out(&seen(&["answered", "late"])),
            None,
            "one node has not seen the answered one"
        );
        assert_eq!(expects.turned_out(&seen(&["odd"])), None);
    }

    #[test]
    fn of_words_after_the_answered_one_the_last_that_is_seen_counts() {
        let maybes = vec![word("late", 1), word("next", 3), word("last", 4)];
        let expects = Expectation { row: Some(word("answered", 2)), maybes };
        for (shown, there) in [
            (&["answered"][..], None),
            (&["answered", "next"], Some(3)),
            (&["next", "last"], Some(4)),
            (&["late"], Some(1)),
        ] {
            assert_eq!(expects.turned_out(&seen(shown)).map(|word| word.seq), there, "{shown:?}");
        }
    }

    #[test]
    fn a_switch_that_was_turned_on_after_a_lost_answer_is_on() {
        let (mut shelf, row) = (Shelf::default(), RowId::of("abcdefghijklmnopqrstuvwxyz").unwrap());
        assert!(shelf.is_off(&row));
        shelf.maybes.insert(row, vec![WrittenRow { says: Fingerprint::ABSENT, ..word("", 1) }]);
        assert!(shelf.is_off(&row));
        shelf.rows.insert(row, word("there", 2));
        assert!(!shelf.is_off(&row));
        shelf.maybes.entry(row).or_default().push(word("", 3));
        assert!(shelf.is_off(&row));
    }
}
