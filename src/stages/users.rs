//! What users would feel, from stable's checks to those of the release: begun, told what the run does, and judged.
//!
//! ```text
//! PlanStep::Watch ──► Watching (asks all the while) ◄── doing, moved, turn_to: what the run does
//!                       │ each second: Watching (console)
//! PlanStep::Judge ──►   └──► Observation ──► Watched (record) ──► CheckResult `availability`
//! ```
//! A watch that could not begin, or ended early with the run, leaves its check not measured or never run: nothing is green that
//! was not seen.

use availability::Deed;
use secrecy::ExposeSecret as _;
use tokio::time::Instant;
use watch::{Rates, Setup, WatchLogin};

use super::accounts::member;
use super::session::RunSession;
use super::watching::Watching;
use super::{harm, scene};
use crate::checks::catalogue;
use crate::clock::millis;
use crate::event::{Clustering, EventKind};
use crate::mattermost::{ApiError, Client};
use crate::outcome::Stage;
use crate::plan::PlanStep;

/// Begins to watch. What keeps it from that is told by the check.
pub(super) async fn begin(session: &mut RunSession<'_>) {
    session.watching = start(session).await.map_err(|why| format!("the watch could not begin: {why}"));
}

async fn start(session: &RunSession<'_>) -> Result<Watching, String> {
    let home = session.home.as_ref().ok_or("the gate's accounts could not be made")?;
    let first = session.places.first().ok_or("there is no node")?;
    let accounts = accounts(session, &first.client, &home.admin, &home.team_id).await;
    let (account, login) = accounts.map_err(|error| error.to_string())?;
    let setup = Setup {
        balancer: scene::balancer(session).await.ok().map(|balancer| account.at(&balancer)),
        nodes: session.places.iter().map(|node| (node.name.clone(), account.at(&node.client))).collect(),
        team: home.team_id.clone(),
        channel: format!("watch-{}", session.nonce),
        login: Some(login),
        clustered: session.clustering == Clustering::Clustered,
        rates: Rates::default(),
    };
    Watching::start(setup, account, session.events).await
}

/// An account that asks, and one that logs in: each is used for nothing else.
async fn accounts(
    session: &RunSession<'_>,
    node: &Client,
    admin: &Client,
    team: &str,
) -> Result<(Client, WatchLogin), ApiError> {
    let (asks, logs_in) = (format!("watch-{}", session.nonce), format!("login-{}", session.nonce));
    let secret = session.password.expose_secret();
    let asking = async {
        let (user, client) = member(node, admin, &asks, secret).await?;
        admin.add_to_team(team, &user.id).await?;
        Ok(client)
    };
    let (asking, logging_in) = tokio::join!(asking, admin.create_user(&logs_in, secret));
    logging_in?;
    Ok((asking?, WatchLogin { name: logs_in, password: secret.to_owned() }))
}

/// The run cannot go on: what was seen until now is told all the same.
pub(super) async fn break_off(session: &mut RunSession<'_>) {
    if let Ok(watching) = &session.watching {
        session.events.send(EventKind::Watched(Box::new(watching.finish().await)));
        session.watching = Err("the run broke off".to_owned());
    }
}

/// Watches no more and judges what was seen.
pub(super) async fn end(session: &mut RunSession<'_>, stage: Stage, check: &str, drained: bool) {
    let Some(check) = catalogue::find(check) else { return };
    session.events.send(EventKind::CheckStarted { stage, check: check.id.to_owned() });
    let began = Instant::now();
    let mut result = match &session.watching {
        Ok(watching) => {
            let seen = watching.finish().await;
            let result = harm::judged(check, stage, &seen, &session.plan.allowed_harm, drained);
            session.events.send(EventKind::Watched(Box::new(seen)));
            result
        }
        Err(why) => catalogue::not_measured(check, stage, why),
    };
    session.watching = Err("it has ended".to_owned());
    result.took_ms = millis(began);
    session.events.send(EventKind::CheckFinished(scene::waived(session, result)));
}

/// The run is cut off where it is: by a signal, by its time, by a bug. What was seen until then is told.
pub(super) fn cut_off(session: &RunSession<'_>) {
    if let Ok(watching) = &session.watching {
        session.events.send(EventKind::Watched(Box::new(watching.so_far())));
    }
}

impl RunSession<'_> {
    /// What is done to a node from now on.
    pub(super) fn doing(&self, node: &str, what: Deed) {
        if let Ok(watching) = &self.watching {
            watching.doing(node, what);
        }
    }

    /// How many connections through the balancer are known to stay on a node: those of the watch's own websocket.
    pub(super) fn lasting(&self, node: &str) -> usize {
        self.watching.as_ref().map_or(0, |watching| watching.held_on(node))
    }

    /// A node is there from now on.
    pub(super) fn moved(&self, node: &str, client: &Client) {
        if let Ok(watching) = &self.watching
            && let Err(sentence) = watching.moved(node, client)
        {
            self.warn_once(sentence);
        }
    }

    /// A step begins; `rest` are the steps from it on.
    pub(super) fn turn_to(&self, step: &PlanStep, rest: &[PlanStep]) {
        if let Ok(watching) = &self.watching {
            watching.turn_to(step, rest);
        }
    }
}
