//! Ready by meaning: the server answers, as the process that was just started.

use std::time::Duration;

use tokio::time::Instant;

use super::seam::Cluster;
use super::unreached::{remedy, untrusted};
use basics::trouble::Trouble;
use basics::wait::{Missed, Pace, Progress, until};
use mattermost_client::Client;

/// Everything else waits for a node: it is asked a little more often than other things are.
const PACE: Pace = Pace::growing(Duration::from_millis(20), Duration::from_millis(150));

/// Waits until a node answers its ping, or until its process ends, or until the deadline.
///
/// A port that is open proves nothing; ping answers only after migrations and plugins. That the version is right and
/// the database and the store answer is for the sanity that follows.
///
/// # Errors
/// The node with what its log says: its process ended, or it did not answer in time.
pub async fn ready(cluster: &Cluster, node: &Client, deadline: Instant) -> Result<(), Trouble> {
    let (name, nodes) = (node.node(), cluster.nodes());
    let written = cluster.origin().addresses_are_in();
    let answered = until(deadline, PACE, || async {
        let Err(error) = node.ping().await else { return Progress::There(()) };
        if let Err(ended) = nodes.alive(name).await {
            return Progress::Never(ended);
        }
        match error.tls().filter(|failure| failure.stays()) {
            Some(failure) => Progress::Never(untrusted(name, failure, written)),
            None => Progress::OnTheWay(error),
        }
    });
    match answered.await {
        Ok(()) => Ok(()),
        Err(Missed::Never(error)) => Err(error),
        Err(Missed::TimeUp(late)) => {
            let message = format!("it was started and did not become ready in time: {}", late.got());
            let remedy = remedy(&late, written).unwrap_or_else(|| {
                "Look at its log lines below; a slow machine needs a longer timeout.".into()
            });
            Err(nodes.last_words(name).await.explain(Trouble::new(name, message, remedy)))
        }
    }
}
