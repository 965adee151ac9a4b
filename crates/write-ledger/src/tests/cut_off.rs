//! A cross that is cut off where a node hangs: what was on its way may be there or not, and later ones have all rows to write to.

use std::time::Duration;

use super::site::{NEW, OLD, Site, rules};

#[tokio::test]
async fn what_was_cut_off_keeps_no_row_from_later_stages() {
    let hangs = "- match: { method: PUT, path: '/api/v4/users/*/patch' }\n  effect: hang\n";
    let site = Site::new(true, &[OLD, NEW], rules(hangs)).await;
    let ledger = site.ledger().await;
    let crossing = ledger.cross(&site.clients, "mixed-1");
    assert!(tokio::time::timeout(Duration::from_secs(2), crossing).await.is_err(), "a node hangs");
    ledger.give_up();
    ledger.enter("release");
    let crossed = ledger.cross(&site.clients[..1], "release").await;
    assert_eq!(crossed.matrix.unmeasured(&[OLD]), vec![]);
    assert!(crossed.is_clean(), "{crossed:#?}");
}
