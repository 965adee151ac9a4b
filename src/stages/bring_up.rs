//! From nothing to every node on stable, sane and in the balancer.

use std::time::Duration;

use futures_util::future::try_join_all;
use secrecy::SecretString;
use tokio::time::Instant;

use super::blame::{blame, broken};
use super::clustering::clustering;
use super::session::Session;
use super::{front, home, products, settings, suite};
use crate::checks::{InstalledPlugins, RunningNode, Side};
use crate::cluster::Images;
use crate::event::{Blame, Breakage, EventKind};
use crate::mattermost::{ApiError, Client, User};
use crate::policy::Needs;
use crate::sinks::Sinks;

/// Brings the cluster up. The first node migrates the empty database, makes the accounts and takes the plugins that are
/// brought; the others start at once, after the plugins where there are any.
pub(super) async fn bring_up(
    session: &mut Session<'_>,
    nonce: &str,
    password: &SecretString,
) -> Result<(), Breakage> {
    let plan = session.plan;
    let needs = Needs::of(&plan.stable.version, &plan.release.version);
    let images = Images {
        stable: &plan.stable.image,
        release: &plan.release.image,
        // A suite whose image is missing should be known before the upgrade, not after it.
        suite: suite::planned(plan).and_then(|suite| suite.image.as_deref()),
        needs: &needs,
    };
    session.cluster.prepare(&images).await.map_err(|error| broken(Blame::Environment, error))?;
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
    // Nobody gets traffic before its sanity passed; nodes of an attached cluster have theirs.
    if !session.cluster.is_attached() {
        try_join_all(plan.order.iter().map(|node| session.cluster.drain(node, Duration::ZERO)))
            .await
            .map_err(|error| broken(Blame::Environment, error))?;
    }
    let Some((first, others)) = plan.order.split_first() else {
        return Err(nobody());
    };
    let began = Instant::now();
    let client = session.start(first, Side::Stable, &[]).await?;
    let (ready, image) =
        tokio::join!(session.wait(&client, Side::Stable), session.image(Side::Stable, Some(first)));
    ready?;
    let to_bring = products::to_bring(session.plan, image.as_deref().ok());
    let start_others = || try_join_all(others.iter().map(|node| into_traffic(session, node, None)));
    let first_in = into_traffic(session, first, Some((client.clone(), began)));
    let make_home = async {
        let site = session.cluster.site_admin();
        let admin = home::admin(&client, site, nonce, password);
        let admin = made(session, &client, admin.await).await?;
        if !admin.user.roles.split(' ').any(|role| role == "system_admin") {
            return Err(no_admin(&client, &admin.user, session.cluster.is_attached()));
        }
        let rest = async {
            let home = home::make(&client, site, admin.clone(), nonce, password);
            made(session, &client, home.await).await
        };
        // A node installs what the file store has when it starts, and without clustering only then: what is brought
        // must be there before the other nodes start.
        let bring = async {
            if to_bring.is_empty() {
                return Ok((InstalledPlugins::default(), Vec::new()));
            }
            let brought = products::bring(session, first, &admin.client, &to_bring).await?;
            Ok((brought, start_others().await?))
        };
        tokio::try_join!(rest, bring)
    };
    let early = async { if to_bring.is_empty() { start_others().await } else { Ok(Vec::new()) } };
    let ((home, (brought, late)), first, early) = tokio::try_join!(make_home, first_in, early)?;
    let others = early.into_iter().chain(late);
    session.brought = brought;
    session.places = std::iter::once(first).chain(others).collect();
    front::leads_to_the_nodes(session).await?;
    session.clustering = clustering(session, &home).await?;
    // Only now, when every node is up: one that starts at this moment might read the settings just before they change.
    session.mail = settings::send_mail_to_the_gate(session, &home).await;
    session.home = Some(home);
    session.events.send(EventKind::ClusterKnown { clustering: session.clustering.clone() });
    Ok(())
}

fn nobody() -> Breakage {
    Breakage {
        blame: Blame::Environment,
        part: "nodes".into(),
        message: "the cluster has no node".into(),
        remedy: "Give at least one service the label upgrade-gate.role: node.".into(),
        log_tail: Vec::new(),
    }
}

/// Where the first account becomes the admin, what an earlier run left is in the way.
const NOT_EMPTY: &str = "The run needs an empty database, whose first account becomes the admin: give the database's service a \
     volume that the run makes, or remove what an earlier run left in its folder.";

fn no_admin(node: &Client, user: &User, attached: bool) -> Breakage {
    let (why, remedy) = if attached {
        ("", "Give admin-username and admin-password, or admin-token, of a system admin.")
    } else {
        (", because the database was not empty", NOT_EMPTY)
    };
    Breakage {
        blame: Blame::Environment,
        part: node.node().to_owned(),
        message: format!("the account {} is no system admin{why}", user.username),
        remedy: remedy.into(),
        log_tail: Vec::new(),
    }
}

/// What the gate makes for itself on stable, or why the run cannot go on.
async fn made<T>(session: &Session<'_>, node: &Client, result: Result<T, ApiError>) -> Result<T, Breakage> {
    match result {
        Ok(made) => Ok(made),
        Err(error) => Err(Breakage {
            blame: Blame::Environment,
            part: node.node().to_owned(),
            message: format!("making the gate's accounts and team on stable failed: {error}"),
            remedy: remedy(&error, session.cluster.is_attached()),
            log_tail: session.cluster.complaints(node.node()).await,
        }),
    }
}

/// What to do when the gate cannot have its accounts.
fn remedy(error: &ApiError, attached: bool) -> String {
    // Nobody but the first may sign up there: opening sign-up alone would not make the gate's account the admin.
    let not_empty = !attached && error.id() == "api.user.create_user.no_open_server";
    match error.setting() {
        Some(setting) if not_empty => format!("{NOT_EMPTY} The server says no because {setting}."),
        Some(setting) => format!("On the nodes: {setting}."),
        None if attached => {
            "Check the admin's name and password or token, and that users may be made and log in by name and \
             password."
                .into()
        }
        None => {
            "The database must be empty, and users must be able to sign up and log in by name and password."
                .into()
        }
    }
}

/// Starts a node unless it answers already, looks at it, and lets the balancer have it.
async fn into_traffic(
    session: &Session<'_>,
    node: &str,
    answering: Option<(Client, Instant)>,
) -> Result<RunningNode, Breakage> {
    let (client, began) = match answering {
        Some(known) => known,
        None => {
            let began = Instant::now();
            let client = session.start(node, Side::Stable, &[]).await?;
            session.wait(&client, Side::Stable).await?;
            (client, began)
        }
    };
    let facts = session.sane(&client, Side::Stable).await?;
    let patience = Duration::from_secs(session.plan.budgets.ready_s);
    let undrained = session.cluster.undrain(node, patience).await;
    undrained.map_err(|error| broken(blame(Side::Stable), error))?;
    session.announce(node, &facts, began);
    Ok(RunningNode { name: node.to_owned(), side: Side::Stable, facts, client })
}
