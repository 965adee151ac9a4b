//! What failed once is done again before it is believed.

use ledger_findings::{ReadThrough, Way, WriteFinding, Wrong};
use mattermost_standin::fault::Faults;

use super::site::{OLD, Site, rules};

/// A user patch that node1 took and node2 did not show, and as many more kinds.
fn seen_once(kinds: &[&str], wrong: Wrong, way: Way) -> Vec<WriteFinding> {
    let through = |node: &str| ReadThrough { node: node.into(), version: OLD.into() };
    let finding = |kind: &&str| WriteFinding {
        wrong,
        kind: (*kind).to_owned(),
        id: "uhkocfhxojg3dqhs66so89cjdw".into(),
        seq: 1,
        written_in: "stable".into(),
        writer: through("node1"),
        reader: through("node2"),
        way,
        expected: "\"new\"".into(),
        got: "\"old\"".into(),
    };
    kinds.iter().map(finding).collect()
}

/// How many of these are unsteady, and how many are believed.
async fn thought_again(faults: Faults, findings: Vec<WriteFinding>) -> (usize, usize) {
    let site = Site::new(true, &[OLD, OLD], faults).await;
    let ledger = site.ledger().await;
    let thoughts = ledger.think_again(&site.clients[0], &site.clients, "stable", findings).await;
    (thoughts.unsteady.len(), thoughts.believed.len())
}

#[tokio::test]
async fn what_is_not_found_again_is_unsteady() {
    let findings = seen_once(&["user patch", "channel header"], Wrong::Unseen, Way::Api);
    assert_eq!(thought_again(Faults::none(), findings).await, (2, 0));
}

#[tokio::test]
async fn what_fails_again_is_believed_and_what_does_not_is_not() {
    let blind = "- when: { node: node2 }\n  match: { method: POST, path: /api/v4/users/ids }\n  effect: { answer: { status: 200, body: [] } }\n";
    let findings = seen_once(&["user patch", "channel header"], Wrong::Unseen, Way::Api);
    assert_eq!(thought_again(rules(blind), findings).await, (1, 1));
}

#[tokio::test]
async fn what_is_gone_or_not_told_or_of_many_kinds_is_believed_at_once() {
    for findings in [
        seen_once(&["user patch"], Wrong::Lost, Way::Api),
        seen_once(&["user patch"], Wrong::Unseen, Way::Websocket),
        seen_once(&["user patch", "post", "edit"], Wrong::Unseen, Way::Api),
    ] {
        let all = findings.len();
        assert_eq!(thought_again(Faults::none(), findings).await, (0, all));
    }
}

#[tokio::test]
async fn what_a_last_look_missed_once_is_done_again_by_the_version_that_wrote_it() {
    let site = Site::new(true, &[OLD, OLD], Faults::none()).await;
    let ledger = site.ledger().await;
    ledger.write(40, 4).await;
    let over = async |findings| {
        let thoughts = ledger.think_early_over(&site.clients, "stable", findings).await;
        (thoughts.unsteady.len(), thoughts.believed.len())
    };
    assert_eq!(over(seen_once(&["custom status"], Wrong::Unseen, Way::Api)).await, (1, 0));
    assert_eq!(over(seen_once(&["custom status"], Wrong::Lost, Way::Api)).await, (0, 1));
    assert_eq!(over(seen_once(&["user patch", "post", "edit"], Wrong::Unseen, Way::Api)).await, (0, 3));
    let mut of_before = seen_once(&["custom status"], Wrong::Unseen, Way::Api);
    of_before[0].writer.version = "11.4.0".into();
    assert_eq!(over(of_before).await, (0, 1), "nobody runs that any more");
}
