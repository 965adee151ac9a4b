//! Outages: how each kind looks from outside, that it ends by itself, and that its instants are told.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::Site;
use crate::balancer::Balancer;
use crate::fault::{Faults, Outage, OutageKind, read_rules};

const SHORT: Duration = Duration::from_millis(300);

/// What `ask` says until it is asked after an outage of the first node, and the outage.
async fn during(site: &Site, kind: OutageKind) -> (Vec<Result<u16, String>>, Outage) {
    site.nodes[0].outage(kind, SHORT);
    let mut seen = Vec::new();
    loop {
        let began = Instant::now();
        let ask = site.send(0, "GET", "/system/ping", "", Vec::new(), &[]).await;
        seen.push(ask.map(|reply| reply.status).map_err(|error| format!("{error:?}")));
        let outage = site.nodes[0].outages().pop().unwrap();
        if outage.until.is_some_and(|until| until < began) {
            return (seen, outage);
        }
        tokio::task::yield_now().await;
    }
}

/// How long an outage was.
fn length(outage: &Outage) -> Duration {
    outage.until.unwrap() - outage.from
}

#[tokio::test]
async fn a_node_that_is_gone_refuses_connections_and_comes_back_at_its_port() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let mut socket = site.socket(0, &site.admin).await;
    let (seen, outage) = during(&site, OutageKind::Refused).await;
    assert_eq!(socket.next().await, None);
    let (last, refused) = seen.split_last().unwrap();
    assert_eq!(last, &Ok(200));
    assert!(refused.iter().any(|one| one.as_ref().is_err_and(|why| why.contains("refused"))), "{refused:?}");
    assert!(length(&outage) >= SHORT, "{outage:?}");
}

#[tokio::test]
async fn a_node_that_cuts_connections_takes_them_first() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let mut socket = site.socket(0, &site.admin).await;
    let (seen, _) = during(&site, OutageKind::Reset).await;
    assert_eq!(socket.next().await, None);
    let (last, cut) = seen.split_last().unwrap();
    assert_eq!(last, &Ok(200));
    let refused = cut.iter().any(|one| one.as_ref().is_err_and(|why| why.contains("refused")));
    assert!(cut.iter().any(Result::is_err) && !refused, "{cut:?}");
}

#[tokio::test]
async fn a_paused_node_answers_everything_at_its_end() {
    let site = Site::new(true, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let (_, channel) = site.place(0, "lab").await;
    let mut socket = site.socket(0, &site.admin).await;
    site.nodes[0].outage(OutageKind::Hang, SHORT);
    // Said through the other node while this one is paused: its websockets hear of it when it wakes.
    site.say(1, &channel, "meanwhile").await;
    let replies = futures_util::future::join_all((0..3).map(|_| site.get(0, "/users/me"))).await;
    let outage = site.nodes[0].outages().pop().unwrap();
    assert!(replies.iter().all(|reply| reply.status == 200) && length(&outage) >= SHORT);
    assert_eq!(socket.event("posted").await["event"], "posted");
}

#[tokio::test]
async fn a_node_that_is_not_well_answers_503_and_keeps_its_websockets() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let mut socket = site.socket(0, &site.admin).await;
    let (seen, _) = during(&site, OutageKind::Status).await;
    let (last, answered) = seen.split_last().unwrap();
    assert_eq!(last, &Ok(200));
    assert!(answered.contains(&Ok(503)) && answered.iter().all(Result::is_ok), "{answered:?}");
    assert_eq!(socket.events().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_rule_begins_an_outage_with_its_call_and_only_once() {
    let rules = "- when: { node: all, from_call: 2 }\n  match: { path: /api/v4/users/me }\n  effect: { outage: { for_ms: 100, kind: status, everywhere: true } }\n";
    let faults = Faults::new(read_rules(rules).unwrap(), "11.6.0", "11.7.0");
    let site = Site::new(true, &["11.6.0", "11.6.0"], &faults).await;
    let mut statuses = Vec::new();
    while statuses.len() < 2 || faults.outages().iter().any(|outage| outage.until.is_none()) {
        statuses.push(site.get(0, "/users/me").await.status);
    }
    assert_eq!(statuses[..2], [200, 503]);
    assert_eq!(site.get(0, "/users/me").await.status, 200);
    let names: Vec<String> = faults.outages().into_iter().map(|outage| outage.node).collect();
    assert_eq!(names, ["node1", "node2"]);
}

#[tokio::test]
async fn a_node_stops_in_the_middle_of_its_outage() {
    for kind in [OutageKind::Refused, OutageKind::Reset, OutageKind::Hang, OutageKind::Status] {
        let mut site = Site::new(true, &["11.6.0"], &Faults::none()).await;
        let mut socket = site.socket(0, &site.admin).await;
        site.nodes[0].outage(kind, Duration::from_secs(60));
        let node = site.nodes.remove(0);
        let address = node.address();
        node.stop(Duration::ZERO).await;
        assert_eq!(socket.next().await, None, "{kind:?}");
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }
}

#[tokio::test]
async fn behind_the_balancer_another_node_answers_and_with_none_it_is_503() {
    let site = Site::new(true, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let named = site.nodes.iter().map(|node| (node.name().to_owned(), node.address()));
    let balancer = Balancer::start(named).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = async || {
        let login = json!({"login_id": "sysadmin", "password": super::client::PASSWORD});
        let url = format!("http://{}/api/v4/users/login", balancer.address());
        client.post(url).body(login.to_string()).send().await.unwrap().status().as_u16()
    };
    site.nodes[0].outage(OutageKind::Refused, Duration::from_secs(60));
    while tokio::net::TcpStream::connect(site.nodes[0].address()).await.is_ok() {
        tokio::task::yield_now().await;
    }
    for _ in 0..6 {
        assert_eq!(post().await, 200);
    }
    site.nodes[1].outage(OutageKind::Refused, Duration::from_secs(60));
    while tokio::net::TcpStream::connect(site.nodes[1].address()).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(post().await, 503);
    assert_eq!(site.send(0, "GET", "/users/me", "", Vec::new(), &[]).await.map(|_| Value::Null).ok(), None);
}
