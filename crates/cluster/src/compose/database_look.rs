//! The database's server asked by its own program, in its container.

use std::time::Duration;

use tokio::time::Instant;

use super::ComposeCluster;
use crate::absent::Absent;
use crate::database_look::{DatabaseLook, QUESTION, read};

/// A look that takes longer is none.
const ANSWER: Duration = Duration::from_secs(10);

impl ComposeCluster {
    /// Looks once.
    pub(crate) async fn look_at_database(&self) -> Result<DatabaseLook, Absent> {
        if self.options.roles.databases.len() != 1 {
            let why = "the nodes' database is no service of the compose file, or not one alone";
            return Err(Absent::NotApplicable(why.into()));
        }
        let answer = self.sql(QUESTION, Instant::now() + ANSWER).await;
        // An image without psql is no fault of anybody's.
        answer.map(|answer| read(&answer)).map_err(|trouble| Absent::NotApplicable(trouble.message))
    }
}
