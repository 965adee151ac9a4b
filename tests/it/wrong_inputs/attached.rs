//! An attached cluster: where it is, who replaces its nodes, who is its admin.

use super::case::Case;

/// Addresses that a node or a balancer cannot have.
const NO_ADDRESS: &[&str] = &[
    "h",
    "h:8065",
    "10.0.0.1",
    "10.0.0.1:8065",
    "ftp://h",
    "file:///etc/passwd",
    "unix:///x",
    "http://",
    "https://",
    "http:///x",
    "http:/h",
    "http//h",
    "://h",
    "http://h:99999",
    "http://h:port",
    "http://me:hunter2@h",
    "http://me@h",
    "http://h?token=hunter2",
    "http://h/#x",
    "http://h h",
    "http://[::1",
    "http://h\u{1b}[31m",
    "javascript:alert(1)",
    "ws://h",
    "http://",
];

/// Inputs that are only for a cluster of the gate's own, each with a value that is right there.
const OF_BUILT: &[(&str, &str)] = &[
    ("compose-file", "compose.yaml"),
    ("variables", "A=hunter2"),
    ("database-image", "postgres:16"),
    ("store-image", "my/s3:1"),
    ("balancer-image", "haproxy:3"),
    ("plugins", "x.tar.gz"),
    ("suite-image", "my/suite:1"),
    ("browser-image", "my/browser:1"),
    ("license", "text"),
    ("keep", "true"),
    ("pull", "always"),
    ("lock", "lock.json"),
];

/// Inputs that are only for an attached cluster.
const OF_ATTACHED: &[(&str, &str)] = &[
    ("node-urls", "http://10.0.0.1:8065"),
    ("balancer-url", "http://10.0.0.9"),
    ("replace-command", "./replace.sh"),
    ("drain-command", "./drain.sh"),
    ("undrain-command", "./undrain.sh"),
    ("admin-username", "root"),
    ("admin-password", "hunter2hunter2"),
    ("admin-token", "hunter2hunter2"),
];

/// A call on an attached cluster that is right but for these inputs.
fn attached(command: &str, wrong: &[(&str, &str)]) -> Case {
    let mut inputs = wrong.to_vec();
    for right in [
        ("cluster", "attached"),
        ("node-urls", "http://127.0.0.1:9\nhttp://127.0.0.2:9"),
        ("balancer-url", "http://127.0.0.3:9"),
        ("replace-command", "true"),
        ("admin-token", "hunter2hunter2"),
    ] {
        if !wrong.iter().any(|(name, _)| *name == right.0) {
            inputs.push(right);
        }
    }
    Case::inputs(command, &inputs)
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for address in NO_ADDRESS.iter().collect::<std::collections::BTreeSet<_>>() {
        cases.push(attached("plan", &[("balancer-url", address)]));
        cases.push(attached("plan", &[("node-urls", address)]));
        let second = format!("mm-0=http://10.0.0.1:8065\nmm-1={address}");
        cases.push(attached("plan", &[("node-urls", &second)]));
    }
    for lines in [
        "=http://h:1",
        "../b=http://h:1",
        "a b=http://h:1",
        ".=http://h:1",
        "a/b=http://h:1",
        "ü=http://h:1",
        "a=http://h:1\na=http://h:2",
        "http://h:1\nhttp://h:1",
        "http://h:1\nhttp://h:1/",
        "a=http://h:1 b=http://h:2",
        "http://h:1,http://h:2",
        "\n",
        "# none",
        "$NODE=http://h:1",
        "a=b=http://h:1",
        "-=http://",
    ] {
        cases.push(attached("plan", &[("node-urls", lines)]));
    }
    for input in ["node-urls", "balancer-url", "replace-command"] {
        cases.push(attached("plan", &[(input, "")]));
        cases.push(attached("run", &[(input, "")]));
    }
    for &(input, value) in OF_BUILT {
        cases.push(attached("plan", &[(input, value)]));
    }
    for &(input, value) in OF_ATTACHED {
        cases.push(Case::inputs("plan", &[(input, value)]));
        cases.push(Case::inputs("run", &[(input, value)]));
    }
    for admin in [
        &[("admin-username", "root")][..],
        &[("admin-password", "hunter2hunter2")],
        &[("admin-username", "root"), ("admin-password", "hunter2hunter2")],
    ] {
        // Beside the token that is there already, each is one too many.
        cases.push(attached("plan", admin));
    }
    for admin in [
        &[("admin-username", "root"), ("admin-token", "")][..],
        &[("admin-password", "x"), ("admin-token", "")],
        &[("admin-token", "")],
    ] {
        let mut case = attached("plan", admin);
        case.says = vec!["admin-".into()];
        cases.push(case);
    }
    for (stable, release) in [("10.11.0", "11.7.0"), ("11.1.0", "11.6.0")] {
        let mut case = attached("plan", &[("stable", stable), ("release", release)]);
        case.says = vec!["mode".into()];
        cases.push(case);
    }
    cases.push(attached("plan", &[("mode", "stop-start")]));
    cases.push(attached("plan", &[("migrate", "job")]));
    for when in ["mid", "full"] {
        cases.push(attached("plan", &[("rollback", when)]));
        let mut stopped = Case::inputs("plan", &[("mode", "stop-start"), ("rollback", when)]);
        stopped.says = vec!["rollback".into()];
        cases.push(stopped);
    }
    cases
}
