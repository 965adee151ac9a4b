//! One service: which key is read by whom.

use super::command::command;
use super::depends_on::depends_on;
use super::deploy::{Deploy, deploy};
use super::environment::{Variables, labels, pairs};
use super::files::file_mounts;
use super::healthcheck::healthcheck;
use super::limits::{cpus, pids, ulimits};
use super::networks::{attachments, extra_hosts};
use super::node::{Findings, Node};
use super::ports::{expose, ports};
use super::project::{Attachment, Limits, PullPolicy, Restart, Service};
use super::unsupported::service_key;
use super::volumes::{mounts, tmpfs};

/// Reads a service.
pub(super) fn service(node: &Node<'_>, variables: &Variables<'_>, findings: &mut Findings) -> Service {
    let mut service = Service::default();
    let (mut image, mut is_built, mut scale, mut deployed) = (None, false, None, Deploy::default());
    let (mut env_file, mut environment) = (None, None);
    let mut limits = Limits::default();
    for (key, node) in node.keys(findings) {
        let node = &node;
        match key.as_str() {
            "image" => image = node.text(findings),
            "command" => service.command = command(node, findings),
            "entrypoint" => service.entrypoint = command(node, findings),
            "environment" => environment = Some(node.clone()),
            "env_file" => env_file = Some(node.clone()),
            "labels" => service.labels = labels(node, findings),
            "depends_on" => service.depends_on = depends_on(node, findings),
            "healthcheck" => service.healthcheck = Some(healthcheck(node, findings)),
            "networks" => service.networks = attachments(node, findings),
            "ports" => service.ports = ports(node, findings),
            "expose" => service.expose = expose(node, findings),
            "volumes" => service.volumes = mounts(node, variables.base, variables.outer, findings),
            "tmpfs" => service.tmpfs = tmpfs(node, findings),
            "configs" => service.configs = file_mounts(node, "", findings),
            "secrets" => service.secrets = file_mounts(node, "/run/secrets", findings),
            "deploy" => deployed = deploy(node, findings),
            "scale" => scale = node.count(findings),
            "mem_limit" => limits.memory = node.size(findings),
            "cpus" => limits.cpus = cpus(node, findings),
            "pids_limit" => limits.pids = pids(node, findings),
            "stop_grace_period" => service.stop_grace_period = node.duration(findings),
            "stop_signal" => service.stop_signal = node.text(findings),
            "init" => service.init = node.flag(findings),
            "ulimits" => service.ulimits = ulimits(node, findings),
            "extra_hosts" => service.extra_hosts = extra_hosts(node, findings),
            "hostname" => service.hostname = node.text(findings),
            "container_name" => service.container_name = container_name(node, findings),
            "user" => service.user = node.text(findings),
            "working_dir" => service.working_dir = node.text(findings),
            "restart" => service.restart = restart(node, findings),
            "cap_add" => service.cap_add = node.texts(findings),
            "cap_drop" => service.cap_drop = node.texts(findings),
            "security_opt" => service.security_opt = security_opt(node, findings),
            "sysctls" => {
                let all = pairs(node, findings).into_iter();
                service.sysctls = all.map(|(name, value)| (name, value.unwrap_or_default())).collect();
            }
            "read_only" => service.read_only = node.flag(findings).unwrap_or_default(),
            "shm_size" => service.shm_size = node.size(findings),
            "platform" => service.platform = node.text(findings),
            "pull_policy" => service.pull_policy = pull_policy(node, findings),
            "stdin_open" => service.stdin_open = node.flag(findings).unwrap_or_default(),
            "tty" => service.tty = node.flag(findings).unwrap_or_default(),
            // Looked at before: who is on at all, and what is beneath a service.
            "profiles" | "extends" => {}
            other => {
                is_built |= other == "build";
                service_key(node, other, findings);
            }
        }
    }
    service.environment = variables.read(env_file.as_ref(), environment.as_ref(), findings);
    let image = image.unwrap_or_default();
    if image.trim().is_empty() && !is_built {
        findings.problem(&node.place, "the service has no image", "Name one under `image:`");
    }
    image.trim().clone_into(&mut service.image);
    if service.networks.is_empty() {
        service.networks.insert("default".to_owned(), Attachment::default());
    }
    let mut one = Agreement { node, findings };
    service.replicas = one.of("scale", scale, "deploy.replicas", deployed.replicas).unwrap_or(1);
    service.limits = Limits {
        memory: one.of("mem_limit", limits.memory, "deploy.resources.limits.memory", deployed.limits.memory),
        cpus: one.of("cpus", limits.cpus, "deploy.resources.limits.cpus", deployed.limits.cpus),
        pids: one.of("pids_limit", limits.pids, "deploy.resources.limits.pids", deployed.limits.pids),
    };
    service
}

/// Two keys that mean the same must not differ.
struct Agreement<'a, 'b> {
    node: &'a Node<'b>,
    findings: &'a mut Findings,
}

impl Agreement<'_, '_> {
    fn of<T: PartialEq>(&mut self, key: &str, short: Option<T>, other: &str, long: Option<T>) -> Option<T> {
        if short.is_some() && long.is_some() && short != long {
            let message = format!("`{key}` and `{other}` say different things");
            self.findings.problem(&self.node.place, message, "Keep one of them");
        }
        short.or(long)
    }
}

fn container_name(node: &Node<'_>, findings: &mut Findings) -> Option<String> {
    node.read("a container name (letters, digits, `_`, `.`, `-`)", findings, |text| {
        let valid = text.len() > 1
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        valid.then(|| text.to_owned())
    })
}

fn restart(node: &Node<'_>, findings: &mut Findings) -> Restart {
    let expected = "\"no\", always, unless-stopped, on-failure or on-failure:N";
    let policy = node.read(expected, findings, |text| match text {
        "no" => Some(Restart::No),
        "always" => Some(Restart::Always),
        "unless-stopped" => Some(Restart::UnlessStopped),
        "on-failure" => Some(Restart::OnFailure(0)),
        _ => text.strip_prefix("on-failure:")?.parse().ok().map(Restart::OnFailure),
    });
    policy.unwrap_or_default()
}

fn pull_policy(node: &Node<'_>, findings: &mut Findings) -> PullPolicy {
    let policy = node.read("missing, always or never", findings, |text| match text {
        "missing" | "if_not_present" => Some(PullPolicy::Missing),
        "always" => Some(PullPolicy::Always),
        "never" => Some(PullPolicy::Never),
        _ => None,
    });
    policy.unwrap_or_default()
}

fn security_opt(node: &Node<'_>, findings: &mut Findings) -> Vec<String> {
    let options = node.texts(findings);
    for option in &options {
        // compose replaces the path by the profile's text before the engine sees it.
        let profile = option.strip_prefix("seccomp:").or_else(|| option.strip_prefix("seccomp="));
        if profile.is_some_and(|profile| !matches!(profile, "unconfined" | "builtin")) {
            findings.problem(
                &node.place,
                "seccomp profiles from files are not supported",
                "Use seccomp:unconfined, or leave it out",
            );
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use indexmap::IndexMap;

    use super::super::node::reading;
    use super::super::source::MemoryFiles;
    use super::*;

    fn read(yaml: &str) -> (Service, Vec<String>) {
        let (outer, files) = (IndexMap::new(), MemoryFiles::default());
        let variables = Variables { base: Path::new("/srv"), outer: &outer, files: &files };
        reading(yaml, |node, findings| service(node, &variables, findings))
    }

    #[test]
    fn plain_keys() {
        let (service, told) = read(
            "{image: ' a:1 ', init: true, hostname: h, container_name: c-1, user: '2000', working_dir: /w, restart: on-failure:3,
              cap_add: [NET_ADMIN], cap_drop: [ALL], security_opt: [no-new-privileges:true], sysctls: [net.core.somaxconn=1024],
              read_only: true, shm_size: 64m, platform: linux/amd64, pull_policy: if_not_present, stdin_open: true, tty: true,
              stop_grace_period: 1m, stop_signal: SIGINT, x-note: 1, profiles: [a], privileged: false, ports: }",
        );
        assert!(told.is_empty(), "{told:?}");
        let expected = Service {
            image: "a:1".into(),
            init: Some(true),
            hostname: Some("h".into()),
            container_name: Some("c-1".into()),
            user: Some("2000".into()),
            working_dir: Some("/w".into()),
            restart: Restart::OnFailure(3),
            cap_add: vec!["NET_ADMIN".into()],
            cap_drop: vec!["ALL".into()],
            security_opt: vec!["no-new-privileges:true".into()],
            sysctls: IndexMap::from([("net.core.somaxconn".into(), "1024".into())]),
            read_only: true,
            shm_size: Some(64 << 20),
            platform: Some("linux/amd64".into()),
            stdin_open: true,
            tty: true,
            stop_grace_period: Some(Duration::from_secs(60)),
            stop_signal: Some("SIGINT".into()),
            networks: IndexMap::from([("default".into(), Attachment::default())]),
            replicas: 1,
            ..Service::default()
        };
        assert_eq!(service, expected);
    }

    #[test]
    fn the_same_thing_said_twice_must_agree() {
        let (service, told) = read(
            "{image: a, scale: 2, mem_limit: 1g, cpus: 1, deploy: {replicas: 2, resources: {limits: {memory: 1g, cpus: '1.0', pids: 5}}}}",
        );
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(service.replicas, 2);
        assert_eq!(service.limits, Limits { memory: Some(1 << 30), cpus: Some(1.0), pids: Some(5) });
        let (_, told) = read("{image: a, scale: 2, deploy: {replicas: 3}}");
        assert_eq!(told, [": `scale` and `deploy.replicas` say different things"]);
    }

    #[test]
    fn wrong_values_are_told() {
        let told = read("{image: '', restart: sometimes, pull_policy: build, container_name: 'a b', security_opt: [seccomp:./x.json]}").1;
        insta::assert_snapshot!(told.join("\n"), @r#"
        restart: `sometimes` is not "no", always, unless-stopped, on-failure or on-failure:N
        pull_policy: `build` is not missing, always or never
        container_name: `a b` is not a container name (letters, digits, `_`, `.`, `-`)
        security_opt: seccomp profiles from files are not supported
        : the service has no image
        "#);
        assert_eq!(read("{build: .}").1, ["build: images are not built here"]);
    }
}
