//! What a check stands on: the scene of this moment, and one run on it.

use std::time::Duration;

use super::mail_settings;
use super::page_browser;
use super::push_settings;
use super::session::RunSession;
use crate::checks::{
    Absent, Check, Context, Entry, Home, Place, RestartRound, Scene, Side, catalogue, crowd, explained,
};
use crate::cluster::NodeFiles;
use crate::mattermost::Client;
use crate::outcome::{CheckResult, Stage};
use crate::storage::Bucket;
use crate::versions::Version;

/// The scene as it is now; `Err` says why there is none.
pub(super) async fn scene<'s>(session: &'s RunSession<'_>, stage: Stage) -> Result<Scene<'s>, String> {
    let home = session.home.as_ref().ok_or("the gate's accounts could not be made")?;
    let image = async |side| {
        if matches!(stage, Stage::History(_)) {
            return Err(Absent::NotApplicable("it is a version before stable".into()));
        }
        let place = session.places.iter().find(|place| place.side == side);
        session.image(side, place.map(|place| place.name.as_str())).await
    };
    Ok(Scene {
        stage,
        places: session.places.iter().map(|node| Place::new(node, home)).collect(),
        acted: session.acted_before(stage),
        balancer: balancer(session).await,
        versions: (&session.plan.stable.version, &session.plan.release.version),
        pair: pair(session),
        images: (image(Side::Stable).await, image(Side::Release).await),
        brought: &session.brought,
        clustering: &session.clustering,
        home,
        bucket: bucket(session, home).await,
        sinks: &session.sinks,
        mail: mail_settings::mail_of(session),
        push: push_settings::push_of(session),
        browser: page_browser::of(session),
        shelf: Some(session.shelf),
        origin: session.cluster.origin(),
        looks_for_due: session.cluster.looks_for_due(),
        reminders: session.plan.reminders,
        crowd: session.plan.crowd,
        apps: session.plan.apps,
        nodes: Some(session.cluster.nodes()),
        restored: session.cluster.database().ok().zip(session.census.as_ref()),
        carried: &session.carried,
        events: session.events,
    })
}

pub(super) async fn balancer(session: &RunSession<'_>) -> Result<Client, Absent> {
    if !session.cluster.has_balancer() {
        return Err(Absent::NotApplicable("no service of the compose file is a balancer".into()));
    }
    match session.cluster.balancer().await {
        Ok(address) => Client::to(session.http, "balancer", &address)
            .map_err(|error| Absent::NotMeasured(format!("TLS to the balancer can't be set up: {error}"))),
        Err(error) => Err(Absent::NotMeasured(format!("the balancer's address is not known: {error}"))),
    }
}

/// The bucket, or why not: where the project does not say where files are, a server does.
async fn bucket(session: &RunSession<'_>, home: &Home) -> Result<Bucket, Absent> {
    match session.cluster.inside().files() {
        Some(NodeFiles::OutOfReach(why)) => return Err(Absent::NotApplicable(why.clone())),
        Some(NodeFiles::Unknown(_)) => {
            if let Some(first) = session.places.first()
                && let Ok(config) = home.admin.at(&first.client).config().await
                && let Some(driver) = config["FileSettings"]["DriverName"].as_str()
                && driver != "amazons3"
            {
                let reason = format!("files are not kept in S3 (FileSettings.DriverName is {driver})");
                return Err(Absent::NotApplicable(reason));
            }
        }
        Some(NodeFiles::Bucket(_)) | None => {}
    }
    session.cluster.inside().bucket().await
}

/// What nodes of stable said they are: once all are on release, nobody tells any more.
const STABLE_SAID: Entry<String> = Entry::new("the version of stable's nodes");
/// What nodes of the release said they are: once all are back on stable, nobody tells any more.
const RELEASE_SAID: Entry<String> = Entry::new("the version of the release's nodes");

/// What nodes of stable and of release said they are; the images' names may say less.
pub(super) fn pair(session: &RunSession<'_>) -> (Version, Version) {
    let of = |side, promised: &Version| {
        let told = session.places.iter().find(|place| place.side == side).map(|place| &place.facts.version);
        let said = if side == Side::Stable { STABLE_SAID } else { RELEASE_SAID };
        if let Some(told) = told {
            said.set(&session.carried, "run", told.clone());
        }
        let before = said.get(&session.carried, "run");
        match told.cloned().or(before).as_deref().map(Version::read) {
            Some(seen @ Version::Exact(_)) => seen,
            _ => promised.clone(),
        }
    };
    (of(Side::Stable, &session.plan.stable.version), of(Side::Release, &session.plan.release.version))
}

/// Runs a check once.
pub(super) async fn turn(
    session: &RunSession<'_>,
    scene: &Scene<'_>,
    check: &Check,
    round: RestartRound,
    nonce: &str,
) -> CheckResult {
    let nonce = format!("{nonce}-{}-{}", scene.stage, check.id.replace('.', "-"));
    let cx = Context::new(check.id, round, scene, nonce);
    let waits = if check.awaits_look && scene.reminders { scene.looks_for_due } else { Duration::ZERO };
    let limit = Duration::from_secs(session.plan.budgets.check_s);
    catalogue::run(check, &cx, limit + waits + crowd::patience(check, scene.crowd)).await
}

/// Puts the waivers of the run over a result, and tells of those that have no effect.
pub(super) fn waived(session: &RunSession<'_>, mut result: CheckResult) -> CheckResult {
    let (stable, release) = pair(session);
    for sentence in explained::waive(&mut result, &session.ledger, (&stable, &release)) {
        session.warn_once(sentence);
    }
    result
}
