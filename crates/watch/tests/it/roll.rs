//! Nodes that are replaced, with and without care.

use std::time::Duration;

use availability::{
    Activity, Budget, Deed, Harm, Motion, Observation, Route, Through, Tolerance, UserPath, judge,
};
use watch::Watch;

use crate::site::{Site, ask_on, calm};

fn mark(watch: &Watch, node: &str, what: Deed) {
    watch.mark(Activity { node: node.into(), what });
}

fn at_node(path: UserPath, node: &str) -> Route {
    Route { path, through: Through::Node(node.into()) }
}

fn failures(seen: &Observation) -> Vec<String> {
    let crossings = judge(seen, &Tolerance::default(), true);
    let failures = crossings.into_iter().filter(|crossing| crossing.budget == Budget::FailedRequests);
    failures.map(|crossing| crossing.sentence).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_roll_costs_users_nothing_and_the_node_is_gone_on_purpose() {
    let mut site = Site::new(true, &["node1", "node2"], "[]").await;
    let watch = site.watch(true, calm()).await;
    ask_on(&watch, 150).await;
    watch.stage("mixed-1", Motion::Roll);
    mark(&watch, "node2", Deed::Drain);
    site.balancer.drain("node2").unwrap();
    ask_on(&watch, 60).await;
    mark(&watch, "node2", Deed::Stop);
    site.nodes.remove("node2").unwrap().stop(Duration::from_secs(1)).await;
    ask_on(&watch, 60).await;
    mark(&watch, "node2", Deed::Start);
    site.start("node2", "11.7.0").await;
    watch.node("node2", &site.node_client("node2")).unwrap();
    mark(&watch, "node2", Deed::Sanity);
    ask_on(&watch, 60).await;
    mark(&watch, "node2", Deed::Undrain);
    site.balancer.undrain("node2", Duration::from_secs(20)).await.unwrap();
    mark(&watch, "node2", Deed::Done);
    ask_on(&watch, 150).await;
    let seen = watch.finish().await;

    assert_eq!(failures(&seen), Vec::<String>::new());
    let ping = at_node(UserPath::PingKept, "node2");
    let gap = seen.gaps.iter().find(|gap| gap.route == ping && gap.stretch.failed > 0).unwrap();
    assert!(gap.on_purpose, "{gap}");
    assert_eq!((gap.stage.as_str(), gap.motion), ("mixed-1", Motion::Roll));
    assert_eq!(gap.stretch.version_before.as_deref(), Some("11.6.0"));
    assert_eq!(gap.stretch.version_after.as_deref(), Some("11.7.0"));

    // Users were answered by both versions meanwhile.
    let session = Route { path: UserPath::Session, through: Through::Balancer };
    let figures = seen.route(&session).unwrap();
    for version in ["11.6.0", "11.7.0"] {
        let of_it = figures.stages.iter().find(|stage| stage.version.as_deref() == Some(version));
        assert!(of_it.is_some_and(|stage| stage.figure.sent > 0), "{version}");
    }
    assert!(seen.not_watched.is_empty(), "{:?}", seen.not_watched);

    let socket = seen.sockets.iter().find(|socket| socket.through == Through::Node("node2".into())).unwrap();
    assert_eq!((socket.breaks, socket.begun_anew, socket.resumed), (1, 1, 0));
    for socket in &seen.sockets {
        assert!(socket.heard > 0, "{socket:?}");
        assert_eq!(
            (socket.unheard, socket.missed, socket.doubled, socket.reordered),
            (0, 0, 0, 0),
            "{socket:?}"
        );
    }
    let gone = seen.gaps.iter().find(|gap| gap.route == at_node(UserPath::Socket, "node2")).unwrap();
    assert!(gone.on_purpose && gone.stretch.failed > 0, "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_lost_without_a_word_is_told_by_its_name() {
    let mut site = Site::new(false, &["node1", "node2"], "[]").await;
    let watch = site.watch(false, calm()).await;
    ask_on(&watch, 150).await;
    watch.stage("mixed-1", Motion::Roll);
    drop(site.nodes.remove("node2"));
    ask_on(&watch, 150).await;
    let worst = watch.pulse().worst_gap.unwrap();
    assert!(worst.stretch.failed > 0, "{worst}");
    let seen = watch.finish().await;

    let post = Route { path: UserPath::Post, through: Through::EachInTurn };
    let gap = seen.gaps.iter().find(|gap| gap.route == post && gap.stretch.failed > 0).unwrap();
    assert_eq!(gap.stretch.nodes.iter().collect::<Vec<_>>(), ["node2"]);
    assert!(gap.stretch.sent > gap.stretch.failed, "half of them were answered: {gap}");
    let told = failures(&seen);
    let of_node =
        told.iter().find(|sentence| sentence.contains("ping on a kept connection at node2")).unwrap();
    assert!(of_node.contains("refused") && of_node.contains("nothing was done to any node"), "{of_node}");
    assert!(!told.iter().any(|sentence| sentence.contains("at node1")), "{told:?}");

    // Nothing crosses nodes here: each websocket is held to what its own node served.
    let socket =
        |node: &str| seen.sockets.iter().find(|socket| socket.through == Through::Node(node.into())).unwrap();
    assert!(socket("node1").heard > 0 && socket("node1").unheard == 0, "{:?}", socket("node1"));
    assert_eq!(socket("node2").breaks, 1);
    let lost = seen.gaps.iter().find(|gap| gap.route == at_node(UserPath::Socket, "node2")).unwrap();
    assert!(lost.stretch.open, "{lost}");
    assert_eq!(lost.stretch.harm(), Harm::Reset);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_is_dropped_asks_no_more() {
    let site = Site::new(true, &["node1"], "[]").await;
    let watch = site.watch(true, calm()).await;
    ask_on(&watch, 50).await;
    drop(watch);
    // Its websockets and requests are gone when the balancer has nothing to pass on.
    assert_eq!(site.balancer.wait_idle("node1", 0, Duration::from_secs(30)).await, Ok(0));
}
