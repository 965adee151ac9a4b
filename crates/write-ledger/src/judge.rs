//! What is wrong with a row that does not say what it should: a function of what it should say, says, and says elsewhere.

use ledger_findings::Wrong;

use crate::row::Fingerprint;

/// What the last acknowledged write left, and what was there before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    /// What should be there.
    pub(crate) says: Fingerprint,
    /// What was there before.
    pub(crate) was: Fingerprint,
}

/// What is wrong with a row that says something else than is due. `elsewhere` is whether another node shows what is due.
pub(crate) fn wrong(due: Due, seen: Fingerprint, elsewhere: bool) -> Wrong {
    let as_before = seen == due.was || seen.is_absent();
    match (as_before, elsewhere) {
        (true, true) => Wrong::Unseen,
        _ if due.says.is_absent() => Wrong::Resurrected,
        (true, false) => Wrong::Lost,
        (false, _) => Wrong::Altered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_be_wrong_has_its_word() {
        let (new, old, odd) = (Fingerprint::of("new"), Fingerprint::of("old"), Fingerprint::of("odd"));
        let gone = Fingerprint::ABSENT;
        let made = Due { says: new, was: gone };
        let edited = Due { says: new, was: old };
        let deleted = Due { says: gone, was: old };
        for (due, seen, elsewhere, expected) in [
            (made, gone, false, Wrong::Lost),
            (made, gone, true, Wrong::Unseen),
            (made, odd, false, Wrong::Altered),
            (made, odd, true, Wrong::Altered),
            (edited, old, false, Wrong::Lost),
            (edited, old, true, Wrong::Unseen),
            (edited, gone, false, Wrong::Lost),
            (edited, odd, true, Wrong::Altered),
            (deleted, old, false, Wrong::Resurrected),
            (deleted, old, true, Wrong::Unseen),
            (deleted, odd, true, Wrong::Resurrected),
        ] {
            assert_eq!(wrong(due, seen, elsewhere), expected, "{due:?} {seen} {elsewhere}");
        }
    }
}
