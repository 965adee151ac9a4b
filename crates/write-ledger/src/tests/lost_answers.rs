//! A write whose answer was lost is there once, or not: both are fine, and it is told which.

use ledger_findings::{Verification, WriteTally, Wrong};

use super::site::{NEW, OLD, Site, rules};

const POSTS: &str = "match: { method: POST, path: /api/v4/posts }";

/// Writes that cannot be answered on the release, verified.
async fn resolved(effect: &str) -> (Verification, WriteTally) {
    let faults = rules(&format!(
        "- {POSTS}\n  effect: {effect}\n- match: {{ method: PUT, path: '/api/v4/**' }}\n  effect: {effect}\n"
    ));
    let mut site = Site::new(true, &[OLD, OLD], faults).await;
    let ledger = site.ledger().await;
    ledger.write(100, 8).await;
    site.upgrade(0, NEW, &ledger).await;
    ledger.write(150, 8).await;
    let verified = ledger.verify(&site.clients, "mixed-1").await;
    (verified, ledger.totals().sum())
}

#[tokio::test]
async fn what_was_done_and_not_answered_is_found_there_once() {
    let (verified, sum) = resolved("reset-after").await;
    assert!(verified.is_clean(), "{:#?}", verified.findings);
    assert!(sum.ambiguous > 10 && verified.turned_out_there > 10, "{sum:?}");
    assert_eq!(sum.ambiguous, sum.turned_out_there + sum.turned_out_absent + sum.moot);
}

#[tokio::test]
async fn what_was_never_done_is_not_lost() {
    let (verified, sum) = resolved("reset").await;
    assert!(verified.is_clean(), "{:#?}", verified.findings);
    assert!(sum.ambiguous > 10 && sum.turned_out_there == 0, "{sum:?}");
    assert_eq!(sum.ambiguous, sum.turned_out_absent + sum.moot);
}

#[tokio::test]
async fn a_no_of_a_balancer_says_nothing_and_a_no_of_the_server_is_a_refusal() {
    let (verified, sum) = resolved("{ answer: { status: 503 } }").await;
    assert!(verified.is_clean(), "{:#?}", verified.findings);
    assert!(sum.refused > 10 && sum.ambiguous == 0, "{sum:?}");
}

#[tokio::test]
async fn what_is_there_twice_after_a_lost_answer_is_doubled() {
    let twice = "- effect: { behaviour: duplicate-post }\n- match: { method: POST, path: /api/v4/posts }\n  effect: reset-after\n";
    let mut site = Site::new(true, &[OLD, OLD], rules(twice)).await;
    let ledger = site.ledger().await;
    site.upgrade(0, NEW, &ledger).await;
    ledger.write(120, 8).await;
    let verified = ledger.verify(&site.clients, "mixed-1").await;
    assert!(!verified.findings.is_empty());
    assert!(
        verified.findings.iter().all(|finding| finding.wrong == Wrong::Doubled),
        "{:#?}",
        verified.findings
    );
}

#[tokio::test]
async fn a_node_that_is_gone_takes_nothing_and_loses_nothing() {
    let mut site = Site::new(true, &[OLD, OLD], mattermost_standin::fault::Faults::none()).await;
    let ledger = site.ledger().await;
    ledger.write(60, 8).await;
    site.nodes.remove(0);
    ledger.write(60, 8).await;
    let verified = ledger.verify(&site.clients[1..], "stable").await;
    assert!(verified.is_clean(), "{:#?}", verified.findings);
    let sum = ledger.totals().sum();
    assert!(sum.unsent > 10, "{sum:?}");
}
