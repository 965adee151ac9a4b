//! Ready by meaning: the server answers, as the process that was just started.

use std::time::Duration;

use tokio::time::Instant;

use super::error::Error;
use super::seam::Cluster;
use crate::mattermost::Client;

/// Waits until a node answers its ping, or until its process ends, or until the deadline.
///
/// A port that is open proves nothing; ping answers only after migrations and plugins. That the version is right and
/// the database and the store answer is for the sanity that follows.
///
/// # Errors
/// The node with what its log says: its process ended, or it did not answer in time.
pub async fn ready(cluster: &Cluster, node: &Client, deadline: Instant) -> Result<(), Error> {
    let mut pause = Duration::from_millis(20);
    loop {
        let silence = match node.ping().await {
            Ok(_) => return Ok(()),
            Err(error) => error.got(),
        };
        cluster.alive(node.node()).await?;
        if Instant::now() + pause >= deadline {
            let message = format!("it was started and did not become ready in time: {silence}");
            let remedy = "Look at its log lines below; a slow machine needs a longer timeout.";
            return Err(
                Error::new(node.node(), message, remedy).explained(cluster.last_words(node.node()).await)
            );
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_millis(150));
    }
}
