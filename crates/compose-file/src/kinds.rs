//! The kind of value that a key without effect must have: a file that compose refuses is refused here too.

use super::environment::pairs;
use super::node::{Findings, YamlNode, scalar};
use super::units;

/// Looks whether a key that nothing carries out has the kind of value that it has in compose's schema.
///
/// The keys of all places stand in one table; none means two kinds in two places. What is below `build` is not looked at.
pub(super) fn judge(node: &YamlNode<'_>, key: &str, findings: &mut Findings) {
    match key {
        "cpu_shares" | "cpu_quota" | "cpu_period" | "cpu_count" | "oom_score_adj" | "umask" | "priority"
        | "gw_priority" => {
            node.read("a whole number", findings, |text| text.parse::<i64>().ok());
        }
        "cpu_percent" => {
            node.read("a number", findings, |text| {
                text.parse::<f64>().ok().filter(|number| number.is_finite())
            });
        }
        "cpu_rt_period" | "cpu_rt_runtime" => {
            node.read("a number of microseconds, or a duration such as 400ms", findings, units::duration);
        }
        "mem_reservation" | "mem_swappiness" => {
            node.size(findings);
        }
        "memswap_limit" => {
            // -1: as much as there is.
            node.read("a size such as 64m, or -1", findings, |text| match text {
                "-1" => Some(0),
                text => units::size(text),
            });
        }
        "attach" | "oom_kill_disable" | "attachable" | "nocopy" => {
            node.flag(findings);
        }
        "isolation" | "mac_address" | "cpuset" | "cgroup_parent" | "pull_refresh_after"
        | "interface_name" | "selinux" | "propagation" | "recursive" | "subpath" | "mode"
        | "endpoint_mode" => {
            node.text(findings);
        }
        "link_local_ips" => {
            node.texts(findings);
        }
        "annotations" | "labels" | "storage_opt" | "driver_opts" | "options" | "aux_addresses" => {
            pairs(node, findings);
        }
        "logging" => known(node, &["driver", "options"], findings),
        "credential_spec" => known(node, &["config", "file", "registry"], findings),
        "develop" => known(node, &["watch"], findings),
        "blkio_config" => known(
            node,
            &[
                "weight",
                "weight_device",
                "device_read_bps",
                "device_read_iops",
                "device_write_bps",
                "device_write_iops",
            ],
            findings,
        ),
        "placement" | "update_config" | "rollback_config" | "reservations" => {
            node.entries(findings);
        }
        "build" if scalar(node.value).is_none() => {
            node.entries(findings);
        }
        "gpus" if node.value.is_sequence() => {
            for item in node.items(findings) {
                item.entries(findings);
            }
        }
        "gpus" => {
            node.read("`all` or a list", findings, |text| (text == "all").then_some(()));
        }
        _ => {}
    }
}

/// A mapping with these keys at most.
fn known(node: &YamlNode<'_>, keys: &[&str], findings: &mut Findings) {
    for (key, node) in node.keys(findings) {
        if !keys.contains(&key.as_str()) {
            let message = format!("there is no key `{key}` here");
            findings.problem(&node.place, message, format!("Write one of {}", keys.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    fn told(yaml: &str) -> Vec<String> {
        let judge_all = |node: &YamlNode<'_>, findings: &mut Findings| {
            for (key, node) in node.keys(findings) {
                judge(&node, &key, findings);
            }
        };
        reading(yaml, judge_all).1
    }

    #[test]
    fn values_of_the_right_kind_pass() {
        let good = "{cpu_shares: 512, oom_score_adj: -500, cpu_percent: 50.5, cpu_rt_period: 1000, cpu_rt_runtime: 400ms, \
             mem_reservation: 64m, memswap_limit: -1, attach: false, cpuset: 0, isolation: process, annotations: [a=b], \
             logging: {driver: local, options: {max-size: 1m}}, develop: {watch: []}, blkio_config: {weight: 300}, \
             build: {context: ., anything: 1}, gpus: all, link_local_ips: [1.2.3.4], placement: {}}";
        assert_eq!(told(good), Vec::<String>::new());
        assert!(told("{build: ., gpus: [{driver: x}], memswap_limit: 1g}").is_empty());
    }

    #[test]
    fn values_of_another_kind_are_told() {
        let bad = "{cpu_shares: text, cpu_percent: nan, cpu_rt_runtime: soon, mem_reservation: '', memswap_limit: -2, attach: maybe, \
             isolation: [a], annotations: 7, storage_opt: text, logging: {drvier: none}, develop: text, build: [a], gpus: text, \
             link_local_ips: x, placement: x, blkio_config: {a: b}}";
        insta::assert_snapshot!(told(bad).join("\n"), @r"
        cpu_shares: `text` is not a whole number
        cpu_percent: `nan` is not a number
        cpu_rt_runtime: `soon` is not a number of microseconds, or a duration such as 400ms
        mem_reservation: `` is not a size such as 64m or 1.5g
        memswap_limit: `-2` is not a size such as 64m, or -1
        attach: `maybe` is not true or false
        isolation: a list is not a text
        annotations: the value is not a mapping
        storage_opt: `text` is not a mapping
        logging.drvier: there is no key `drvier` here
        develop: `text` is not a mapping
        build: a list is not a mapping
        gpus: `text` is not `all` or a list
        link_local_ips: `x` is not a list
        placement: `x` is not a mapping
        blkio_config.a: there is no key `a` here
        ");
    }
}
