//! The database's server asked by its own program, in its container.

use std::time::Duration;

use tokio::time::Instant;

use super::ComposeCluster;
use crate::absent::Absent;
use crate::database_look::{DatabaseLook, QUESTION, read};
use docker::ExecOutput;

/// A look that takes longer is none.
const ANSWER: Duration = Duration::from_secs(10);

impl ComposeCluster {
    /// Looks once.
    pub(crate) async fn look_at_database(&self) -> Result<DatabaseLook, Absent> {
        let [service] = self.options.roles.databases.as_slice() else {
            let why = "the nodes' database is no service of the compose file, or not one alone";
            return Err(Absent::NotApplicable(why.into()));
        };
        let running = self.running().map_err(|trouble| Absent::NotMeasured(trouble.to_string()))?;
        let (user, database) = self.database_login(service);
        let command = ["psql", "-XwtA", "-F", "|", "-U", user, "-d", database, "-c", QUESTION];
        match running.exec(service, 1, &command, Instant::now() + ANSWER).await {
            Ok(ExecOutput { exit_code: 0, stdout, .. }) => Ok(read(&stdout)),
            Ok(other) => {
                let told = other.stderr.lines().next().unwrap_or("nothing").to_owned();
                Err(Absent::NotApplicable(format!(
                    "psql in {service} ended with {}: {told}",
                    other.exit_code
                )))
            }
            Err(error) => Err(Absent::NotApplicable(format!("psql cannot be run in {service}: {error}"))),
        }
    }
}
