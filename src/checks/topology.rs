//! `topology`: so many different nodes, one database, one file store in S3, a balancer in front, one cluster.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use super::backends;
use super::prelude::*;
use super::scene::Absent;

pub(super) const CHECK: Check = Check::new(
    "topology",
    "all nodes are up, distinct, on one database and an S3 store, behind a balancer, and see each other",
    &["S1.1"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Balancer, Need::Bucket]);

/// That files were in S3, on any node at any time.
const WERE_IN_S3: Entry<bool> = Entry::new("whether files were in S3");

async fn run(cx: &Context<'_>) {
    let mut hosts: Vec<(String, Option<String>)> = Vec::new();
    for place in cx.places {
        let name = format!("{}: database, file store and websocket answer", place.name);
        if let Ok(host) = cx.step(name, parts(cx, place)).await {
            hosts.push((place.name.clone(), host));
        }
    }
    cx.judge("the nodes are distinct", distinct(&hosts));
    cx.verify("files go to S3", drives_s3(cx)).await;
    cx.verify("the bucket answers", bucket_answers(cx)).await;
    cx.verify("the balancer answers", balancer_answers(cx)).await;
    cx.on_each_at_once(cx.places, "{name}: searches, caches and reads with what stable did", |place| {
        backends::are_as_before(cx, place)
    })
    .await;
    if cx.clustered() {
        cx.on_each_at_once(cx.places, "{name} sees all nodes in the cluster", |place| sees_all(cx, place))
            .await;
    } else {
        cx.not_applicable("each node sees all nodes in the cluster", cx.why_not_clustered());
    }
}

/// Deep ping and a websocket; returns the host name that the hello tells (10.4 and later).
async fn parts(cx: &Context<'_>, place: &Place) -> Result<Option<String>, StepError> {
    let told = place.client.ping_deep().await.expecting("an answer to the deep ping")?;
    for part in ["database_status", "filestore_status"] {
        let status = told.get(part).map_or("missing", String::as_str);
        place.ensure(status == "OK", format!("{part} OK"), format!("{part} {status}"))?;
    }
    Ok(cx.socket(place.admin()).await?.server_hostname)
}

/// Two names for one server would make every cross-node check a same-node one.
fn distinct(hosts: &[(String, Option<String>)]) -> Result<(), StepError> {
    let named: Vec<_> = hosts.iter().filter_map(|(node, host)| Some((node, host.as_ref()?))).collect();
    let different: BTreeSet<_> = named.iter().map(|(_, host)| host).collect();
    if different.len() == named.len() {
        Ok(())
    } else {
        Err(StepError::failed("a host name of its own for every node", format!("{named:?}")))
    }
}

/// Red where files should be in S3: the project says so, or on stable they were.
async fn drives_s3(cx: &Context<'_>) -> Result<(), StepError> {
    let place = &cx.places[0];
    let config = place.admin().config().await.expecting("the configuration")?;
    let should = !matches!(cx.bucket, Err(Absent::NotApplicable(_))) || WERE_IN_S3.kept(cx) == Some(true);
    let driver = config["FileSettings"]["DriverName"].as_str().unwrap_or("nothing");
    if driver == "amazons3" {
        WERE_IN_S3.put_first(cx, true);
    }
    in_s3(&place.name, driver, should)
}

fn in_s3(node: &str, driver: &str, should: bool) -> Result<(), StepError> {
    match (driver, should) {
        ("amazons3", _) => Ok(()),
        (other, true) => Err(StepError::failed_at(node, "FileSettings.DriverName amazons3", other)),
        (other, false) => {
            let reason = format!("files are not kept in S3 (FileSettings.DriverName is {other})");
            Err(StepError::NotApplicable(reason))
        }
    }
}

async fn bucket_answers(cx: &Context<'_>) -> Result<(), StepError> {
    let bucket = cx.bucket.as_ref()?;
    match bucket.exists().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(StepError::failed("the nodes' bucket in the store", "no such bucket")),
        Err(error) => Err(StepError::failed("the store to answer the S3 API", error.to_string())),
    }
}

/// The balancer must reach a server, of one of the two versions.
async fn balancer_answers(cx: &Context<'_>) -> Result<(), StepError> {
    let balancer = cx.balancer.as_ref()?;
    let ping = balancer.ping().await.expecting("an answer to ping, through the balancer")?;
    let version = ping.version().unwrap_or_default();
    if cx.places.iter().any(|place| place.facts.version == version) {
        Ok(())
    } else {
        let expected = "the version of one of the nodes in X-Version-Id, through the balancer";
        Err(StepError::failed_at(balancer.node(), expected, format!("\"{version}\"")))
    }
}

/// N entries, N ids, the versions that the nodes report, one configuration. A node that was just replaced may linger
/// under its old id for some seconds.
async fn sees_all(cx: &Context<'_>, place: &Place) -> Result<(), StepError> {
    // Once one node's list did not settle, the others' lists are read as they are.
    let lingering = if cx.late() { Duration::ZERO } else { Duration::from_secs(20) };
    let deadline = Instant::now() + lingering;
    cx.in_time(crate::wait::until_ok(deadline, || lists_all(cx, place))).await
}

async fn lists_all(cx: &Context<'_>, place: &Place) -> Result<(), StepError> {
    let peers = place.admin().cluster_status().await.expecting("the cluster's members")?;
    let ids: BTreeSet<_> = peers.iter().map(|peer| &peer.id).collect();
    let names: Vec<_> = peers.iter().map(|peer| peer.hostname.as_str()).collect();
    let complete = peers.len() == cx.places.len() && ids.len() == peers.len();
    let got = format!("{}: {names:?}", peers.len());
    place.ensure(complete, format!("{} members", cx.places.len()), got)?;
    let mut reported: Vec<&str> = peers.iter().map(|peer| peer.version.as_str()).collect();
    let mut real: Vec<&str> = cx.places.iter().map(|place| place.facts.version.as_str()).collect();
    reported.sort_unstable();
    real.sort_unstable();
    // The text's exact form is the closed code's; the version is its start.
    let agree = reported.iter().zip(&real).all(|(reported, real)| reported.starts_with(real));
    place.ensure(agree, format!("versions {real:?}"), format!("{reported:?}"))?;
    let hashes: BTreeSet<_> = peers.iter().map(|peer| &peer.config_hash).collect();
    // Two versions may hash one configuration differently: their defaults differ.
    let mixed = matches!(cx.stage, Stage::Mixed(_));
    place.ensure(hashes.len() <= 1 || mixed, "one configuration hash", format!("{hashes:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_disk_is_red_only_where_s3_was_promised() {
        assert!(in_s3("n", "amazons3", true).is_ok() && in_s3("n", "amazons3", false).is_ok());
        assert!(matches!(in_s3("n", "local", true), Err(StepError::Failed(_))));
        assert!(matches!(in_s3("n", "local", false), Err(StepError::NotApplicable(_))));
    }
}
