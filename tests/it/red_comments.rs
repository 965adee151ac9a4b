//! Red upgrades of several kinds: cause, node, version, stage and next step are what a reader of the comment sees first.

use crate::gate::Gate;

/// The first lines of the comment on an upgrade with this fault and these checks have all of these.
fn tells(fault: &str, only: &str, parts: &[&str]) {
    let ended = Gate::demo().nodes(2).arg("--only", only).fault(fault).run();
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    let comment = ended.report("comment.md");
    let (top, _) = comment.split_once("<details>").unwrap();
    assert!(top.lines().count() <= 24, "{top}");
    let next = format!("run `upgrade-gate demo --fault {fault} --nodes 2");
    for part in
        parts.iter().copied().chain(["**First cause:** ", "- **next:** ", "open `evidence/node", &next])
    {
        assert!(top.contains(part), "{part} is not in\n{top}");
    }
    let console = ended.stdout.lines().rev().take(12).collect::<Vec<_>>().join("\n");
    assert!(console.contains("  again: upgrade-gate demo --fault"), "{console}");
}

#[test]
fn a_release_that_does_not_start() {
    let parts = [
        "`node1` (the release): node1 exited with 1",
        "- during: replace node1 (to 11.6.0), the last stage was stable",
    ];
    tells("exits-at-start", "startup", &parts);
}

#[test]
fn a_check_that_fails_in_several_stages() {
    let parts = [
        "`files` is a regression, it passed on stable; seen in mixed-1, release",
        "node `node1`, version `11.6.0`",
        "--only files`",
    ];
    tells("file-not-in-bucket", "startup,files", &parts);
}

#[test]
fn data_that_is_gone() {
    let parts =
        ["`ledger` failed; seen in release", "- wrote: node", "; read: node", "- writes: ", "--only ledger`"];
    tells("rot-files-lost", "startup,ledger", &parts);
}

#[test]
fn a_node_that_is_stable_again_and_cannot_go_on() {
    let parts = ["in rollback", "from: node `node1`, version `11.5.1`", "--only "];
    tells("rollback-posts-500", "startup,posts", &parts);
}
