//! The whole line.

use secrecy::SecretString;
use tokio::time::Instant;

use super::blame::explained;
use super::session::{Session, millis};
use super::{bring_up, ground, roll, stage, versions};
use crate::checks::sanity;
use crate::cluster::Cluster;
use crate::cluster::evidence::EvidenceFolder;
use crate::event::{Breakage, EventKind, Events, Phase};
use crate::mattermost::Http;
use crate::outcome::Stage;
use crate::plan::{Mode, Plan};

/// Runs the plan on a cluster. What was found is in the events; what ended the run early is returned.
///
/// `nonce` makes the names of users, teams and channels unlike those of any other run; `password` is that of the
/// gate's own accounts; `shelf` takes what the user's suite prints.
///
/// # Errors
/// The [`Breakage`] after which the run could not go on.
pub async fn run(
    plan: &Plan,
    cluster: &Cluster,
    http: &Http,
    events: &Events,
    nonce: &str,
    password: &SecretString,
    shelf: &EvidenceFolder,
) -> Result<(), Breakage> {
    let settled = versions::settled(plan, cluster, events).await?;
    let plan = settled.as_ref().unwrap_or(plan);
    let mut session = Session::new(plan, cluster, http, events, shelf);
    let ended = line(&mut session, nonce, password).await;
    ended.map_err(|breakage| explained(breakage, &ground::pair(&session)))
}

async fn line(session: &mut Session<'_>, nonce: &str, password: &SecretString) -> Result<(), Breakage> {
    let (plan, events) = (session.plan, session.events);
    let brought_up = phase(events, Phase::BringUp, bring_up::bring_up(session, nonce, password)).await;
    told(session, Stage::Stable, brought_up)?;
    for planned in &plan.stages {
        let replaced = match (planned.stage, plan.mode) {
            (Stage::Stable, _) => Ok(()),
            (Stage::Mixed(n), _) => replace(session, n - 1).await,
            (Stage::Release, Mode::Rolling) => {
                let last = session.places.len() - 1;
                replace(session, last).await
            }
            (Stage::Release, Mode::StopStart) => {
                phase(events, Phase::StopStart, roll::stop_start(session)).await
            }
        };
        told(session, planned.stage, replaced)?;
        stage::run(session, planned, nonce).await?;
    }
    let (stable, release) = ground::pair(session);
    let ran = |check: &str| plan.stages.iter().any(|stage| stage.checks.iter().any(|id| id == check));
    for sentence in session.ledger.unused((&stable, &release), ran) {
        session.warn_once(sentence);
    }
    Ok(())
}

/// When a node was not sane, its stage never begins: what the sanity saw is told all the same.
fn told(session: &Session<'_>, stage: Stage, came_up: Result<(), Breakage>) -> Result<(), Breakage> {
    if came_up.is_err()
        && let Some(result) = sanity::result(&session.carried, stage)
        && session
            .plan
            .stages
            .iter()
            .any(|planned| planned.stage == stage && planned.checks.contains(&result.check))
    {
        session.events.send(EventKind::CheckFinished(result));
    }
    came_up
}

async fn replace(session: &mut Session<'_>, index: usize) -> Result<(), Breakage> {
    let name = session.places[index].name.clone();
    phase(session.events, Phase::Replace(name), roll::replace(session, index)).await
}

/// Frames a part of the run with its events, however it ends.
async fn phase<T>(
    events: &Events,
    phase: Phase,
    work: impl Future<Output = Result<T, Breakage>>,
) -> Result<T, Breakage> {
    let began = Instant::now();
    events.send(EventKind::PhaseStarted { phase: phase.clone() });
    let result = work.await;
    events.send(EventKind::PhaseFinished { phase, took_ms: millis(began) });
    result
}
