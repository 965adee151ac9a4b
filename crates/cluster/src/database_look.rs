//! One look into the database while it is migrated: how far the schema is, and which sessions wait for a lock.

use std::time::Duration;

/// What the database said of itself at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DatabaseLook {
    /// The number of the newest migration that is applied; nothing before there is a list of them.
    pub newest_migration: Option<u64>,
    /// Sessions that wait for a lock, each with what it waits for.
    pub waits: Vec<LockWait>,
}

/// A session that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWait {
    /// The table or the kind of lock, and its mode: `posts AccessExclusiveLock`.
    pub lock: String,
    /// For how long so far.
    pub waited: Duration,
}

/// Asked as one row each, its columns divided by tabs: `migration 160`, `wait posts AccessExclusiveLock 340`. A lock has the time
/// since when it is waited for from PostgreSQL 14 on; before, the time of its statement says at most that.
pub(crate) const QUESTION: &str = "SELECT 'migration', max(version)::text, '' FROM db_migrations UNION ALL \
     SELECT 'wait', coalesce(c.relname, l.locktype) || ' ' || l.mode, round(1000 * extract(epoch FROM clock_timestamp() - \
     coalesce((to_jsonb(l) ->> 'waitstart')::timestamptz, a.query_start)))::text FROM pg_locks l \
     JOIN pg_stat_activity a ON a.pid = l.pid LEFT JOIN pg_class c ON c.oid = l.relation \
     WHERE NOT l.granted AND a.datname = current_database()";

/// Reads the answer to [`QUESTION`]; a row that is none of ours is passed over.
pub(crate) fn read(answer: &str) -> DatabaseLook {
    let mut look = DatabaseLook::default();
    for line in answer.lines() {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["migration", newest, _] => look.newest_migration = newest.parse().ok(),
            ["wait", lock, ms] => {
                // A clock that was set back makes it negative.
                let waited = Duration::from_millis(ms.parse().unwrap_or(0));
                look.waits.push(LockWait { lock: (*lock).to_owned(), waited });
            }
            _ => {}
        }
    }
    look
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_the_newest_migration_and_who_waits() {
        let look = read(
            "migration\t160\t\nwait\tposts AccessExclusiveLock\t340\nwait\ttransactionid ShareLock\t-3\n",
        );
        assert_eq!(look.newest_migration, Some(160));
        let waits: Vec<_> =
            look.waits.iter().map(|wait| (wait.lock.as_str(), wait.waited.as_millis())).collect();
        assert_eq!(waits, [("posts AccessExclusiveLock", 340), ("transactionid ShareLock", 0)]);
    }

    #[test]
    fn an_empty_list_of_migrations_and_foreign_lines_are_nothing() {
        assert_eq!(read("NOTICE: hello\nmigration\t\t\n"), DatabaseLook::default());
    }
}
