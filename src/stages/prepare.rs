//! What is there before the first node: images, networks, database, store, balancer, and what the gate serves.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::blame::broken;
use super::node;
use super::session::Session;
use crate::checks::Side;
use crate::cluster::Images;
use crate::event::{Blame, Breakage};
use crate::policy::Needs;
use crate::sinks::Sinks;

/// Brings up everything but the nodes; none of these may have traffic yet.
pub(super) async fn prepare(session: &mut Session<'_>) -> Result<(), Breakage> {
    let plan = session.plan;
    let needs = Needs::of(&plan.stable.version, &plan.release.version);
    let images = Images {
        stable: &plan.stable.image,
        release: &plan.release.image,
        // A suite whose image is missing should be known before the upgrade, not after it.
        suite: plan.suite.as_ref().and_then(|suite| suite.image.as_deref()),
        needs: &needs,
    };
    session.cluster.prepare(&images).await.map_err(|error| broken(Blame::Environment, error))?;
    serve(session).await;
    // Nobody gets traffic before its sanity passed.
    try_join_all(plan.order.iter().map(|node| session.cluster.drain(node, Duration::ZERO)))
        .await
        .map_err(|error| broken(Blame::Environment, error))?;
    if plan.order.is_empty() { Err(no_nodes()) } else { Ok(()) }
}

/// Looks at the nodes of a cluster that is there already.
pub(super) async fn find(session: &mut Session<'_>, nodes: &[String], side: Side) -> Result<(), Breakage> {
    serve(session).await;
    node::start(session, nodes, side).await
}

/// Starts what the gate serves to the nodes, where they have a way to it.
async fn serve(session: &mut Session<'_>) {
    session.sinks = match session.cluster.gate_address().await {
        Ok(address) => Sinks::start(address).await.map_err(|error| {
            format!("the gate can't listen on {address}, where the servers would reach it: {error}")
        }),
        Err(error) if session.cluster.is_attached() => Err(error.message),
        Err(error) => Err(error.to_string()),
    };
    if let Ok(sinks) = &session.sinks {
        session.cluster.offer(&sinks.http.url(""));
    }
}

fn no_nodes() -> Breakage {
    Breakage {
        blame: Blame::Environment,
        part: "nodes".into(),
        message: "the cluster has no node".into(),
        remedy: "Give at least one service the label upgrade-gate.role: node.".into(),
        log_tail: Vec::new(),
    }
}
