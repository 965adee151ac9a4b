//! Users must get through to the nodes before anything is verified: by the address that they have.

use std::time::Duration;

use tokio::time::Instant;

use super::blame::Blames as _;
use super::session::Session;
use crate::cluster::Cluster;
use crate::cluster::unreached::{remedy, untrusted, with_tls};
use crate::event::{Blame, Breakage};
use crate::mattermost::{ApiError, Client};
use crate::trouble::Trouble;
use crate::wait::{self, Missed, Pace, Progress};

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
    let address = cluster.balancer().await.blames(Blame::Environment)?;
    let client = Client::to(session.http, "balancer", &address);
    let client = with_tls("balancer", client).blames(Blame::Environment)?;
    let look = async || match client.ping().await {
        Ok(_) => Progress::There(()),
        Err(error) => match without_hope(cluster, &error) {
            Some(told) => Progress::Never(told),
            None => Progress::OnTheWay(error),
        },
    };
    let led = match wait::until(Instant::now() + PATIENCE, Pace::steady(LOOK_EVERY), look).await {
        Ok(()) => Ok(()),
        Err(Missed::Never(told)) => Err(told),
        // Whether it should have answered is for the checks to say.
        Err(Missed::TimeUp(error)) => too_late(cluster, &address.to_string(), &error).map_or(Ok(()), Err),
    };
    led.blames(Blame::Environment)
}

/// What no waiting changes.
fn without_hope(cluster: &Cluster, error: &ApiError) -> Option<Trouble> {
    let failure = error.tls().filter(|failure| failure.stays())?;
    Some(untrusted("balancer", failure, cluster.origin().addresses_are_in()))
}

/// What ends the run when it did not change in time.
fn too_late(cluster: &Cluster, address: &str, error: &ApiError) -> Option<Trouble> {
    let remedy = remedy(error, cluster.origin().addresses_are_in())?;
    let message =
        format!("it does not lead to the nodes, asked at {address}: expected 200, got {}", error.got());
    Some(Trouble::new("balancer", message, remedy))
}
