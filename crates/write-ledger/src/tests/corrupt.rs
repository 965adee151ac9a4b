//! Each kind of corruption is found, with the right row and the right side.

use super::site::{NEW, OLD, Site, named, rules};
use futures_util::future::join_all;
use ledger_findings::{ReleasePair, SharedCause, Suspect, Verification, Way, Wrong, causes};
use mattermost_standin::fault::Faults;

fn releases() -> ReleasePair {
    ReleasePair { stable: OLD.into(), release: NEW.into() }
}

/// Half way through an upgrade: node1 on the release, node2 and node3 on stable, and this fault on the release.
async fn found(clustered: bool, faults: Faults, writes: usize) -> (Verification, Vec<SharedCause>) {
    let mut site = Site::new(clustered, &[OLD, OLD, OLD], faults).await;
    let ledger = site.ledger().await;
    ledger.write(120, 8).await;
    ledger.enter("mixed-1");
    site.upgrade(0, NEW, &ledger).await;
    ledger.write(writes, 8).await;
    let verified = ledger.verify(&site.clients, "mixed-1").await;
    let causes = causes(&verified.findings, &verified.unread, &verified.matrix, &releases());
    (verified, causes)
}

#[tokio::test]
async fn what_a_release_node_forgets_is_lost_everywhere_and_told_of_its_writer() {
    let table = [
        ("lost-post", "post", Wrong::Lost),
        ("edit-not-seen", "edit", Wrong::Lost),
        ("delete-not-done", "delete", Wrong::Resurrected),
        ("reaction-lost", "reaction", Wrong::Lost),
        ("pin-lost", "pin", Wrong::Lost),
        ("reply-lost", "thread reply", Wrong::Lost),
        ("member-add-lost", "channel membership", Wrong::Lost),
        ("team-member-add-lost", "team membership", Wrong::Lost),
        ("header-not-saved", "channel header", Wrong::Lost),
        ("text-mangled", "post", Wrong::Altered),
        ("duplicate-post", "post", Wrong::Doubled),
        ("item-tick-lost", "playbook item", Wrong::Lost),
    ];
    join_all(table.into_iter().map(|(fault, kind, wrong)| async move {
        let (verified, causes) = found(true, named(fault), 240).await;
        let mut hits = verified.findings.iter().filter(|finding| finding.kind == kind);
        let hit = hits.find(|finding| finding.wrong == wrong);
        let Some(hit) = hit else { panic!("{fault} is not found: {:#?}", verified.findings) };
        assert_eq!((hit.writer.node.as_str(), hit.writer.version.as_str()), ("node1", NEW), "{fault}");
        assert_eq!(hit.written_in, "mixed-1", "{fault}");
        let strangers: Vec<_> =
            verified.findings.iter().filter(|finding| finding.writer.version != NEW).collect();
        assert!(strangers.is_empty(), "{fault}: {strangers:#?}");
        let cause = &causes[0];
        assert!(cause.sentence.contains("a release node (11.7.0)"), "{fault}: {}", cause.sentence);
        assert_eq!(cause.suspect, Suspect::Product, "{fault}");
    }))
    .await;
}

#[tokio::test]
async fn a_table_that_the_migration_empties_is_lost_on_every_node() {
    let (verified, causes) = found(true, named("migration-drops-posts"), 0).await;
    let lost = verified.findings.iter().filter(|finding| finding.wrong == Wrong::Lost);
    assert!(lost.clone().count() > 60);
    assert!(lost.clone().all(|finding| finding.written_in == "stable" && finding.writer.version == OLD));
    assert!(causes[0].failures as usize >= lost.count(), "{causes:#?}");
}

#[tokio::test]
async fn a_node_that_answers_from_a_time_gone_by_does_not_see_what_others_do() {
    let stale = "- match: { method: GET, path: '/api/v4/channels/*/posts' }\n  effect: stale\n\
                 - match: { method: POST, path: /api/v4/posts/ids }\n  effect: stale\n";
    let (verified, causes) = found(true, rules(stale), 120).await;
    let posts = verified.findings.iter().filter(|finding| finding.kind == "post");
    assert!(posts.clone().count() > 5);
    for finding in posts {
        assert_eq!((finding.wrong, finding.reader.version.as_str()), (Wrong::Unseen, NEW), "{finding}");
    }
    assert!(causes[0].sentence.contains("on release nodes (11.7.0)"), "{}", causes[0].sentence);
}

#[tokio::test]
async fn wrong_bytes_of_a_file_are_told_of_the_node_that_gives_them() {
    let (verified, _) = found(true, named("file-corrupt"), 60).await;
    assert!(!verified.findings.is_empty());
    for finding in &verified.findings {
        assert_eq!((finding.kind.as_str(), finding.wrong), ("file", Wrong::Altered));
        assert_eq!(finding.reader.version, NEW);
    }
}

#[tokio::test]
async fn one_call_in_three_on_one_node_is_found() {
    let third = "- when: { node: node3, every: 3 }\n  match: { method: POST, path: /api/v4/reactions }\n  effect: forget\n";
    let (verified, causes) = found(true, rules(third), 1200).await;
    assert!(!verified.findings.is_empty());
    assert!(verified.findings.iter().all(|finding| finding.writer.node == "node3"));
    assert!(causes[0].sentence.contains("node3"), "{}", causes[0].sentence);
}

#[tokio::test]
async fn events_that_do_not_cross_redden_the_websocket_cells_alone() {
    let site = Site::new(true, &[NEW, OLD], named("event-lost")).await;
    let ledger = site.ledger().await;
    ledger.write(60, 8).await;
    let crossed = ledger.cross(&site.clients, "mixed-1").await;
    assert!(!crossed.findings.is_empty());
    for finding in &crossed.findings {
        assert_eq!((finding.way, finding.wrong), (Way::Websocket, Wrong::Unseen));
        assert_eq!((finding.writer.version.as_str(), finding.reader.version.as_str()), (NEW, OLD));
    }
    let causes = causes(&crossed.findings, &crossed.unread, &crossed.matrix, &releases());
    assert_eq!(
        causes[0].sentence,
        "every write made through a release node (11.7.0) is unseen on stable nodes (11.6.0) by websocket"
    );
    assert_eq!(causes.len(), 1);
}

#[tokio::test]
async fn a_refused_write_is_told_as_refused_and_not_as_lost() {
    let refuses =
        "- match: { method: POST, path: '/api/v4/posts/*/pin' }\n  effect: { answer: { status: 403 } }\n";
    let mut site = Site::new(true, &[OLD, OLD], rules(refuses)).await;
    let ledger = site.ledger().await;
    site.upgrade(0, NEW, &ledger).await;
    ledger.write(300, 8).await;
    let verified = ledger.verify(&site.clients, "mixed-1").await;
    assert!(verified.is_clean(), "{:#?}", verified.findings);
    let refused = ledger.totals().refused;
    assert!(!refused.is_empty());
    for (told, _) in refused {
        assert_eq!((told.kind.as_str(), told.through.node.as_str()), ("pin", "node1"));
        assert!(told.got.starts_with("403"), "{}", told.got);
    }
}
