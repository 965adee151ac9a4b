//! One service: which key is read by whom.

use indexmap::IndexMap;

use super::bounds::REPLICAS;
use super::command::command;
use super::depends_on::depends_on;
use super::deploy::{Deploy, deploy};
use super::environment::{Variables, labels, pairs};
use super::files::file_mounts;
use super::healthcheck::healthcheck;
use super::kinds::judge;
use super::label_file::label_files;
use super::limits::{cpus, pids, ulimits};
use super::namespaces::namespace;
use super::networks::{attachments, extra_hosts};
use super::node::{Findings, YamlNode, scalar};
use super::ports::{expose, ports};
use super::project::{
    Attachment, Dependency, DependsCondition, PullPolicy, ResourceLimits, Restart, Service,
};
use super::units;
use super::unsupported::service_key;
use super::volumes::{mounts, tmpfs};

/// Reads a service.
pub(super) fn service(node: &YamlNode<'_>, variables: &Variables<'_>, findings: &mut Findings) -> Service {
    let mut service = Service::default();
    let (mut scale, mut deployed) = (None, Deploy::default());
    let (mut env_file, mut environment, mut from_file) = (None, None, IndexMap::new());
    let mut limits = ResourceLimits::default();
    for (key, node) in node.keys(findings) {
        let node = &node;
        match key.as_str() {
            "image" => service.image = node.text(findings).unwrap_or_default().trim().to_owned(),
            "build" => {
                service.built = true;
                judge(node, &key, findings);
                let message =
                    "images are not built here: `image:` is used, and of a node the version that is verified";
                findings.warn(&node.place, message);
            }
            "command" => service.command = command(node, findings),
            "entrypoint" => service.entrypoint = command(node, findings),
            "environment" => environment = Some(node.clone()),
            "env_file" => env_file = Some(node.clone()),
            "labels" => service.labels = labels(node, findings),
            "label_file" => from_file = label_files(node, variables, findings),
            "links" => service.links = links(node, findings),
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
            "dns" => {
                service.dns = node.text_or_texts(findings);
                // compose drops an empty one, as `${DNS:-}` leaves it.
                service.dns.retain(|server| !server.is_empty());
            }
            "dns_search" => service.dns_search = node.text_or_texts(findings),
            "dns_opt" => service.dns_options = node.text_or_texts(findings),
            "group_add" => service.groups = node.texts(findings),
            "hostname" => service.hostname = node.text(findings),
            "domainname" => service.domainname = node.text(findings),
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
            "pull_policy" => service.pull_policy = Some(pull_policy(node, findings)),
            "stdin_open" => service.stdin_open = node.flag(findings).unwrap_or_default(),
            "tty" => service.tty = node.flag(findings).unwrap_or_default(),
            "network_mode" | "pid" | "ipc" | "uts" | "userns_mode" | "cgroup" => {
                namespace(node, &key, findings)
            }
            // Looked at before: who is on at all, and what is beneath a service.
            "profiles" | "extends" => {}
            other => service_key(node, other, findings),
        }
    }
    service.environment = variables.read(env_file.as_ref(), environment.as_ref(), findings);
    from_file.extend(std::mem::take(&mut service.labels));
    service.labels = from_file;
    for (alias, linked) in service.links.clone() {
        let started = Dependency { condition: DependsCondition::ServiceStarted, required: true };
        service.depends_on.entry(linked.clone()).or_insert(started);
        if alias == linked {
            // It is known by its own name anyway.
            service.links.shift_remove(&alias);
        }
    }
    if service.networks.is_empty() {
        service.networks.insert("default".to_owned(), Attachment::default());
    }
    let mut one = Agreement { node, findings };
    service.replicas = one.of("scale", scale, "deploy.replicas", deployed.replicas).unwrap_or(1);
    if service.replicas > REPLICAS {
        let message =
            format!("{} containers of one service are too many: {REPLICAS} is the most", service.replicas);
        one.findings.problem(&node.place, message, "Ask for fewer under `scale:` or `deploy.replicas:`");
        service.replicas = 1;
    }
    service.restart = deployed.restart.unwrap_or(service.restart);
    service.limits = ResourceLimits {
        memory: one.of("mem_limit", limits.memory, "deploy.resources.limits.memory", deployed.limits.memory),
        cpus: one.of("cpus", limits.cpus, "deploy.resources.limits.cpus", deployed.limits.cpus),
        pids: one.of("pids_limit", limits.pids, "deploy.resources.limits.pids", deployed.limits.pids),
    };
    service
}

/// `service` or `service:name`, by name.
fn links(node: &YamlNode<'_>, findings: &mut Findings) -> IndexMap<String, String> {
    let split = |text: String| match text.split_once(':') {
        Some((linked, alias)) => (alias.to_owned(), linked.to_owned()),
        None => (text.clone(), text),
    };
    node.texts(findings).into_iter().map(split).collect()
}

/// Two keys that mean the same must not differ.
struct Agreement<'a, 'b> {
    node: &'a YamlNode<'b>,
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

fn container_name(node: &YamlNode<'_>, findings: &mut Findings) -> Option<String> {
    node.read("a container name (letters, digits, `_`, `.`, `-`)", findings, |text| {
        let valid = text.len() > 1
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        valid.then(|| text.to_owned())
    })
}

fn restart(node: &YamlNode<'_>, findings: &mut Findings) -> Restart {
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

fn pull_policy(node: &YamlNode<'_>, findings: &mut Findings) -> PullPolicy {
    let rarely = |text: &str| {
        matches!(text, "build" | "refresh" | "daily" | "weekly")
            || text.strip_prefix("every_").is_some_and(|time| units::duration(time).is_some())
    };
    if let Some(policy) = scalar(node.value).filter(|text| rarely(text)) {
        let message =
            format!("`pull_policy: {policy}` is read as `missing`: an image is pulled where it is not there");
        findings.warn(&node.place, message);
        return PullPolicy::Missing;
    }
    let policy = node.read("missing, always or never", findings, |text| match text {
        "missing" | "if_not_present" => Some(PullPolicy::Missing),
        "always" => Some(PullPolicy::Always),
        "never" => Some(PullPolicy::Never),
        _ => None,
    });
    policy.unwrap_or_default()
}

fn security_opt(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<String> {
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
    use super::super::source::MemorySource;
    use super::*;

    fn read(yaml: &str) -> (Service, Vec<String>) {
        let (outer, files) = (IndexMap::new(), MemorySource::default());
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
            pull_policy: Some(PullPolicy::Missing),
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
        assert_eq!(service.limits, ResourceLimits { memory: Some(1 << 30), cpus: Some(1.0), pids: Some(5) });
        let (_, told) = read("{image: a, scale: 2, deploy: {replicas: 3}}");
        assert_eq!(told, [": `scale` and `deploy.replicas` say different things"]);
    }

    #[test]
    fn wrong_values_are_told() {
        let told = read("{image: '', restart: sometimes, pull_policy: often, container_name: 'a b', security_opt: [seccomp:./x.json]}").1;
        insta::assert_snapshot!(told.join("\n"), @r#"
        restart: `sometimes` is not "no", always, unless-stopped, on-failure or on-failure:N
        pull_policy: `often` is not missing, always or never
        container_name: `a b` is not a container name (letters, digits, `_`, `.`, `-`)
        security_opt: seccomp profiles from files are not supported
        "#);
    }

    #[test]
    fn images_are_not_built_but_a_service_may_say_how() {
        let (service, told) = read("{build: {context: .}}");
        assert!(service.built && service.image.is_empty() && told.is_empty(), "{told:?}");
        let (service, told) = read("{build: ., image: x}");
        assert_eq!((service.built, service.image.as_str(), told.len()), (true, "x", 0));
    }

    #[test]
    fn links_are_names_and_dependencies() {
        let (service, told) =
            read("{image: a, links: ['db:data', q], depends_on: {q: {condition: service_healthy}}}");
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(service.links, IndexMap::from([("data".to_owned(), "db".to_owned())]));
        assert_eq!(service.depends_on["db"].condition, DependsCondition::ServiceStarted);
        assert_eq!(service.depends_on["q"].condition, DependsCondition::ServiceHealthy);
    }

    #[test]
    fn dns_groups_and_the_restart_of_deploy_are_carried_out() {
        let (service, told) = read(
            "{image: a, dns: ['', 1.1.1.1], dns_search: [a.test], dns_opt: ['ndots:1'], group_add: [mail, 7], domainname: d, restart: always, deploy: {restart_policy: {condition: on-failure, max_attempts: 3}}}",
        );
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(
            (service.dns.join(" "), service.dns_search.join(" ")),
            ("1.1.1.1".into(), "a.test".into())
        );
        assert_eq!(
            (service.dns_options.join(" "), service.groups.join(" ")),
            ("ndots:1".into(), "mail 7".into())
        );
        assert_eq!((service.domainname.as_deref(), service.restart), (Some("d"), Restart::OnFailure(3)));
    }

    #[test]
    fn containers_are_counted() {
        let told = read("{image: a, deploy: {replicas: 4000000000}}").1;
        assert_eq!(told, [": 4000000000 containers of one service are too many: 100 is the most"]);
        assert!(read("{image: a, scale: 100}").1.is_empty());
    }

    #[test]
    fn pull_policies_of_time_are_read_as_missing() {
        for policy in ["build", "daily", "weekly", "refresh", "every_1d12h"] {
            let (service, told) = read(&format!("{{image: a, pull_policy: {policy}}}"));
            assert_eq!((service.pull_policy, told), (Some(PullPolicy::Missing), vec![]), "{policy}");
        }
    }

    /// The keys of a service in compose's own schema.
    const SPECIFIED: &str = "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs \
        container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset \
        credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint \
        env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc \
        isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models \
        network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_start pre_stop \
        privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt \
        shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits umask use_api_socket user \
        userns_mode uts volumes volumes_from working_dir";

    #[test]
    fn no_key_of_the_specification_is_taken_for_a_typing_error() {
        for key in SPECIFIED.split_whitespace() {
            let (_, told) = read(&format!("{{{key}: [x]}}"));
            assert!(
                !told.iter().any(|text| text.contains("of a service is not supported")),
                "{key}: {told:?}"
            );
        }
    }
}
