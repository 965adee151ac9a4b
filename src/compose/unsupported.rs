//! Keys that are refused, and what to do instead.

use super::node::{Findings, Node, scalar};

/// Notes that `key` of a service is refused. A switch that is off anyway passes.
pub(super) fn service_key(node: &Node<'_>, key: &str, findings: &mut Findings) {
    let switch = matches!(key, "privileged" | "oom_kill_disable" | "use_api_socket");
    if switch && scalar(node.value).as_deref() == Some("false") {
        return;
    }
    let (message, remedy) = match key {
        "build" => ("images are not built here", "Build the image first and name it under `image:`"),
        "privileged" => ("privileged containers are refused", "Grant what is needed under `cap_add:`"),
        "network_mode" => ("sharing a network namespace is refused", "Use `networks:`"),
        "pid" | "ipc" | "uts" | "userns_mode" | "cgroup" | "cgroup_parent" => {
            ("sharing namespaces or control groups is refused", "Leave it out")
        }
        "devices" | "device_cgroup_rules" | "gpus" | "runtime" => {
            ("devices of the host are refused", "Leave it out")
        }
        "use_api_socket" => ("handing the engine's socket to a container is refused", "Leave it out"),
        "links" | "external_links" => (
            "links are not supported",
            "Use the service's name, or `aliases:` under `networks:`, and `depends_on:`",
        ),
        "volumes_from" => ("`volumes_from` is not supported", "Mount a named volume in both services"),
        "logging" => (
            "the logs are read through the engine's default driver",
            "Leave `logging:` out, or put it into a file that only you use",
        ),
        "dns" | "dns_search" | "dns_opt" => (
            "the DNS settings of a container are not supported",
            "Use `extra_hosts:`, or `aliases:` under `networks:`",
        ),
        "mem_reservation" | "memswap_limit" | "mem_swappiness" | "cpu_shares" | "cpu_quota"
        | "cpu_period" | "cpuset" => {
            ("this resource setting is not supported", "Use `mem_limit:` and `cpus:`, or leave it out")
        }
        "label_file" => ("`label_file` is not supported", "Write the labels under `labels:`"),
        "develop" => ("`develop` has no meaning here", "Put it into a file that only you use"),
        "post_start" | "pre_stop" | "pre_start" => {
            ("hooks are not supported", "Do it in the image's entrypoint")
        }
        "provider" | "models" | "credential_spec" => {
            ("only containers are supported here", "Remove the service or the key")
        }
        _ => return unknown(node, key, "of a service", findings),
    };
    findings.problem(&node.place, message, remedy);
}

/// Notes that a key at the top of a file is refused.
pub(super) fn top_level_key(node: &Node<'_>, key: &str, findings: &mut Findings) {
    match key {
        "include" => findings.problem(
            &node.place,
            "`include` is not supported",
            "Give the files to the gate together, one over the other",
        ),
        "models" => findings.problem(&node.place, "only containers are supported here", "Remove `models:`"),
        _ => unknown(node, key, "at the top of a compose file", findings),
    }
}

fn unknown(node: &Node<'_>, key: &str, of: &str, findings: &mut Findings) {
    findings.problem(
        &node.place,
        format!("the key `{key}` {of} is not supported"),
        "Check its spelling, leave it out, or call it x-… if it is a note",
    );
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    #[test]
    fn every_refusal_has_a_remedy_and_switches_that_are_off_pass() {
        let (remedies, told) =
            reading("{build: ., privileged: true, logging: {}, colour: red}", |node, findings| {
                for (key, node) in node.keys(findings) {
                    service_key(&node, &key, findings);
                }
                findings.problems.iter().map(|found| found.remedy.clone()).collect::<Vec<_>>()
            });
        assert_eq!(told[0], "build: images are not built here");
        assert_eq!(remedies[0], "Build the image first and name it under `image:`");
        assert_eq!(
            (told.len(), told[3].as_str()),
            (4, "colour: the key `colour` of a service is not supported")
        );
        let (_, told) = reading("false", |node, findings| service_key(node, "privileged", findings));
        assert!(told.is_empty());
    }
}
