//! The schema migrated beside the nodes, by the release's image, as Mattermost's operator does it.

use tokio::time::Instant;

use super::ComposeCluster;
use crate::last_words::LastWords;
use basics::telling;
use basics::trouble::{OfPart as _, Trouble};
use docker::ServerCommand;

/// What trouble with it is about.
const PART: &str = "migrate";
/// What its container is called; no service of anybody's should be.
const CONTAINER: &str = "upgrade-gate-migrate";

impl ComposeCluster {
    /// Runs `mattermost db migrate` of an image with what a node has, until the deadline.
    pub(crate) async fn migrate(&self, like: &str, image: &str, deadline: Instant) -> Result<(), Trouble> {
        let running = self.running()?;
        let command = ServerCommand {
            name: CONTAINER.into(),
            like: self.node(like)?.service.clone(),
            image: image.to_owned(),
            arguments: ["db", "migrate"].map(str::to_owned).into(),
        };
        let mut lines: Vec<String> = Vec::new();
        let mut line = |text: String| {
            if lines.len() == telling::LOOKED_AT {
                lines.remove(0);
            }
            lines.push(text);
        };
        let ended = running.run_server_command(&command, &mut line, deadline).await.part(PART)?;
        let message = match ended {
            Some(0) => return Ok(()),
            Some(code) => format!("`mattermost db migrate` of {image} ended with exit code {code}"),
            None => format!("`mattermost db migrate` of {image} did not end in time, and was stopped"),
        };
        let remedy = "Look at its log lines: the release cannot migrate this database while stable serves.";
        Err(LastWords::of(&self.shown(lines)).explain(Trouble::new(PART, message, remedy)))
    }
}
