//! What is there before the first node: images, networks, database, store, balancer, and what the gate serves.

use futures_util::future::try_join_all;

use super::blame::Blames as _;
use super::node;
use super::page_browser;
use super::session::RunSession;
use crate::checks::Side;
use crate::cluster::Images;
use crate::event::{Blame, Breakage};
use crate::policy::Needs;
use crate::sinks::Sinks;
use crate::trouble::Trouble;

/// Brings up everything but the nodes; none of these may have traffic yet.
pub(super) async fn prepare(session: &mut RunSession<'_>) -> Result<(), Breakage> {
    let plan = session.plan;
    let needs = Needs::of(&plan.stable.version, &plan.release.version);
    let history: Vec<String> = plan.history.iter().map(|release| release.image.clone()).collect();
    let images = Images {
        stable: &plan.stable.image,
        release: &plan.release.image,
        history: &history,
        // A suite or a browser whose image is missing should be known before the upgrade, not after it.
        beside: &plan.images_beside(),
        needs: &needs,
    };
    session.cluster.prepare(&images).await.blames(Blame::Environment)?;
    page_browser::find(session).await?;
    serve(session).await;
    // No node gets traffic before its sanity passed.
    let traffic = session.cluster.traffic();
    try_join_all(plan.order.iter().map(async |node| traffic.hold_back(node).await))
        .await
        .blames(Blame::Environment)?;
    if plan.order.is_empty() { Err(no_nodes()) } else { Ok(()) }
}

/// Looks at the nodes of a cluster that is there already.
pub(super) async fn find(session: &mut RunSession<'_>, nodes: &[String], side: Side) -> Result<(), Breakage> {
    serve(session).await;
    node::start(session, nodes, side).await
}

/// Starts what the gate serves to the nodes, where they have a way to it.
async fn serve(session: &mut RunSession<'_>) {
    let inside = session.cluster.inside();
    session.sinks = match inside.gate_address().await {
        Ok(address) => Sinks::start(address).await.map_err(|error| {
            format!("the gate can't listen on {address}, where the servers would reach it: {error}")
        }),
        Err(absent) => Err(absent.to_string()),
    };
    if let Ok(sinks) = &session.sinks {
        inside.set_customer_web_server(&sinks.http.url(""));
    }
}

fn no_nodes() -> Breakage {
    let remedy = "Give at least one service the label upgrade-gate.role: node.";
    Breakage { blame: Blame::Environment, trouble: Trouble::new("nodes", "the cluster has no node", remedy) }
}
