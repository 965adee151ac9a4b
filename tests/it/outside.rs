//! What a machine has for the world outside of the cluster is nothing to what is inside.

use std::process::Command;

/// A short demo with these variables; its output.
fn demo(variables: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_upgrade-gate"));
    demo.args(["demo", "--nodes", "2", "--only", "startup,posts,files", "--report-dir"]).arg(dir.path());
    demo.env_remove("NO_PROXY").env_remove("no_proxy").envs(variables.iter().copied());
    let ended = demo.output().unwrap();
    let output = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(0), "{output}");
    output.into_owned()
}

#[test]
fn what_talks_to_the_cluster_uses_no_proxy() {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    // Nothing listens there: whoever used it would fail at once.
    demo(&names.map(|name| (name, "http://127.0.0.1:9")));
}

#[test]
fn a_cluster_without_tls_needs_no_certificates() {
    demo(&["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| (name, "/no/such/certificates")));
}
