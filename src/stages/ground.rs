//! What a check stands on: the scene of this moment, and one run on it.

use std::sync::PoisonError;
use std::time::Duration;

use serde_json::Value;

use super::session::Session;
use super::settings;
use crate::checks::{Check, Context, Scene, Side, Turn, catalogue, explained};
use crate::mattermost::Client;
use crate::outcome::{CheckResult, Stage};
use crate::versions::Version;

/// The scene as it is now; `Err` says why there is none.
pub(super) async fn scene<'s>(session: &'s Session<'_>, stage: Stage) -> Result<Scene<'s>, String> {
    let home = session.home.as_ref().ok_or("the gate's accounts could not be made")?;
    let balancer = session.cluster.balancer().await;
    let balancer = balancer.map_err(|error| format!("the balancer's address is not known: {error}"))?;
    let image = async |side| {
        let place = session.places.iter().find(|place| place.side == side);
        session.image(side, place.map(|place| place.name.as_str())).await
    };
    Ok(Scene {
        stage,
        places: &session.places,
        balancer: Client::new(session.http, "balancer", &balancer),
        versions: (&session.plan.stable.version, &session.plan.release.version),
        pair: pair(session),
        images: (image(Side::Stable).await, image(Side::Release).await),
        brought: &session.brought,
        clustering: &session.clustering,
        home,
        bucket: session.cluster.bucket().await.map_err(|error| session.absent(&error)),
        sinks: &session.sinks,
        mail: settings::mail_of(session),
        apps: session.plan.apps,
        carried: &session.carried,
    })
}

/// What nodes of stable and of release said they are; the images' names may say less.
pub(super) fn pair(session: &Session<'_>) -> (Version, Version) {
    const SEEN: &str = "run/stable";
    let of = |side, promised: &Version| {
        let told = session.places.iter().find(|place| place.side == side).map(|place| &place.facts.version);
        let mut carried = session.carried.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Side::Stable, Some(told)) = (side, told) {
            // Once all nodes are on release, nobody tells any more.
            carried.insert(SEEN.into(), told.as_str().into());
        }
        let before = carried.get(SEEN).and_then(Value::as_str).filter(|_| side == Side::Stable);
        match told.map(String::as_str).or(before).map(Version::read) {
            Some(seen @ Version::Exact(_)) => seen,
            _ => promised.clone(),
        }
    };
    (of(Side::Stable, &session.plan.stable.version), of(Side::Release, &session.plan.release.version))
}

/// Runs a check once.
pub(super) async fn turn(
    session: &Session<'_>,
    scene: &Scene<'_>,
    check: &Check,
    turn: Turn,
    nonce: &str,
) -> CheckResult {
    let nonce = format!("{nonce}-{}-{}", scene.stage, check.id.replace('.', "-"));
    let cx = Context::new(check.id, turn, scene, nonce);
    catalogue::run(check, &cx, Duration::from_secs(session.plan.budgets.check_s)).await
}

/// Puts the waivers of the run over a result, and tells of those that have no effect.
pub(super) fn waived(session: &Session<'_>, mut result: CheckResult) -> CheckResult {
    let (stable, release) = pair(session);
    for sentence in explained::waive(&mut result, &session.ledger, (&stable, &release)) {
        session.warn_once(sentence);
    }
    result
}
