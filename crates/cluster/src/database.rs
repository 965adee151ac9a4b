//! The database of a cluster, as far as it is the gate's to fill and to count.

use tokio::time::Instant;

use super::compose::ComposeCluster;
use super::site_copy::{Census, DatabaseDump, PickedRow};
use super::standin::StandInCluster;
use basics::trouble::Trouble;

/// The database behind the nodes.
#[derive(Debug, Clone, Copy)]
pub enum Database<'a> {
    /// A PostgreSQL of a compose project.
    Compose(&'a ComposeCluster),
    /// The tables of the stand-in.
    StandIn(&'a StandInCluster),
}

impl Database<'_> {
    /// Puts a dump into it, before any node starts.
    ///
    /// # Errors
    /// What kept it, without a word of the data.
    pub async fn restore(&self, dump: &DatabaseDump, deadline: Instant) -> Result<(), Trouble> {
        match self {
            Self::Compose(cluster) => cluster.restore(dump, deadline).await,
            Self::StandIn(cluster) => cluster.restore(dump),
        }
    }

    /// Counts the rows that were there before a moment, in milliseconds since 1970.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn census(&self, before: i64, deadline: Instant) -> Result<Census, Trouble> {
        match self {
            Self::Compose(cluster) => cluster.census(before, deadline).await,
            Self::StandIn(cluster) => Ok(cluster.census(before)),
        }
    }

    /// Picks rows that were there before a moment, by age and kind: the same ones for the same seed.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn sample(&self, before: i64, seed: &str) -> Result<Vec<PickedRow>, Trouble> {
        match self {
            Self::Compose(cluster) => cluster.sample(before, seed).await,
            Self::StandIn(cluster) => Ok(cluster.sample(before, seed)),
        }
    }

    /// Tells servers whose database has no members yet that none are left to be brought to the roles of 5.0: a job that does so
    /// a minute later would undo what is written meanwhile.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn forgo_migration_of_members(&self) -> Result<(), Trouble> {
        match self {
            Self::Compose(cluster) => cluster.forgo_migration_of_members().await,
            Self::StandIn(_) => Ok(()),
        }
    }

    /// Makes an account of the gate's own a system admin.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn promote(&self, username: &str) -> Result<(), Trouble> {
        match self {
            Self::Compose(cluster) => cluster.promote(username).await,
            Self::StandIn(cluster) => cluster.promote(username),
        }
    }
}
