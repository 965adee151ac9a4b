//! What users would feel, from stable's checks to those of the release: begun, told what the run does, and judged.
//!
//! ```text
//! Step::Watch ──► Watch (asks all the while) ◄── doing, moved, turn_to: what the run does
//!                   │ each second: Watching (console)
//! Step::Judge ──►   └──► Observation ──► Watched (record) ──► CheckResult `availability`
//! ```
//! A watch that could not begin, or ended early with the run, leaves its check not measured or never run: nothing is green that
//! was not seen.

use std::sync::{Arc, Weak};
use std::time::Duration;

use availability::{Activity, Chapter, Deed, Motion, Pulse};
use secrecy::ExposeSecret as _;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use watch::{Login, Rates, Setup, Watch};

use super::session::Session;
use super::{harm, scene};
use crate::checks::catalogue;
use crate::clock::millis;
use crate::event::{Clustering, EventKind, Events};
use crate::mattermost::{ApiError, Client};
use crate::outcome::Stage;
use crate::plan::Step;

/// A watch that goes on, and the account that it asks as.
#[derive(Debug)]
pub(super) struct Watching {
    watch: Arc<Watch>,
    account: Client,
    pulse: JoinHandle<()>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.pulse.abort();
    }
}

/// How often the console is told.
const PULSE: Duration = Duration::from_secs(1);

/// Begins to watch. What keeps it from that is told by the check.
pub(super) async fn begin(session: &mut Session<'_>) {
    session.watching = start(session).await.map_err(|why| format!("the watch could not begin: {why}"));
}

async fn start(session: &Session<'_>) -> Result<Watching, String> {
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
    let watch = Arc::new(Watch::start(setup).await.map_err(|error| format!("{error:#}"))?);
    let pulse = tokio::spawn(tell(Arc::downgrade(&watch), session.events.clone()));
    Ok(Watching { watch, account, pulse })
}

/// An account that asks, and one that logs in: each is used for nothing else.
async fn accounts(
    session: &Session<'_>,
    node: &Client,
    admin: &Client,
    team: &str,
) -> Result<(Client, Login), ApiError> {
    let (asks, logs_in) = (format!("watch-{}", session.nonce), format!("login-{}", session.nonce));
    let secret = session.password.expose_secret();
    let asking = async {
        let user = admin.create_user(&asks, secret).await?;
        admin.add_to_team(team, &user.id).await?;
        node.login(&asks, secret).await
    };
    let (asking, logging_in) = tokio::join!(asking, admin.create_user(&logs_in, secret));
    logging_in?;
    Ok((asking?.client, Login { name: logs_in, password: secret.to_owned() }))
}

/// Tells how it goes, as long as it goes.
async fn tell(watch: Weak<Watch>, events: Events) {
    let mut seconds = tokio::time::interval(PULSE);
    loop {
        seconds.tick().await;
        let Some(Pulse { requests_per_s, failed, worst_gap, .. }) =
            watch.upgrade().map(|watch| watch.pulse())
        else {
            return;
        };
        let worst_gap_ms = worst_gap.map_or(0, |gap| gap.stretch.length_ms);
        events.send(EventKind::Watching { requests_per_s, failed, worst_gap_ms });
    }
}

/// The run cannot go on: what was seen until now is told all the same.
pub(super) async fn break_off(session: &mut Session<'_>) {
    let watching = std::mem::replace(&mut session.watching, Err("the run broke off".into()));
    if let Ok(watching) = watching
        && let Ok(watch) = watching.into_watch().await
    {
        session.events.send(EventKind::Watched(Box::new(watch.finish().await)));
    }
}

/// Watches no more and judges what was seen.
pub(super) async fn end(session: &mut Session<'_>, stage: Stage, check: &str, drained: bool) {
    let Some(check) = catalogue::find(check) else { return };
    session.events.send(EventKind::CheckStarted { stage, check: check.id.to_owned() });
    let began = Instant::now();
    let watching = std::mem::replace(&mut session.watching, Err("it has ended".into()));
    let watch = match watching {
        Ok(watching) => watching.into_watch().await,
        Err(why) => Err(why),
    };
    let mut result = match watch {
        Ok(watch) => {
            let seen = watch.finish().await;
            let result = harm::judged(check, stage, &seen, &session.plan.allowed_harm, drained);
            session.events.send(EventKind::Watched(Box::new(seen)));
            result
        }
        Err(why) => catalogue::not_measured(check, stage, &why),
    };
    result.took_ms = millis(began);
    session.events.send(EventKind::CheckFinished(scene::waived(session, result)));
}

impl Watching {
    async fn into_watch(mut self) -> Result<Watch, String> {
        self.pulse.abort();
        // The task that tells holds it for a moment now and then: once it is over, nobody else does.
        let _ = (&mut self.pulse).await;
        let watch = Arc::clone(&self.watch);
        drop(self);
        Arc::try_unwrap(watch).map_err(|_| "the watch was still being asked how it goes".to_owned())
    }
}

impl Session<'_> {
    /// What is done to a node from now on.
    pub(super) fn doing(&self, node: &str, what: Deed) {
        if let Ok(watching) = &self.watching {
            watching.watch.mark(Activity { node: node.to_owned(), what });
        }
    }

    /// A node is there from now on.
    pub(super) fn moved(&self, node: &str, client: &Client) {
        if let Ok(watching) = &self.watching
            && let Err(error) = watching.watch.node(node, &watching.account.at(client))
        {
            self.warn_once(format!("{node} is no longer watched by itself: {error:#}"));
        }
    }

    /// A step begins; `rest` are the steps from it on.
    pub(super) fn turn_to(&self, step: &Step, rest: &[Step]) {
        let Ok(watching) = &self.watching else { return };
        let motion = match step {
            Step::Check { .. } | Step::Judge { .. } => Motion::Rest,
            Step::Restart { .. } => Motion::NullRoll,
            Step::Replace { .. } | Step::StopAll { .. } => Motion::Roll,
            _ => return,
        };
        let stage = rest.iter().find_map(|step| match step {
            Step::Check { stage, .. } | Step::Judge { stage, .. } | Step::Restart { stage, .. } => {
                Some(*stage)
            }
            _ => None,
        });
        let Chapter { stage, motion } =
            Chapter { stage: stage.map_or_else(String::new, |stage| stage.to_string()), motion };
        watching.watch.stage(&stage, motion);
    }
}
