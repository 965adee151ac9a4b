//! What is begun through one node is finished through every other; where it is refused, that is found, or was announced.

use ledger_findings::{Verification, Way, Wrong};
use mattermost_standin::fault::Faults;

use super::site::{NEW, OLD, Site, named, rules};
use crate::{ForeseenRefusal, WriteLedger};

/// The error of the product that was announced for 12.0.
const MISSING_PART: &str = "interactive_message.decode_trigger_id.missing_data";

async fn crossed(versions: &[&str], faults: Faults, foreseen: Vec<ForeseenRefusal>) -> Verification {
    let site = Site::new(true, versions, faults).await;
    let setup = crate::LedgerSetup { foreseen, ..site.setup() };
    let ledger = WriteLedger::open(setup, &site.clients, "mixed-1").await.unwrap();
    ledger.cross(&site.clients, "mixed-1").await
}

fn foreseen() -> Vec<ForeseenRefusal> {
    let [kind, error, what, source] =
        ["dialog", MISSING_PART, "one more part", "a changelog"].map(str::to_owned);
    vec![ForeseenRefusal { kind, error, what, source }]
}

#[tokio::test]
async fn everything_is_finished_through_every_node() {
    let seen = crossed(&[OLD, NEW, NEW], Faults::none(), Vec::new()).await;
    assert!(seen.is_clean(), "{seen:#?}");
    for kind in ["dialog", "access token", "upload session", "page of posts"] {
        for (writer, reader, pairs) in [(OLD, OLD, 1), (OLD, NEW, 2), (NEW, OLD, 2), (NEW, NEW, 4)] {
            let cell = seen.matrix.between(kind, Way::Api, writer, reader);
            assert_eq!(cell.verified, pairs, "{kind} {writer} {reader}");
        }
    }
}

#[tokio::test]
async fn what_the_versions_refuse_each_other_is_announced_or_found() {
    let refused = named("dialog-triggers-differ");
    let seen = crossed(&[OLD, NEW], refused.clone(), foreseen()).await;
    assert!(seen.is_clean(), "{:#?}", seen.findings);
    let mut told: Vec<_> =
        seen.announced.iter().map(|one| (one.writer.as_str(), one.reader.as_str(), one.times)).collect();
    told.sort_unstable();
    assert_eq!(told, [(OLD, NEW, 1), (NEW, OLD, 1)]);
    assert_eq!(seen.matrix.unmeasured(&[OLD, NEW]), vec![], "an announced refusal is a measured cell");

    let seen = crossed(&[OLD, NEW], refused, Vec::new()).await;
    let found: Vec<_> = seen
        .findings
        .iter()
        .map(|one| (one.kind.as_str(), one.wrong, one.writer.version != one.reader.version))
        .collect();
    assert_eq!(found, [("dialog", Wrong::Refused, true); 2]);
}

#[tokio::test]
async fn what_a_version_refuses_itself_was_not_announced() {
    let seen = crossed(&[OLD, NEW], named("dialog-triggers-broken"), foreseen()).await;
    assert!(!seen.announced.is_empty());
    let found: Vec<_> =
        seen.findings.iter().map(|one| (one.writer.version.as_str(), one.reader.version.as_str())).collect();
    assert_eq!(found, [(NEW, NEW)]);
}

#[tokio::test]
async fn each_of_them_that_another_node_does_not_finish_is_found() {
    let table = [
        (
            "access token",
            Wrong::Altered,
            "{ method: GET, path: /api/v4/users/me }",
            "patch: { merge: { id: somebody } }",
        ),
        (
            "upload session",
            Wrong::Refused,
            "{ method: POST, path: '/api/v4/uploads/*' }",
            "answer: { status: 404, body: {} }",
        ),
        (
            "page of posts",
            Wrong::Altered,
            "{ method: GET, path: '/api/v4/channels/*/posts' }",
            "patch: { merge: { order: [] } }",
        ),
        (
            "dialog",
            Wrong::Refused,
            "{ method: POST, path: /api/v4/actions/dialogs/submit }",
            "answer: { status: 500, body: {} }",
        ),
    ];
    for (kind, wrong, asked, effect) in table {
        let faults = rules(&format!("- match: {asked}\n  effect: {{ {effect} }}\n"));
        let seen = crossed(&[OLD, NEW], faults, Vec::new()).await;
        let found = seen
            .findings
            .iter()
            .any(|one| one.kind == kind && one.wrong == wrong && one.reader.version == NEW);
        assert!(found, "{kind}: {:#?}", seen.findings);
        let innocent = |one: &&ledger_findings::WriteFinding| one.kind == kind && one.reader.version == OLD;
        assert_eq!(seen.findings.iter().find(innocent), None, "{kind}");
    }
}
