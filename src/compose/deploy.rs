//! `deploy`: replicas and resource limits; the rest is swarm's.

use super::limits::{cpus, pids};
use super::node::{Findings, Node, scalar};
use super::project::Limits;

/// What `deploy` says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Deploy {
    pub(super) replicas: Option<u32>,
    pub(super) limits: Limits,
}

/// Reads `deploy`.
pub(super) fn deploy(node: &Node<'_>, findings: &mut Findings) -> Deploy {
    let mut deploy = Deploy::default();
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "replicas" => deploy.replicas = node.count(findings),
            "mode" if scalar(node.value).as_deref() == Some("replicated") => {}
            "resources" => {
                for (key, node) in node.keys(findings) {
                    match key.as_str() {
                        "limits" => deploy.limits = limits(&node, findings),
                        "reservations" => findings.warn(&node.place, "reservations have no effect here"),
                        _ => swarm_only(&node, &key, findings),
                    }
                }
            }
            _ => swarm_only(&node, &key, findings),
        }
    }
    deploy
}

fn limits(node: &Node<'_>, findings: &mut Findings) -> Limits {
    let mut limits = Limits::default();
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "memory" => limits.memory = node.size(findings),
            "cpus" => limits.cpus = cpus(&node, findings),
            "pids" => limits.pids = pids(&node, findings),
            _ => swarm_only(&node, &key, findings),
        }
    }
    limits
}

fn swarm_only(node: &Node<'_>, key: &str, findings: &mut Findings) {
    findings.problem(
        &node.place,
        format!("`{key}` is not supported under `deploy`"),
        "Keep replicas, resources.limits and resources.reservations; leave the rest out",
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
        let limits = Limits { memory: Some(1 << 30), cpus: Some(0.5), pids: Some(100) };
        assert_eq!(read.0, Deploy { replicas: Some(3), limits });
        assert_eq!(read.1, ["resources.reservations: reservations have no effect here"]);
    }

    #[test]
    fn what_is_swarms_is_refused() {
        let (_, told) =
            reading("{mode: global, placement: {}, resources: {limits: {memory: x, swap: 1}}}", deploy);
        insta::assert_snapshot!(told.join("\n"), @r"
        mode: `mode` is not supported under `deploy`
        placement: `placement` is not supported under `deploy`
        resources.limits.memory: `x` is not a size such as 64m or 1.5g
        resources.limits.swap: `swap` is not supported under `deploy`
        ");
    }
}
