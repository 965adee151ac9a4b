//! Healthy servers of both kinds: nothing is found, however much was written.

use super::site::{NEW, OLD, Site};
use crate::WritePace;
use ledger_findings::{ENOUGH, WriteMatrix};
use mattermost_standin::fault::Faults;

/// A whole roll of three nodes, verified in each stage.
async fn roll(clustered: bool, writes: usize) {
    let mut site = Site::new(clustered, &[OLD, OLD, OLD], Faults::none()).await;
    let ledger = site.ledger().await;
    for (at, stage) in ["stable", "mixed-1", "mixed-2", "release"].into_iter().enumerate() {
        ledger.enter(stage);
        if let Some(at) = at.checked_sub(1) {
            site.upgrade(at, NEW, &ledger).await;
        }
        ledger.write(writes, 8).await;
        let crossed = ledger.cross(&site.clients, stage).await;
        assert!(crossed.is_clean(), "{stage}: {:#?}", crossed);
        let verified = ledger.verify(&site.clients, stage).await;
        assert!(verified.is_clean(), "{stage}: {:#?}", verified);
        assert!(verified.rows > 100, "{}", verified.rows);
    }
    let (rows, bytes) = ledger.size();
    assert!(bytes < 200 * rows.max(100), "{bytes} bytes for {rows} rows");
    let totals = ledger.totals();
    assert_eq!((totals.refused.clone(), totals.sum().ambiguous, totals.sum().unsent), (vec![], 0, 0));
    assert!(totals.kinds() >= 12, "{:?}", totals.missing);
    assert!(totals.lines.iter().filter(|line| line.through.version == OLD).count() >= 12 * 3);
    let gaps: Vec<_> = totals.stages.iter().filter(|stage| !stage.without.is_empty()).collect();
    assert!(gaps.is_empty() && totals.stages.len() == 4 * 3, "{gaps:#?}");
    let matrix = ledger.matrix();
    assert_eq!(matrix.unmeasured(&[OLD, NEW]), vec![]);
    let text = serde_json::to_string(&matrix).unwrap();
    assert_eq!(serde_json::from_str::<WriteMatrix>(&text).unwrap(), matrix);
}

#[tokio::test]
async fn nothing_is_found_on_a_healthy_cluster() {
    roll(true, 300).await;
}

#[tokio::test]
async fn nothing_is_found_on_healthy_servers_that_only_share_a_database() {
    roll(false, 300).await;
}

#[tokio::test]
async fn every_node_makes_every_kind_often_enough_to_see_one_call_in_three() {
    let site = Site::new(true, &[OLD, OLD, OLD], Faults::none()).await;
    let ledger = site.ledger().await;
    ledger.write(1500, 8).await;
    let rare: Vec<_> = ledger.totals().lines.into_iter().filter(|line| !line.enough).collect();
    assert!(rare.is_empty(), "asked less than {ENOUGH} times: {rare:#?}");
}

#[tokio::test]
async fn what_is_verified_while_it_is_written_is_no_finding() {
    let site = Site::new(true, &[OLD, NEW], Faults::none()).await;
    let ledger = site.ledger().await;
    let writing = ledger.writing(WritePace { per_second: 400, at_once: 6 });
    for _ in 0..5 {
        let verified = ledger.verify(&site.clients, "mixed-1").await;
        assert!(verified.is_clean(), "{:#?}", verified.findings);
        let crossed = ledger.cross(&site.clients, "mixed-1").await;
        assert!(crossed.is_clean(), "{:#?}", crossed.findings);
    }
    assert!(writing.stop().await.sum().acknowledged > 100);
}

#[tokio::test]
#[ignore = "ten thousand writes take minutes in a debug build: cargo test --release -p write-ledger -- --ignored"]
async fn ten_thousand_writes_are_verified_on_every_node() {
    for clustered in [true, false] {
        roll(clustered, 2500).await;
    }
}
