//! Whose fault it is that a run cannot go on, and what is known of it.

use crate::checks::Side;
use crate::event::{Blame, Breakage};
use crate::policy;
use crate::trouble::Trouble;
use crate::versions::Version;

/// What a server says that finds its database too old, in lower case. Source: server/channels/store/sqlstore/store.go.
const OLD_DATABASE: &str = "minimum postgres version requirements not met";

/// What ends the run where it fails, whoever is to blame.
pub(super) trait Blames<T> {
    /// The trouble is the fault of `whom`: [`Blame::Environment`], or the side whose node did not do what it should.
    ///
    /// # Errors
    /// The same trouble as a breakage of the run.
    fn blames(self, whom: impl Into<Blame>) -> Result<T, Breakage>;
}

impl<T> Blames<T> for Result<T, Trouble> {
    fn blames(self, whom: impl Into<Blame>) -> Result<T, Breakage> {
        self.map_err(|trouble| broken(whom, trouble))
    }
}

/// A node that does not come up on release is a failed upgrade; on stable nothing was learned about the release.
impl From<Side> for Blame {
    fn from(side: Side) -> Self {
        match side {
            Side::Stable => Self::Environment,
            Side::Release => Self::Release,
        }
    }
}

/// Trouble with the blame that the moment decides; a database that is too old is nobody's but the environment's.
#[must_use]
pub(crate) fn broken(whom: impl Into<Blame>, trouble: Trouble) -> Breakage {
    let says = |line: &String| line.to_lowercase().contains(OLD_DATABASE);
    let old_database = says(&trouble.message) || trouble.log_tail.iter().any(says);
    Breakage { blame: if old_database { Blame::Environment } else { whom.into() }, trouble }
}

/// A release that did not come up, with what is known of the upgrade from `stable` to it.
pub(super) fn explained(mut breakage: Breakage, (stable, release): &(Version, Version)) -> Breakage {
    if breakage.blame == Blame::Release {
        for known in policy::between(stable, release) {
            // In front: what a server says can be long, and the end of it is cut.
            breakage.trouble.message = format!("{}; {}", known.told(), breakage.trouble.message);
        }
    }
    breakage
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: &str, log: &str) -> Trouble {
        Trouble::new("node1", message, "Look.").with_log(vec![log.into()])
    }

    #[test]
    fn a_database_that_is_too_old_is_never_the_releases_fault() {
        let said = "Error: failed to initialize platform: cannot create store: minimum Postgres version requirements not met. Found: 14.5, Wanted: 15.0";
        for error in [error("it ended with exit code 1", said), error(said, "")] {
            assert_eq!(broken(Blame::Release, error).blame, Blame::Environment);
        }
        assert_eq!(broken(Blame::Release, error("it ended", "panic: nil")).blame, Blame::Release);
    }

    #[test]
    fn what_is_known_of_an_upgrade_is_told_where_the_release_fails() {
        let pair = |stable: &str, release: &str| (Version::read(stable), Version::read(release));
        let ended = |blame| broken(blame, error("it ended with exit code 1", ""));
        let told = explained(ended(Blame::Release), &pair("10.11.17", "11.7.0")).trouble.message;
        assert!(
            told.starts_with("known: ")
                && told.contains("fixed in 11.7.3")
                && told.ends_with("; it ended with exit code 1"),
            "{told}"
        );
        for (blame, release) in [(Blame::Environment, "11.7.0"), (Blame::Release, "11.7.3")] {
            let told = explained(ended(blame), &pair("10.11.17", release)).trouble.message;
            assert_eq!(told, "it ended with exit code 1");
        }
    }
}
