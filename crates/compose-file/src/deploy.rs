//! `deploy`: replicas, resource limits and the restart policy; the rest is swarm's, and compose passes it over as well.

use super::kinds::judge;
use super::limits::{cpus, pids};
use super::node::{Findings, YamlNode, scalar};
use super::project::{ResourceLimits, Restart};

/// What `deploy` says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Deploy {
    pub(super) replicas: Option<u32>,
    pub(super) limits: ResourceLimits,
    /// It wins over `restart:`.
    pub(super) restart: Option<Restart>,
}

/// Reads `deploy`.
pub(super) fn deploy(node: &YamlNode<'_>, findings: &mut Findings) -> Deploy {
    let mut deploy = Deploy::default();
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "replicas" => deploy.replicas = node.count(findings),
            "restart_policy" => deploy.restart = restart(&node, findings),
            "resources" => {
                for (key, node) in node.keys(findings) {
                    match key.as_str() {
                        "limits" => deploy.limits = limits(&node, findings),
                        "reservations" => {
                            judge(&node, &key, findings);
                            findings.warn(&node.place, "reservations have no effect here");
                        }
                        _ => unknown(&node, &key, findings),
                    }
                }
            }
            "mode" if scalar(node.value).as_deref() == Some("replicated") => {}
            "mode" | "endpoint_mode" | "labels" | "placement" | "update_config" | "rollback_config" => {
                judge(&node, &key, findings);
                findings.warn(&node.place, format!("`{key}` is swarm's and has no effect here"));
            }
            _ => unknown(&node, &key, findings),
        }
    }
    deploy
}

fn limits(node: &YamlNode<'_>, findings: &mut Findings) -> ResourceLimits {
    let mut limits = ResourceLimits::default();
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "memory" => limits.memory = node.size(findings),
            "cpus" => limits.cpus = cpus(&node, findings),
            "pids" => limits.pids = pids(&node, findings),
            _ => unknown(&node, &key, findings),
        }
    }
    limits
}

/// How compose reads swarm's policy on a single engine: the pauses between attempts are the engine's, and a policy without a
/// condition is none, whatever `restart:` says.
fn restart(node: &YamlNode<'_>, findings: &mut Findings) -> Option<Restart> {
    let (mut policy, mut attempts) = (None, 0);
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "condition" => {
                policy = node.read("none, on-failure or any", findings, |text| match text {
                    "none" | "no" => Some(Restart::No),
                    "on-failure" => Some(Restart::OnFailure(0)),
                    "any" | "always" => Some(Restart::Always),
                    "unless-stopped" => Some(Restart::UnlessStopped),
                    _ => None,
                });
            }
            "max_attempts" => attempts = node.count(findings).unwrap_or_default(),
            "delay" | "window" => {}
            _ => unknown(&node, &key, findings),
        }
    }
    match policy {
        Some(Restart::OnFailure(_)) => Some(Restart::OnFailure(attempts)),
        policy => policy.or(Some(Restart::No)),
    }
}

fn unknown(node: &YamlNode<'_>, key: &str, findings: &mut Findings) {
    findings.problem(
        &node.place,
        format!("there is no key `{key}` here"),
        "Check its spelling, or leave it out",
    );
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    #[test]
    fn replicas_and_limits() {
        let (read, told) = reading(
            "{mode: replicated, replicas: '3', resources: {limits: {cpus: '0.5', memory: 1g, pids: 100}, reservations: {memory: 1m}}}",
            |node, findings| (deploy(node, findings), findings.warnings.clone()),
        );
        assert!(told.is_empty(), "{told:?}");
        let limits = ResourceLimits { memory: Some(1 << 30), cpus: Some(0.5), pids: Some(100) };
        assert_eq!(read.0, Deploy { replicas: Some(3), limits, restart: None });
        assert_eq!(read.1, ["resources.reservations: reservations have no effect here"]);
    }

    #[test]
    fn what_is_swarms_is_passed_over_and_what_is_nobodys_is_refused() {
        let (warned, told) = reading(
            "{mode: global, placement: {}, labels: {}, update_config: {}, resources: {limits: {memory: x, swap: 1}}, restarts: 1}",
            |node, findings| {
                deploy(node, findings);
                findings.warnings.clone()
            },
        );
        insta::assert_snapshot!(told.join("\n"), @r"
        resources.limits.memory: `x` is not a size such as 64m or 1.5g
        resources.limits.swap: there is no key `swap` here
        restarts: there is no key `restarts` here
        ");
        assert_eq!(warned.len(), 4, "{warned:?}");
        assert_eq!(warned[0], "mode: `mode` is swarm's and has no effect here");
    }

    #[test]
    fn restart_policies_are_read_as_compose_reads_them() {
        let read = |yaml: &str| reading(yaml, |node, findings| deploy(node, findings).restart).0;
        assert_eq!(read("{restart_policy: {condition: any, delay: 5s}}"), Some(Restart::Always));
        assert_eq!(read("{restart_policy: {condition: none}}"), Some(Restart::No));
        assert_eq!(
            read("{restart_policy: {max_attempts: 2, condition: on-failure}}"),
            Some(Restart::OnFailure(2))
        );
        assert_eq!(read("{restart_policy: {}}"), Some(Restart::No));
        assert_eq!(read("{replicas: 1}"), None);
    }
}
