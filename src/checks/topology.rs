//! `topology`: so many different nodes, one database, one file store in S3, a balancer in front, one cluster.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::backends;
use super::check::{Check, Need, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::{Absent, Place};

pub(super) const CHECK: Check = Check {
    id: "topology",
    title: "all nodes are up, distinct, on one database and an S3 store, behind a balancer, and see each other",
    lines: &["S1.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Balancer, Need::Bucket],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    let mut hosts: Vec<(String, Option<String>)> = Vec::new();
    for place in cx.places {
        let name = format!("{}: database, file store and websocket answer", place.name);
        match cx.step(name, parts(cx, place)).await {
            Ok(host) => hosts.push((place.name.clone(), host)),
            Err(halt) => halted = Err(halt),
        }
    }
    halted = halted.and(cx.judge("the nodes are distinct", distinct(&hosts)));
    halted = halted.and(cx.step("files go to S3", drives_s3(cx)).await);
    halted = halted.and(cx.step("the bucket answers", bucket_answers(cx)).await);
    halted = halted.and(cx.step("the balancer answers", balancer_answers(cx)).await);
    halted = halted.and(backends::compared(cx).await);
    if cx.clustered() {
        for place in cx.places {
            let name = format!("{} sees all nodes in the cluster", place.name);
            halted = halted.and(cx.step(name, sees_all(cx, place)).await);
        }
    } else {
        cx.not_applicable("each node sees all nodes in the cluster", cx.why_not_clustered());
    }
    halted
}

/// Deep ping and a websocket; returns the host name that the hello tells (10.4 and later).
async fn parts(cx: &Context<'_>, place: &Place) -> Result<Option<String>, Stop> {
    let told = place.anyone.ping_deep().await.expecting("an answer to the deep ping")?;
    for part in ["database_status", "filestore_status"] {
        let status = told.get(part).map_or("missing", String::as_str);
        if status != "OK" {
            return Err(Stop::failed_at(&place.name, format!("{part} OK"), format!("{part} {status}")));
        }
    }
    Ok(cx.socket(&cx.home.admin, place).await?.server_hostname)
}

/// Two names for one server would make every cross-node check a same-node one.
fn distinct(hosts: &[(String, Option<String>)]) -> Result<(), Stop> {
    let named: Vec<_> = hosts.iter().filter_map(|(node, host)| Some((node, host.as_ref()?))).collect();
    let different: BTreeSet<_> = named.iter().map(|(_, host)| host).collect();
    if different.len() == named.len() {
        Ok(())
    } else {
        Err(Stop::failed("a host name of its own for every node", format!("{named:?}")))
    }
}

/// Red where files should be in S3: the project says so, or on stable they were.
async fn drives_s3(cx: &Context<'_>) -> Result<(), Stop> {
    const WERE_THERE: &str = "files were in S3";
    let place = &cx.places[0];
    let config = cx.home.admin.at(&place.anyone).config().await.expecting("the configuration")?;
    let should = !matches!(cx.bucket, Err(Absent::NotApplicable(_))) || cx.carried(WERE_THERE) == Some(true);
    let driver = config["FileSettings"]["DriverName"].as_str().unwrap_or("nothing");
    if driver == "amazons3" {
        cx.carry(WERE_THERE, &true);
    }
    in_s3(&place.name, driver, should)
}

fn in_s3(node: &str, driver: &str, should: bool) -> Result<(), Stop> {
    match (driver, should) {
        ("amazons3", _) => Ok(()),
        (other, true) => Err(Stop::failed_at(node, "FileSettings.DriverName amazons3", other)),
        (other, false) => {
            let reason = format!("files are not kept in S3 (FileSettings.DriverName is {other})");
            Err(Stop::NotApplicable(reason))
        }
    }
}

async fn bucket_answers(cx: &Context<'_>) -> Result<(), Stop> {
    let bucket = cx.bucket.as_ref().map_err(Stop::from)?;
    match bucket.exists().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Stop::failed("the nodes' bucket in the store", "no such bucket")),
        Err(error) => Err(Stop::failed("the store to answer the S3 API", error.to_string())),
    }
}

/// The balancer must reach a server, of one of the two versions.
async fn balancer_answers(cx: &Context<'_>) -> Result<(), Stop> {
    let balancer = cx.balancer.as_ref().map_err(Stop::from)?;
    let ping = balancer.ping().await.expecting("an answer to ping, through the balancer")?;
    let version = ping.version().unwrap_or_default();
    if cx.places.iter().any(|place| place.facts.version == version) {
        Ok(())
    } else {
        let expected = "the version of one of the nodes in X-Version-Id, through the balancer";
        Err(Stop::failed_at(balancer.node(), expected, format!("\"{version}\"")))
    }
}

/// N entries, N ids, the versions that the nodes report, one configuration. A node that was just replaced may linger
/// under its old id for some seconds.
async fn sees_all(cx: &Context<'_>, place: &Place) -> Result<(), Stop> {
    let admin = cx.home.admin.at(&place.anyone);
    // Once one node's list did not settle, the others' lists are read as they are.
    let lingering = if cx.is_late() { Duration::ZERO } else { Duration::from_secs(20) };
    let result = crate::retry::until(Instant::now() + lingering, || async {
        let peers = admin.cluster_status().await.expecting("the cluster's members")?;
        let wrong = |expected: String, got: String| Err(Stop::failed_at(&place.name, expected, got));
        let ids: BTreeSet<_> = peers.iter().map(|peer| &peer.id).collect();
        if peers.len() != cx.places.len() || ids.len() != peers.len() {
            let names: Vec<_> = peers.iter().map(|peer| peer.hostname.as_str()).collect();
            return wrong(format!("{} members", cx.places.len()), format!("{}: {names:?}", peers.len()));
        }
        let mut reported: Vec<&str> = peers.iter().map(|peer| peer.version.as_str()).collect();
        let mut real: Vec<&str> = cx.places.iter().map(|place| place.facts.version.as_str()).collect();
        reported.sort_unstable();
        real.sort_unstable();
        // The text's exact form is the closed code's; the version is its start.
        if reported.iter().zip(&real).any(|(reported, real)| !reported.starts_with(real)) {
            return wrong(format!("versions {real:?}"), format!("{reported:?}"));
        }
        let hashes: BTreeSet<_> = peers.iter().map(|peer| &peer.config_hash).collect();
        let mixed = matches!(cx.stage, crate::outcome::Stage::Mixed(_));
        // Two versions may hash one configuration differently: their defaults differ.
        if hashes.len() > 1 && !mixed {
            return wrong("one configuration hash".into(), format!("{hashes:?}"));
        }
        Ok(())
    })
    .await;
    if result.is_err() {
        cx.was_late();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_disk_is_red_only_where_s3_was_promised() {
        assert!(in_s3("n", "amazons3", true).is_ok() && in_s3("n", "amazons3", false).is_ok());
        assert!(matches!(in_s3("n", "local", true), Err(Stop::Failed(_))));
        assert!(matches!(in_s3("n", "local", false), Err(Stop::NotApplicable(_))));
    }
}
