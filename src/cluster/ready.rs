//! Ready by meaning: the server answers, as the process that was just started.

use std::time::Duration;

use tokio::time::Instant;

use super::error::Error;
use super::seam::Cluster;
use super::unreached::{remedy, untrusted};
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
        let error = match node.ping().await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        cluster.alive(node.node()).await?;
        let address = cluster.addresses_are_in();
        if let Some(failure) = error.tls().filter(|failure| failure.stays()) {
            return Err(untrusted(node.node(), failure, address));
        }
        if Instant::now() + pause >= deadline {
            let message = format!("it was started and did not become ready in time: {}", error.got());
            let remedy = remedy(&error, address).unwrap_or_else(|| {
                "Look at its log lines below; a slow machine needs a longer timeout.".into()
            });
            return Err(
                Error::new(node.node(), message, remedy).explained(cluster.last_words(node.node()).await)
            );
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_millis(150));
    }
}
