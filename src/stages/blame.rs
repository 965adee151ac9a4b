//! Whose fault it is that a run cannot go on.

use crate::checks::Side;
use crate::cluster::Error;
use crate::event::{Blame, Breakage};

/// What a server says that finds its database too old, in lower case. Source: server/channels/store/sqlstore/store.go.
const OLD_DATABASE: &str = "minimum postgres version requirements not met";

/// A cluster's error with the blame that the moment decides; a database that is too old is nobody's but the environment's.
#[must_use]
pub fn broken(blame: Blame, error: Error) -> Breakage {
    let says = |line: &String| line.to_lowercase().contains(OLD_DATABASE);
    let old_database = says(&error.message) || error.log_tail.iter().any(says);
    Breakage {
        blame: if old_database { Blame::Environment } else { blame },
        part: error.part,
        message: error.message,
        remedy: error.remedy,
        log_tail: error.log_tail,
    }
}

/// A node that does not come up on release is a failed upgrade; on stable nothing was learned about the release.
pub(super) fn blame(side: Side) -> Blame {
    match side {
        Side::Stable => Blame::Environment,
        Side::Release => Blame::Release,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: &str, log: &str) -> Error {
        Error { log_tail: vec![log.into()], ..Error::new("node1", message, "Look.") }
    }

    #[test]
    fn a_database_that_is_too_old_is_never_the_releases_fault() {
        let said = "Error: failed to initialize platform: cannot create store: minimum Postgres version requirements not met. Found: 14.5, Wanted: 15.0";
        for error in [error("it ended with exit code 1", said), error(said, "")] {
            assert_eq!(broken(Blame::Release, error).blame, Blame::Environment);
        }
        assert_eq!(broken(Blame::Release, error("it ended", "panic: nil")).blame, Blame::Release);
    }
}
