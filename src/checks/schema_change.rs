//! What the database was seen to do while the first server of the release migrated it: for facts of the check `schema`.

use std::collections::BTreeMap;
use std::time::Duration;

use availability::told;
use indexmap::IndexMap;

use super::ledger::Entry;
use super::scene::Absent;
use crate::clock::millis_of;
use crate::cluster::DatabaseLook;

/// For the first check of the schema after it.
pub(crate) const SCHEMA_CHANGE: Entry<SchemaChange> =
    Entry::new("what the database did while it was migrated");

/// Looks that were taken one after the other, summed up.
#[derive(Debug, Clone, Default)]
pub(crate) struct SchemaChange {
    looks: usize,
    /// Looks in which anybody waited.
    waiting: usize,
    /// For each lock the longest that a session waited, and how many waited at once.
    locks: BTreeMap<String, (Duration, usize)>,
    newest: Option<u64>,
    /// Migrations that were there at a look and not at the one before: from, to, and the time between the two.
    steps: Vec<(u64, u64, Duration)>,
    /// Why nobody looked any more.
    missing: Option<Absent>,
}

impl SchemaChange {
    /// Takes a look, this long after the one before.
    pub(crate) fn take(&mut self, look: &DatabaseLook, since: Duration) {
        self.looks += 1;
        self.waiting += usize::from(!look.waits.is_empty());
        let mut now: BTreeMap<&str, (Duration, usize)> = BTreeMap::new();
        for wait in &look.waits {
            let (longest, sessions) = now.entry(&wait.lock).or_default();
            *longest = (*longest).max(wait.waited);
            *sessions += 1;
        }
        for (lock, (longest, sessions)) in now {
            let known = self.locks.entry(lock.to_owned()).or_default();
            *known = (known.0.max(longest), known.1.max(sessions));
        }
        if let (Some(before), Some(now)) = (self.newest, look.newest_migration)
            && now > before
        {
            self.steps.push((before + 1, now, since));
        }
        self.newest = look.newest_migration.or(self.newest);
    }

    /// Notes why nobody looks any more.
    pub(crate) fn end(&mut self, why: Absent) {
        self.missing = Some(why);
    }

    /// In words.
    pub(super) fn facts(&self) -> IndexMap<&'static str, String> {
        let mut facts = IndexMap::new();
        let name = "lock waits while it was migrated";
        if let (0, Some(why)) = (self.looks, &self.missing) {
            facts.insert(name, format!("not looked for: {why}"));
            return facts;
        }
        let locks: Vec<String> = self.locks.iter().map(lock_words).collect();
        let waits = match locks.as_slice() {
            [] => format!("none, looked for {} times", self.looks),
            locks => {
                format!("seen {} times of {}: {}", self.waiting, self.looks, locks.join(", "))
            }
        };
        facts.insert(name, waits);
        let steps: Vec<String> = self.steps.iter().map(step_words).collect();
        facts.insert("migrations by time", if steps.is_empty() { "none".into() } else { steps.join(", ") });
        facts
    }
}

/// `posts AccessExclusiveLock up to 1.2 s, 3 sessions at once`.
fn lock_words((lock, (longest, sessions)): (&String, &(Duration, usize))) -> String {
    let at_once = if *sessions == 1 { String::new() } else { format!(", {sessions} sessions at once") };
    format!("{lock} up to {}{at_once}", told(millis_of(*longest)))
}

/// `160 within 0.3 s`: it was not there at one look, and at the next one it was.
fn step_words(&(from, to, within): &(u64, u64, Duration)) -> String {
    let which = if from == to { to.to_string() } else { format!("{from} to {to}") };
    format!("{which} within {}", told(millis_of(within)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::LockWait;

    const LATER: Duration = Duration::from_millis(300);

    fn look(newest: u64, waits: &[(&str, u64)]) -> DatabaseLook {
        let wait =
            |&(lock, ms): &(&str, u64)| LockWait { lock: lock.into(), waited: Duration::from_millis(ms) };
        DatabaseLook { newest_migration: Some(newest), waits: waits.iter().map(wait).collect() }
    }

    #[test]
    fn each_lock_is_told_with_its_longest_wait_and_most_sessions() {
        let mut change = SchemaChange::default();
        for seen in [
            look(158, &[]),
            look(158, &[("posts AccessExclusiveLock", 200), ("posts RowExclusiveLock", 100)]),
            look(159, &[("posts RowExclusiveLock", 400), ("posts RowExclusiveLock", 1200)]),
            look(161, &[]),
        ] {
            change.take(&seen, LATER);
        }
        let facts = change.facts();
        assert_eq!(
            facts["lock waits while it was migrated"],
            "seen 2 times of 4: posts AccessExclusiveLock up to 200 ms, posts RowExclusiveLock up to 1.2 s, 2 sessions at once"
        );
        assert_eq!(facts["migrations by time"], "159 within 300 ms, 160 to 161 within 300 ms");
    }

    #[test]
    fn nobody_who_waits_is_told_and_so_is_nobody_who_looks() {
        let mut change = SchemaChange::default();
        change.take(&look(158, &[]), LATER);
        assert_eq!(change.facts()["lock waits while it was migrated"], "none, looked for 1 times");
        assert_eq!(change.facts()["migrations by time"], "none");
        let mut unseen = SchemaChange::default();
        unseen.end(Absent::NotApplicable("it is elsewhere".into()));
        assert_eq!(unseen.facts().len(), 1);
        assert_eq!(unseen.facts()["lock waits while it was migrated"], "not looked for: it is elsewhere");
    }
}
