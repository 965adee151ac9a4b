//! Every write that was acknowledged, from stable's checks to those of the release: made, looked for, and judged.
//!
//! ```text
//! PlanStep::Write  ──► Writes (writes while nodes restart or are replaced) ◄── leaves, joins, turn_to: what the run does
//! PlanStep::Cross  ──►   │ each kind through each node, read on every other at once
//! PlanStep::Verify ──►   └──► Verification ──► Written (record) ──► CheckResults `ledger`, `matrix`
//! ```
//! The ledger has two accounts, channels and teams of its own, and asks nodes directly. It rests while checks have the nodes.

use std::sync::Arc;
use std::time::Duration;

use ledger_findings::ReleasePair;
use secrecy::ExposeSecret as _;
use tokio::time::Instant;
use write_ledger::{CROSSING, ForeseenRefusal, LedgerAccount, LedgerSetup};

use super::accounts::member;
use super::session::RunSession;
use super::writes::Writes;
use super::{judged_ledger, judged_matrix, scene};
use crate::announced::{Applying, Ground};
use crate::checks::{Check, Home, RunningNode, Side, WRITE_LEDGER, WRITE_MATRIX, catalogue, may_not_call};
use crate::clock::millis;
use crate::event::{Clustering, EventKind};
use crate::mattermost::{ApiError, Client, Installed};
use crate::outcome::{CheckResult, Stage};
use crate::plan::PlanStep;
use crate::sinks::HttpSink;

/// A step begins; `rest` are the steps from it on.
pub(super) async fn turn_to(session: &mut RunSession<'_>, step: &PlanStep, rest: &[PlanStep]) {
    let paced = session.plan.has_check(WRITE_LEDGER);
    if let Ok(writes) = &mut session.writes {
        writes.turn_to(step, rest.iter().find_map(PlanStep::stage), paced).await;
    }
}

/// Writes in every kind through each node.
pub(super) async fn write(session: &mut RunSession<'_>, stage: Stage) {
    open_on_stable(session, stage).await;
    if let Ok(writes) = &session.writes {
        writes.write(stage, session.places.len()).await;
    }
}

/// Crosses writers and readers.
pub(super) async fn cross(session: &mut RunSession<'_>, stage: Stage) {
    open_on_stable(session, stage).await;
    // A node that did not come back to stable is down; its own check says so.
    let here = |place: &&RunningNode| stage != Stage::Rollback || place.side == Side::Stable;
    let nodes: Vec<Client> = session.places.iter().filter(here).map(|place| place.client.clone()).collect();
    let mut versions: Vec<(Side, &str)> =
        session.places.iter().filter(here).map(|place| (place.side, place.facts.version.as_str())).collect();
    versions.sort_by_key(|(side, _)| *side == Side::Release);
    let mut versions: Vec<&str> = versions.into_iter().map(|(_, version)| version).collect();
    versions.dedup();
    if let Ok(writes) = &mut session.writes {
        writes.cross(&nodes, stage, &versions).await;
    }
}

/// Opens the ledger where it is not open yet. What keeps it from that is told by its checks.
async fn open_on_stable(session: &mut RunSession<'_>, stage: Stage) {
    if stage == Stage::Stable && session.writes.is_err() {
        session.writes = open(session, stage).await.map_err(|why| format!("it could not be opened: {why}"));
    }
}

async fn open(session: &RunSession<'_>, stage: Stage) -> Result<Writes, String> {
    let home = session.home.as_ref().ok_or("the gate's accounts could not be made")?;
    let first = session.places.first().ok_or("there is no node")?;
    let accounts = accounts(session, &first.client, home).await;
    let (author, other) = accounts.map_err(|error| error.to_string())?;
    let installed = home.admin.at(&first.client).plugins().await;
    let setup = LedgerSetup {
        admin: home.admin.clone(),
        author,
        other,
        team_id: home.team_id.clone(),
        nonce: session.nonce.to_owned(),
        clustered: session.clustering == Clustering::Clustered,
        patience: CROSSING,
        boards: runs(session, &installed, "focalboard"),
        playbooks: runs(session, &installed, "playbooks"),
        dialogs: dialogs(session, home, &first.client).await,
        foreseen: foreseen(session),
    };
    let limit = Duration::from_secs(session.plan.budgets.check_s);
    Writes::open(setup, &clients(session), stage, limit).await
}

/// Who writes, and who is added to places and taken out: each is used for nothing else.
async fn accounts(
    session: &RunSession<'_>,
    node: &Client,
    home: &Home,
) -> Result<(LedgerAccount, LedgerAccount), ApiError> {
    let secret = session.password.expose_secret();
    let account = async |name: String| {
        let (user, client) = member(node, &home.admin, &name, secret).await?;
        home.admin.add_to_team(&home.team_id, &user.id).await?;
        Ok(LedgerAccount { client, id: user.id })
    };
    let (author, other) = (format!("writes-{}", session.nonce), format!("written-{}", session.nonce));
    let (author, other) = tokio::join!(account(author), account(other));
    Ok((author?, other?))
}

/// Whether stable runs a product; else why not.
fn runs(
    session: &RunSession<'_>,
    installed: &Result<Installed, ApiError>,
    product: &str,
) -> Result<(), String> {
    let found = match installed {
        Ok(installed) => installed.find(product),
        Err(error) => return Err(format!("the plugins are not known: {}", error.explained())),
    };
    match (found, session.brought.left.get(product)) {
        (Some((_, true)), _) => Ok(()),
        (None, Some(left)) => Err(format!("{product} could not be installed ({left})")),
        (Some((_, false)), _) => Err(format!("the plugin {product} is installed but does not run on stable")),
        (None, None) => Err(format!("the plugin {product} is not installed on stable")),
    }
}

/// Where servers may call the gate for dialogs; else why not.
async fn dialogs(session: &RunSession<'_>, home: &Home, node: &Client) -> Result<Arc<HttpSink>, String> {
    let program = Arc::clone(&session.sinks.as_ref().map_err(String::clone)?.http);
    let config = home.admin.at(node).config().await;
    let config = config.map_err(|error| format!("the configuration is not known: {}", error.explained()))?;
    match may_not_call(&config["ServiceSettings"], program.address().ip()) {
        None => Ok(program),
        Some(reason) => Err(reason),
    }
}

/// What the versions of this run refuse each other as Mattermost announced.
fn foreseen(session: &RunSession<'_>) -> Vec<ForeseenRefusal> {
    let (stable, release) = scene::pair(session);
    let applying = Applying::between(&stable, &release, &Ground::default());
    let told = applying.refusals("dialog-trigger").map(|(error, change)| ForeseenRefusal {
        kind: "dialog".to_owned(),
        error: error.to_owned(),
        what: change.what.clone(),
        source: change.source.clone(),
    });
    told.collect()
}

fn clients(session: &RunSession<'_>) -> Vec<Client> {
    session.places.iter().map(|place| place.client.clone()).collect()
}

fn releases(session: &RunSession<'_>) -> ReleasePair {
    let (stable, release) = scene::pair(session);
    ReleasePair { stable: stable.to_string(), release: release.to_string() }
}

/// Looks for everything, and judges what was seen then and before. Where `rest`, the steps after it, do not look again, nothing is
/// written any more.
pub(super) async fn verify(session: &mut RunSession<'_>, stage: Stage, checks: &[String], rest: &[PlanStep]) {
    let planned = |id: &str| catalogue::find(id).filter(|_| checks.iter().any(|check| check == id));
    let (ledger, matrix) = (planned(WRITE_LEDGER), planned(WRITE_MATRIX));
    for check in ledger.iter().chain(&matrix) {
        session.events.send(EventKind::CheckStarted { stage, check: check.id.to_owned() });
    }
    let began = Instant::now();
    let results = match &session.writes {
        Ok(writes) => looked_for(session, writes, stage, ledger, matrix).await,
        Err(why) => {
            let none = |check: &Check| {
                catalogue::not_measured(check, stage, &format!("the ledger of writes: {why}"))
            };
            ledger.into_iter().chain(matrix).map(none).collect()
        }
    };
    if !rest.iter().any(|step| matches!(step, PlanStep::Verify { .. })) {
        session.writes = Err("it is closed".to_owned());
    }
    for mut result in results {
        result.took_ms = millis(began);
        session.events.send(EventKind::CheckFinished(scene::waived(session, result)));
    }
}

async fn looked_for(
    session: &RunSession<'_>,
    writes: &Writes,
    stage: Stage,
    ledger: Option<&Check>,
    matrix: Option<&Check>,
) -> Vec<CheckResult> {
    let releases = releases(session);
    let verified = match ledger {
        Some(_) => Some(writes.verify(&clients(session), stage).await),
        None => None,
    };
    let seen = verified.as_ref().and_then(|verified| verified.as_ref().ok());
    let summary = writes.summary(seen, &releases);
    let mut results = Vec::new();
    match (ledger, &verified) {
        (Some(check), Some(Ok(seen))) => {
            results.push(judged_ledger::judged(check, stage, seen, &summary.totals, &releases));
        }
        (Some(check), Some(Err(why))) => {
            let why = format!("every acknowledged write was looked for on every node: {why}");
            results.push(catalogue::not_measured(check, stage, &why));
        }
        _ => {}
    }
    results.extend(
        matrix.map(|check| {
            judged_matrix::judged(check, stage, &writes.crossed, &writes.not_crossed, &releases)
        }),
    );
    session.events.send(EventKind::Written(Box::new(summary)));
    results
}

/// The run cannot go on: what was written until now is told all the same, and what was on its way is in it.
pub(super) async fn break_off(session: &mut RunSession<'_>) {
    if let Ok(writes) = &mut session.writes {
        writes.rest().await;
    }
    cut_off(session);
    session.writes = Err("the run broke off".to_owned());
}

/// The run is cut off where it is: by a signal, by its time, by a bug. What was written until then is told.
pub(super) fn cut_off(session: &RunSession<'_>) {
    if let Ok(writes) = &session.writes {
        session.events.send(EventKind::Written(Box::new(writes.summary(None, &releases(session)))));
    }
}

impl RunSession<'_> {
    /// A node goes: nothing new is written through it.
    pub(super) fn leaves(&self, node: &str) {
        if let Ok(writes) = &self.writes {
            writes.without(node);
        }
    }

    /// A node is in traffic.
    pub(super) fn joins(&self, node: &Client) {
        if let Ok(writes) = &self.writes {
            writes.with(node);
        }
    }
}
