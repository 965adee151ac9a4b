//! The whole run: the plan's steps, one after the other.

use std::sync::Arc;

use super::blame::explained;
use super::frame::Frames;
use super::session::{RunGivens, RunSession};
use super::{
    accounts, connect, history, ledger, migrate, node, prepare, products, restarts, rollback, scene,
    site_copy, stage, suite, usage_watch, users, versions,
};
use crate::checks::{GROWTH, LIVES, Side, sanity};
use crate::cluster::Cluster;
use crate::cluster::evidence::EvidenceFolder;
use crate::event::{Breakage, EventKind, Events};
use crate::mattermost::Http;
use crate::plan::{Plan, PlanStep};

/// Runs the plan on a cluster. What was found is in the events; what ended the run early is returned.
///
/// `shelf` takes what the user's suite prints.
///
/// # Errors
/// The [`Breakage`] after which the run could not go on.
pub(crate) async fn run(
    plan: &Plan,
    cluster: &Cluster,
    http: &Http,
    events: &Events,
    given: RunGivens<'_>,
    shelf: &EvidenceFolder,
) -> Result<(), Breakage> {
    let settled = versions::settled(plan, cluster, events).await?;
    let plan = settled.as_ref().unwrap_or(plan);
    let mut session = RunSession::new(plan, cluster, http, events, shelf, given);
    let ended = if plan.has_check(GROWTH) {
        let lives = Arc::default();
        LIVES.set(&session.carried, GROWTH, Arc::clone(&lives));
        usage_watch::meanwhile(cluster, &plan.order, &lives, Box::pin(all(&mut session))).await
    } else {
        Box::pin(all(&mut session)).await
    };
    if ended.is_err() {
        users::break_off(&mut session).await;
        ledger::break_off(&mut session).await;
    }
    ended.map_err(|breakage| explained(breakage, &scene::pair(&session)))
}

/// A session that ends as it should has told all of it before, and then nothing is left to tell.
impl Drop for RunSession<'_> {
    fn drop(&mut self) {
        users::cut_off(self);
        ledger::cut_off(self);
    }
}

/// Tells that a step begins.
pub(crate) fn begins(step: &PlanStep, events: &Events) {
    events.send(EventKind::StepStarted { step: step.words() });
}

async fn all(session: &mut RunSession<'_>) -> Result<(), Breakage> {
    let (plan, events) = (session.plan, session.events);
    let mut frames = Frames::new(events);
    // What belongs to the end is done however the others ended, and that is the caller's.
    for (index, step) in plan.steps.iter().enumerate().take_while(|(_, step)| !step.is_of_the_end()) {
        frames.enter(step);
        begins(step, events);
        session.turn_to(step, &plan.steps[index..]);
        ledger::turn_to(session, step, &plan.steps[index..]).await;
        // A step is a deep nest of futures: on the heap it costs those above it nothing.
        let done = Box::pin(one(session, step, &plan.steps[index + 1..])).await;
        if let Err(breakage) = done {
            frames.broken();
            report_sanity_failure(session, &plan.steps[index..]);
            return Err(breakage);
        }
    }
    frames.end();
    let pair = scene::pair(session);
    for sentence in session.ledger.unused((&pair.0, &pair.1), |check| plan.has_check(check)) {
        session.warn_once(sentence);
    }
    Ok(())
}

/// What is said is what is done: a new kind of step does not compile without its arm. `rest` are the steps after it.
async fn one(session: &mut RunSession<'_>, step: &PlanStep, rest: &[PlanStep]) -> Result<(), Breakage> {
    match step {
        PlanStep::Prepare { .. } => prepare::prepare(session).await,
        // Its files and archives would make the future of each step as large.
        PlanStep::Restore { .. } => Box::pin(site_copy::restore(session)).await,
        PlanStep::Find { nodes, side } => prepare::find(session, nodes, *side).await,
        PlanStep::Visit { node, stage, .. } => history::visit(session, node, *stage).await,
        PlanStep::Leave { node } => history::leave(session, node).await,
        PlanStep::Start { nodes, side, .. } => node::start(session, nodes, *side).await,
        PlanStep::MakeAccounts => accounts::make(session).await,
        PlanStep::InstallPlugins { products, .. } => products::install(session, products).await,
        PlanStep::UpgradePlugins { stage, check, .. } => {
            stage::before_the_others(session, *stage, check).await;
            Ok(())
        }
        PlanStep::Connect { .. } => connect::connect(session).await,
        PlanStep::Check { stage, checks } => {
            stage::check(session, *stage, checks).await;
            Ok(())
        }
        PlanStep::Watch { .. } => {
            users::begin(session).await;
            Ok(())
        }
        PlanStep::Write { stage } => {
            ledger::write(session, *stage).await;
            Ok(())
        }
        PlanStep::Cross { stage } => {
            ledger::cross(session, *stage).await;
            Ok(())
        }
        PlanStep::Verify { stage, checks } => {
            ledger::verify(session, *stage, checks, rest).await;
            Ok(())
        }
        PlanStep::Judge { stage, check, drained } => {
            users::end(session, *stage, check, *drained).await;
            Ok(())
        }
        PlanStep::Restart { stage, check, environment } => {
            restarts::run(session, *stage, check, environment).await
        }
        PlanStep::Control { nodes, .. } => restarts::control(session, nodes).await,
        PlanStep::Skip { stage, checks, reason } => {
            stage::skip(session, *stage, checks, reason);
            Ok(())
        }
        PlanStep::Suite { stage, .. } => {
            suite::run(session, *stage).await;
            Ok(())
        }
        PlanStep::Migrate { like, .. } => migrate::beside(session, like).await,
        PlanStep::Replace { node, side: Side::Release, .. } => {
            node::replace(session, node, Side::Release, &[]).await
        }
        PlanStep::Replace { node, side: Side::Stable, .. } => rollback::back(session, node, rest).await,
        PlanStep::StopAll { nodes, .. } => node::stop_all(session, nodes).await,
        PlanStep::Report | PlanStep::TearDown | PlanStep::Keep | PlanStep::CleanUp => Ok(()),
    }
}

/// When a node was not sane, the checks that come after it never begin: what the sanity saw is told in their place.
fn report_sanity_failure(session: &RunSession<'_>, rest: &[PlanStep]) {
    let next = rest.iter().find_map(|step| match step {
        PlanStep::Check { stage, checks } => Some((*stage, checks)),
        _ => None,
    });
    if let Some((stage, checks)) = next
        && let Some(result) = sanity::result(&session.carried, stage)
        && checks.contains(&result.check)
    {
        session.events.send(EventKind::CheckFinished(result));
    }
}
