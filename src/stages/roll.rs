//! From stable to release: node by node, or all at once.

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::blame::{blame, broken};
use super::session::{Session, millis};
use crate::checks::{RunningNode, Side};
use crate::event::{Blame, Breakage, EventKind};

/// Replaces one node by one on release.
pub(super) async fn replace(session: &mut Session<'_>, index: usize) -> Result<(), Breakage> {
    let parts = anew(session, index, Side::Release, &[]).await?;
    session.events.send(EventKind::NodeReplaced {
        node: session.places[index].name.clone(),
        from: session.plan.stable.image.clone(),
        to: session.plan.release.image.clone(),
        parts,
    });
    Ok(())
}

/// Makes one node anew: drain → stop → start at the side's image, with `environment` on top → ready → sanity →
/// undrain. Returns how long each part took, in milliseconds.
pub(super) async fn anew(
    session: &mut Session<'_>,
    index: usize,
    side: Side,
    environment: &[(&str, &str)],
) -> Result<Vec<(String, u64)>, Breakage> {
    let budgets = session.plan.budgets;
    let node = session.places[index].name.clone();
    let mut parts: Vec<(String, u64)> = Vec::new();
    let began = Instant::now();
    let mut last = began;
    let mut took = |part: &str| {
        let now = Instant::now();
        let part_ms = u64::try_from((now - last).as_millis()).unwrap_or(u64::MAX);
        last = now;
        parts.push((part.to_owned(), part_ms));
    };
    let ours = |error| broken(Blame::Environment, error);
    session.cluster.drain(&node, Duration::from_secs(budgets.drain_s)).await.map_err(ours)?;
    took("drain");
    session.cluster.stop(&node, Duration::from_secs(budgets.stop_s)).await.map_err(ours)?;
    took("stop");
    let client = session.start(&node, side, environment).await?;
    took("start");
    // The image is looked at while the server boots; what cannot be looked at is for the checks to say.
    let (ready, _) = tokio::join!(session.wait(&client, side), session.image(side, Some(&node)));
    ready?;
    took("ready");
    let facts = session.sane(&client, side).await?;
    took("sanity");
    let patience = Duration::from_secs(budgets.ready_s);
    let undrained = session.cluster.undrain(&node, patience).await;
    undrained.map_err(|error| broken(blame(side), error))?;
    took("undrain");
    session.announce(&node, &facts, began);
    session.places[index] = RunningNode { name: node, side, facts, client };
    Ok(parts)
}

/// Stops all nodes, then starts the first on release (it migrates), then the others at once.
pub(super) async fn stop_start(session: &mut Session<'_>) -> Result<(), Breakage> {
    let budgets = session.plan.budgets;
    let nodes: Vec<String> = session.places.iter().map(|place| place.name.clone()).collect();
    let ours = |error| broken(Blame::Environment, error);
    let (patience, grace) = (Duration::from_secs(budgets.drain_s), Duration::from_secs(budgets.stop_s));
    try_join_all(nodes.iter().map(async |node| {
        session.cluster.drain(node, patience).await?;
        session.cluster.stop(node, grace).await
    }))
    .await
    .map_err(ours)?;
    let Some((first, others)) = nodes.split_first() else { return Ok(()) };
    let mut places = vec![back(session, first).await?];
    places.extend(try_join_all(others.iter().map(|node| back(session, node))).await?);
    session.places = places;
    Ok(())
}

async fn back(session: &Session<'_>, node: &str) -> Result<RunningNode, Breakage> {
    let began = Instant::now();
    let client = session.start(node, Side::Release, &[]).await?;
    session.wait(&client, Side::Release).await?;
    let facts = session.sane(&client, Side::Release).await?;
    let patience = Duration::from_secs(session.plan.budgets.ready_s);
    let undrained = session.cluster.undrain(node, patience).await;
    undrained.map_err(|error| broken(blame(Side::Release), error))?;
    session.announce(node, &facts, began);
    session.events.send(EventKind::NodeReplaced {
        node: node.to_owned(),
        from: session.plan.stable.image.clone(),
        to: session.plan.release.image.clone(),
        parts: vec![("start to undrain".into(), millis(began))],
    });
    Ok(RunningNode { name: node.to_owned(), side: Side::Release, facts, client })
}
