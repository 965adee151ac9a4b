//! Users must get through to the nodes before anything is verified: by the address that they have.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::blame::broken;
use super::session::Session;
use crate::cluster::unreached::{remedy, untrusted};
use crate::cluster::{Cluster, ClusterError};
use crate::event::{Blame, Breakage};
use crate::mattermost::{ApiError, Client};

/// How long the balancer may take to see that its nodes are there.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two questions.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Asks the balancer for an answer of a node, once all of them are there.
///
/// # Errors
/// It answers for another name or path, or its certificate is not trusted: nothing was learned about the release.
pub(super) async fn leads_to_the_nodes(session: &Session<'_>) -> Result<(), Breakage> {
    let cluster = session.cluster;
    if !cluster.has_balancer() {
        return Ok(());
    }
    let broken = |error| broken(Blame::Environment, error);
    let address = cluster.balancer().await.map_err(broken)?;
    let client = Client::to(session.http, "balancer", &address).map_err(|error| {
        let message = format!("TLS to it can't be set up: {error}");
        broken(ClusterError::new("balancer", message, "Look at the input ca-bundle."))
    })?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let Err(error) = client.ping().await else { return Ok(()) };
        if let Some(told) = told(cluster, &address.to_string(), &error, Instant::now() >= deadline) {
            return Err(broken(told));
        }
        if Instant::now() >= deadline {
            // Whether it should have answered is for the checks to say.
            return Ok(());
        }
        sleep(LOOK_EVERY).await;
    }
}

/// What ends the run: at once where waiting is of no use.
fn told(cluster: &Cluster, address: &str, error: &ApiError, is_late: bool) -> Option<ClusterError> {
    let written = cluster.origin().addresses_are_in();
    if let Some(failure) = error.tls().filter(|failure| failure.stays()) {
        return Some(untrusted("balancer", failure, written));
    }
    let remedy = remedy(error, written).filter(|_| is_late)?;
    let message =
        format!("it does not lead to the nodes, asked at {address}: expected 200, got {}", error.got());
    Some(ClusterError::new("balancer", message, remedy))
}
