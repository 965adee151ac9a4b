//! Keys that name a namespace or a control group: the container's own is what it has anyway, another one's is refused.

use super::node::{Findings, YamlNode};

/// Reads `network_mode`, `pid`, `ipc`, `uts`, `userns_mode` or `cgroup`.
pub(super) fn namespace(node: &YamlNode<'_>, key: &str, findings: &mut Findings) {
    let Some(mode) = node.text(findings) else { return };
    match (key, mode.as_str()) {
        (_, "") | ("pid" | "uts", "private") => {}
        ("network_mode", "bridge" | "default" | "none") => findings.warn(
            &node.place,
            format!("`network_mode: {mode}` is not carried out: the service stands on the project's default network"),
        ),
        ("network_mode", _) => findings.problem(
            &node.place,
            format!("`network_mode: {mode}` is refused: parts are reached each by an address of its own"),
            "Remove it; publish what must be reached from outside under `ports:`, such as 8443:8443/udp",
        ),
        // The memory that processes share, the host's name, the mapping of users: none of it is verified.
        ("ipc", "private" | "shareable" | "none") | ("cgroup", "private") | ("uts" | "userns_mode", "host") => {
            findings.warn(&node.place, format!("`{key}: {mode}` has no effect here"));
        }
        _ => findings.problem(
            &node.place,
            format!("`{key}: {mode}` is refused: a container stays apart from the host and from others"),
            "Remove the key",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    #[test]
    fn a_namespace_of_its_own_passes_and_others_are_refused() {
        let (warned, told) = reading(
            "{network_mode: host, pid: host, ipc: 'service:db', cgroup: host, uts: private, userns_mode: host}",
            |node, findings| {
                for (key, node) in node.keys(findings) {
                    namespace(&node, &key, findings);
                }
                findings.warnings.clone()
            },
        );
        insta::assert_snapshot!(told.join("\n"), @r"
        network_mode: `network_mode: host` is refused: parts are reached each by an address of its own
        pid: `pid: host` is refused: a container stays apart from the host and from others
        ipc: `ipc: service:db` is refused: a container stays apart from the host and from others
        cgroup: `cgroup: host` is refused: a container stays apart from the host and from others
        ");
        assert_eq!(warned, ["userns_mode: `userns_mode: host` has no effect here"]);
        for mode in ["bridge", "none"] {
            let read = |node: &YamlNode<'_>, findings: &mut Findings| {
                namespace(node, "network_mode", findings);
                findings.warnings.len()
            };
            assert_eq!(reading(mode, read), (1, vec![]), "{mode}");
        }
    }
}
