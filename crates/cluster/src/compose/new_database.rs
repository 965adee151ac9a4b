//! What servers do once in the first minutes of a new database, and never again on any site.
//!
//! A minute after it came up the leader has a job bring all members of teams and channels to the roles of release 5.0
//! (`jobs/migrations`, its scheduler and `advanced_permissions_phase_2.go`): it reads a hundred of them and writes each back as it
//! read them, without a lock. Who left, read or was mentioned meanwhile is as before (`MigrateTeamMembers` and `MigrateChannelMembers`
//! of the store write `DeleteAt`, counts and settings, too). Seen on 11.6: somebody who had left a team was in it again. In a run
//! that falls into the middle of the roll, and is nothing that an upgrade of anybody's site does.

use std::time::Duration;

use tokio::time::Instant;

use super::ComposeCluster;
use basics::trouble::Trouble;

/// How long the database may take.
const ANSWER: Duration = Duration::from_secs(10);

/// The servers' own word for that it is done, where there is nobody to be brought anywhere.
const NOBODY_TO_MIGRATE: &str = "INSERT INTO systems (name, value) SELECT 'migration_advanced_permissions_phase_2', 'true' \
     WHERE NOT EXISTS (SELECT 1 FROM teammembers) AND NOT EXISTS (SELECT 1 FROM channelmembers) \
     AND NOT EXISTS (SELECT 1 FROM jobs WHERE type = 'migrations') \
     AND NOT EXISTS (SELECT 1 FROM systems WHERE name = 'migration_advanced_permissions_phase_2')";

impl ComposeCluster {
    /// Tells servers whose database has no members yet that none are left to be brought to the roles of 5.0.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub(crate) async fn forgo_migration_of_members(&self) -> Result<(), Trouble> {
        self.sql(NOBODY_TO_MIGRATE, Instant::now() + ANSWER).await.map(drop)
    }
}
