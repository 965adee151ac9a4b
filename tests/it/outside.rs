//! Proxies of the machine are for the world outside of the cluster.

use std::process::Command;

#[test]
fn what_talks_to_the_cluster_uses_no_proxy() {
    let dir = tempfile::tempdir().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_upgrade-gate"));
    demo.args(["demo", "--nodes", "2", "--only", "startup,posts,files", "--report-dir"]).arg(dir.path());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        // Nothing listens there: whoever used it would fail at once.
        demo.env(name, "http://127.0.0.1:9");
    }
    let ended = demo.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stdout));
}
