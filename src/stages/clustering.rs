//! Whether the servers form a cluster: what they show, not what a licence says.
//!
//! Clustered is a set of nodes whose `ClusterSettings.Enable` is on and that all list each other. A licence alone forms
//! nothing, and a server that forms a cluster does so whatever its licence is called. Who gives the input `license` asks for
//! a cluster: if none forms, the run ends there, because its result would be about something else.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::session::Session;
use crate::checks::Home;
use crate::event::{Blame, Breakage, Clustering};
use crate::mattermost::Config;
use crate::trouble::Trouble;
use crate::wait;

/// How long members may take to find each other; a real cluster of three took less than a second.
const CENSUS: Duration = Duration::from_secs(20);
/// How many lines about the licence are shown of a log.
const LINES: usize = 10;

/// What kind of cluster the nodes form.
///
/// # Errors
/// The [`Breakage`] of a licence that was given and of which no cluster came.
pub(super) async fn clustering(session: &Session<'_>, home: &Home) -> Result<Clustering, Breakage> {
    let Some(first) = session.places.first() else {
        return Ok(Clustering::SharedDatabase { reason: "no node is up".into() });
    };
    let admin = home.admin.at(&first.client);
    let (licence, config) = tokio::join!(admin.client_license(), admin.config());
    let licence = licence.unwrap_or_default();
    let on = config.map_or(true, |config| config["ClusterSettings"]["Enable"] == true);
    let found = if on { census(session, home).await } else { Err(switched_off(&licence)) };
    match found {
        Ok(()) => Ok(Clustering::Clustered),
        Err(reason) if session.plan.licensed => Err(refused(session, &first.name, &licence, &reason).await),
        Err(reason) => Ok(Clustering::SharedDatabase { reason }),
    }
}

/// Every node lists every node; else why there is no cluster.
///
/// Nodes that list some but not all of them are a cluster with a fault: to call them anything else would make what does not
/// cross a thing that need not. The check `topology` names who is missing.
async fn census(session: &Session<'_>, home: &Home) -> Result<(), String> {
    let nodes = session.places.len();
    let lists = async || {
        let asked = session.places.iter().map(|place| {
            let admin = home.admin.at(&place.client);
            async move { admin.cluster_status().await.map(|peers| peers.len()) }
        });
        join_all(asked).await
    };
    let complete = wait::until_ok(Instant::now() + CENSUS, || async {
        let lists = lists().await;
        if lists.iter().all(|list| matches!(list, Ok(members) if *members == nodes)) {
            return Ok(Ok(()));
        }
        // Where nobody lists anybody, nothing is on its way.
        if lists.iter().all(|list| !matches!(list, Ok(1..))) {
            let why = lists.into_iter().find_map(Result::err).map_or_else(
                || {
                    "ClusterSettings.Enable is on, and no node lists any member: the servers cannot cluster"
                        .to_owned()
                },
                |error| format!("the cluster's members can't be read: {error}"),
            );
            return Ok(Err(why));
        }
        Err(())
    })
    .await;
    complete.unwrap_or(Ok(()))
}

/// Why nobody clusters where the setting is off: the licence is the reason that can be mended first.
fn switched_off(licence: &Config) -> String {
    let says = |key: &str| licence.get(key).is_some_and(|value| value == "true");
    match (says("IsLicensed"), says("Cluster")) {
        (false, _) => "the servers have no licence",
        (true, false) => "the servers' licence has no clustering",
        (true, true) => "the licence has clustering, but ClusterSettings.Enable is off",
    }
    .to_owned()
}

async fn refused(session: &Session<'_>, node: &str, licence: &Config, reason: &str) -> Breakage {
    let licensed = licence.get("IsLicensed").is_some_and(|value| value == "true");
    let (what, remedy) = if licensed {
        (
            "was taken, and no cluster came of it",
            "Give a licence with clustering, and ClusterSettings.Enable on every node; or leave the input license out: then the run is about a shared database.",
        )
    } else {
        (
            "was not taken by the servers",
            "A licence of Mattermost's own for tests wants the variable SERVICE_ENVIRONMENT=test (input variables); else check its text and its dates. Without the input license the run is about a shared database.",
        )
    };
    // The server says it in one line at its start, long before the last lines.
    let log = session.cluster.nodes().log(node, None).await;
    let about = log.into_iter().filter(|line| line.to_ascii_lowercase().contains("license"));
    let message = format!("the licence that was given {what}: {reason}");
    let trouble = Trouble::new(node, message, remedy).with_log(about.take(LINES).collect());
    Breakage { blame: Blame::Environment, trouble }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_can_be_mended_first() {
        let of = |pairs: &[(&str, &str)]| {
            let licence = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            switched_off(&licence)
        };
        assert_eq!(of(&[]), "the servers have no licence");
        assert_eq!(of(&[("IsLicensed", "true")]), "the servers' licence has no clustering");
        let whole = of(&[("IsLicensed", "true"), ("Cluster", "true")]);
        assert_eq!(whole, "the licence has clustering, but ClusterSettings.Enable is off");
    }
}
