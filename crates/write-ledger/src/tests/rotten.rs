//! Rows that rot when a node comes up on the release: no request fails and nobody is told. Each is found, as what it is.

use futures_util::future::join_all;

use ledger_findings::Wrong;

use super::site::{NEW, OLD, Site, named};

#[tokio::test]
async fn what_rots_while_nobody_looks_is_found_with_its_row_and_its_writer() {
    use Wrong::{Altered, Doubled, Lost, Resurrected};
    let table = [
        ("rot-posts-lost", "post", Lost),
        ("rot-posts-doubled", "post", Doubled),
        ("rot-posts-altered", "post", Altered),
        ("rot-posts-resurrected", "delete", Resurrected),
        ("rot-replies-lost", "thread reply", Lost),
        ("rot-edits-lost", "edit", Lost),
        ("rot-pins-lost", "pin", Lost),
        ("rot-reactions-lost", "reaction", Lost),
        ("rot-files-lost", "file", Altered),
        ("rot-files-altered", "file", Altered),
        ("rot-drafts-lost", "draft", Lost),
        ("rot-preferences-lost", "preference", Lost),
        ("rot-preferences-altered", "preference", Altered),
        ("rot-headers-altered", "channel header", Altered),
        ("rot-profiles-lost", "user patch", Lost),
        ("rot-custom-statuses-lost", "custom status", Lost),
        ("rot-categories-lost", "sidebar category", Lost),
        ("rot-cards-lost", "board card", Lost),
        ("rot-checklist-items-lost", "playbook item", Lost),
    ];
    let missed = join_all(table.into_iter().map(|(fault, kind, wrong)| async move {
        let mut site = Site::new(true, &[OLD, OLD], named(fault)).await;
        let ledger = site.ledger().await;
        ledger.write(300, 8).await;
        site.upgrade(0, NEW, &ledger).await;
        let verified = ledger.verify(&site.clients, "mixed-1").await;
        let hits: Vec<_> = verified
            .findings
            .iter()
            .filter(|finding| finding.kind == kind && finding.wrong == wrong)
            .collect();
        for hit in &hits {
            assert_eq!(
                (hit.written_in.as_str(), hit.writer.version.as_str()),
                ("stable", OLD),
                "{fault}: {hit}"
            );
        }
        hits.is_empty().then_some((fault, verified.findings.clone()))
    }));
    let missed: Vec<_> = missed.await.into_iter().flatten().collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
