//! What a machine has for the world outside of the cluster is nothing to what is inside.

use crate::gate::Gate;

/// A short demo with these variables is green.
fn is_green(variables: &[(&str, &str)]) {
    let ended = Gate::demo().nodes(2).arg("--only", "startup,posts,files").envs(variables).run();
    assert_eq!(ended.code, Some(0), "{}", ended.output);
}

#[test]
fn what_talks_to_the_cluster_uses_no_proxy() {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    // Nothing listens there: whoever used it would fail at once.
    is_green(&names.map(|name| (name, "http://127.0.0.1:9")));
}

#[test]
fn a_cluster_without_tls_needs_no_certificates() {
    is_green(&["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| (name, "/no/such/certificates")));
}
