//! Keys that are not carried out: refused, with what to do instead, or without an effect on what is verified, with a warning.

use super::kinds::judge;
use super::node::{Findings, YamlNode, scalar};

/// Drivers whose logs the engine gives back.
const READABLE_LOGS: [&str; 3] = ["json-file", "local", "journald"];

/// Looks at a key of a service that nothing carries out. A switch that is off anyway passes.
pub(super) fn service_key(node: &YamlNode<'_>, key: &str, findings: &mut Findings) {
    let value = scalar(node.value);
    if matches!(key, "privileged" | "use_api_socket") && value.as_deref() == Some("false")
        || key == "runtime" && matches!(value.as_deref(), Some("" | "runc"))
    {
        return;
    }
    judge(node, key, findings);
    match key {
        "logging" => return logging(node, findings),
        "develop" => return findings.warn(&node.place, "`develop` has no effect here: nothing is watched"),
        "attach" | "annotations" | "credential_spec" | "mac_address" | "isolation" | "storage_opt"
        | "umask" | "pull_refresh_after" => {
            return findings.warn(&node.place, format!("`{key}` has no effect here"));
        }
        // They share out what the machine has, and what is verified does not depend on it.
        "mem_reservation" | "memswap_limit" | "mem_swappiness" | "oom_kill_disable" | "oom_score_adj"
        | "cpu_shares" | "cpu_quota" | "cpu_period" | "cpu_rt_period" | "cpu_rt_runtime" | "cpu_count"
        | "cpu_percent" | "cpuset" | "blkio_config" | "cgroup_parent" | "gpus" => {
            return findings
                .warn(&node.place, format!("`{key}` has no effect here; `mem_limit` and `cpus` have"));
        }
        _ => {}
    }
    let (message, remedy) = match key {
        "privileged" => ("privileged containers are refused", "Grant what is needed under `cap_add:`"),
        "devices" | "device_cgroup_rules" | "runtime" => (
            "devices and runtimes of the host are refused",
            "Leave the key out, or the service that needs it",
        ),
        "use_api_socket" => ("handing the engine's socket to a container is refused", "Leave it out"),
        "external_links" => (
            "links to containers of other projects are refused",
            "Put the service into the file, or share a network that is `external: true`",
        ),
        "volumes_from" => (
            "`volumes_from` is not supported",
            "Mount the same named volumes under `volumes:` in both services",
        ),
        "post_start" | "pre_stop" | "pre_start" => (
            "hooks are not run here",
            "Do it in the image's entrypoint, or in a service of its own that others wait for with \
             `condition: service_completed_successfully`",
        ),
        "provider" | "models" => ("only containers are supported here", "Remove the service or the key"),
        _ => return unknown(node, key, "of a service", findings),
    };
    findings.problem(&node.place, message, remedy);
}

/// The logs are kept by the engine's default driver, whatever the file says: they are evidence.
fn logging(node: &YamlNode<'_>, findings: &mut Findings) {
    let driver = node.value.get("driver").and_then(scalar).unwrap_or_default();
    if driver.is_empty() || READABLE_LOGS.contains(&driver.as_str()) {
        findings.warn(&node.place, "`logging` has no effect here: logs go to the engine's default driver");
    } else {
        let message = format!(
            "the driver `{driver}` is not used, its logs could not be read back: they go to the engine's default driver"
        );
        findings.warn(&node.place.key("driver"), message);
    }
}

/// Looks at a key at the top of a file that nothing carries out.
pub(super) fn top_level_key(node: &YamlNode<'_>, key: &str, findings: &mut Findings) {
    match key {
        // A service that uses a model is refused.
        "models" | "jobs" => {
            findings.warn(&node.place, format!("`{key}` have no effect here: they are not run"))
        }
        _ => unknown(node, key, "at the top of a compose file", findings),
    }
}

fn unknown(node: &YamlNode<'_>, key: &str, of: &str, findings: &mut Findings) {
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

    fn read(yaml: &str) -> (Vec<String>, Vec<String>) {
        reading(yaml, |node, findings| {
            for (key, node) in node.keys(findings) {
                service_key(&node, &key, findings);
            }
            findings.warnings.clone()
        })
    }

    #[test]
    fn what_changes_the_cluster_is_refused_and_switches_that_are_off_pass() {
        let (_, told) = read(
            "{privileged: true, devices: [x], runtime: nvidia, external_links: [a], volumes_from: [b], post_start: [], use_api_socket: true, colour: red}",
        );
        insta::assert_snapshot!(told.join("\n"), @r"
        privileged: privileged containers are refused
        devices: devices and runtimes of the host are refused
        runtime: devices and runtimes of the host are refused
        external_links: links to containers of other projects are refused
        volumes_from: `volumes_from` is not supported
        post_start: hooks are not run here
        use_api_socket: handing the engine's socket to a container is refused
        colour: the key `colour` of a service is not supported
        ");
        assert_eq!(read("{privileged: false, use_api_socket: false, runtime: runc}"), (vec![], vec![]));
    }

    #[test]
    fn what_has_no_effect_is_warned_of() {
        let (warned, told) = read("{attach: false, cpu_shares: 512, develop: {}, logging: {driver: local}}");
        assert_eq!((warned.len(), told.len()), (4, 0), "{told:?}");
        let (warned, _) = read("{logging: {driver: none}}");
        assert!(warned[0].starts_with("logging.driver: the driver `none` is not used"), "{warned:?}");
    }
}
