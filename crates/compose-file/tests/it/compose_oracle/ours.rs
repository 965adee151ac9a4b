//! Our project in the plain view; the same view is made of compose's in `tests/oracle/view.go`.

use compose_file::{Healthcheck, Mount, MountSource, Project, PullPolicy, Service, load};
use serde_json::{Map, Value, json};

use super::cases::{Case, GIVEN};
use crate::compose_words::{condition, file, nanos, port, restart};

/// What we read of a case, or all that we have against it.
pub(super) fn read(case: &Case) -> Result<Value, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &case.files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let paths: Vec<_> = case.compose.iter().map(|name| folder.path().join(name)).collect();
    let given = GIVEN.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let parsed = load(&paths, given, &case.profiles, "gate");
    let base = folder.path().display().to_string();
    match parsed {
        Ok(parsed) => {
            let shown = view(&parsed.project).to_string().replace(&base, "/base");
            Ok(serde_json::from_str(&shown).unwrap())
        }
        Err(problems) => Err(problems.wrong.iter().map(ToString::to_string).collect()),
    }
}

fn view(project: &Project) -> Value {
    let named = |name: &Option<String>, key: &str, external: bool| match name {
        Some(name) if !name.is_empty() => name.clone(),
        _ if external => key.to_owned(),
        _ => format!("gate_{key}"),
    };
    let services: Map<String, Value> =
        project.services.iter().map(|(name, service)| (name.clone(), service_view(service))).collect();
    let networks: Map<String, Value> = project
        .networks
        .iter()
        .map(|(key, network)| {
            let view = json!({"name": named(&network.name, key, network.external), "external": network.external,
                "driver": text(&network.driver), "driver_opts": network.driver_opts, "internal": network.internal,
                "labels": network.labels, "ipv6": network.ipv6, "subnets": network.subnets});
            (key.clone(), view)
        })
        .collect();
    let volumes: Map<String, Value> = project
        .volumes
        .iter()
        .map(|(key, volume)| {
            let view = json!({"name": named(&volume.name, key, volume.external), "external": volume.external,
                "driver": text(&volume.driver), "driver_opts": volume.driver_opts, "labels": volume.labels});
            (key.clone(), view)
        })
        .collect();
    let contents = |files: &indexmap::IndexMap<String, compose_file::FileSource>| -> Map<String, Value> {
        let content = |bytes: &[u8]| json!(String::from_utf8_lossy(bytes));
        files.iter().map(|(name, source)| (name.clone(), content(&source.content))).collect()
    };
    json!({"services": services, "networks": networks, "volumes": volumes,
        "configs": contents(&project.configs), "secrets": contents(&project.secrets)})
}

fn service_view(service: &Service) -> Value {
    let depends_on: Map<String, Value> = service
        .depends_on
        .iter()
        .map(|(name, dependency)| {
            let condition = condition(&dependency.condition);
            (name.clone(), json!(format!("{condition} required={}", dependency.required)))
        })
        .collect();
    let networks: Map<String, Value> = service
        .networks
        .iter()
        .map(|(name, at)| {
            let (v4, v6) = (text(&at.ipv4_address), text(&at.ipv6_address));
            (name.clone(), json!({"aliases": at.aliases, "ipv4_address": v4, "ipv6_address": v6}))
        })
        .collect();
    let ulimits: Map<String, Value> =
        service.ulimits.iter().map(|(name, limit)| (name.clone(), json!([limit.soft, limit.hard]))).collect();
    let pull = match service.pull_policy {
        None | Some(PullPolicy::Missing | PullPolicy::Renewed) => "missing",
        Some(PullPolicy::Always) => "always",
        Some(PullPolicy::Never) => "never",
    };
    #[expect(clippy::cast_possible_truncation, reason = "compose keeps 32 bits of it")]
    let cpus = service.limits.cpus.map_or("0".to_owned(), |cpus| (cpus as f32).to_string());
    json!({
        "image": service.image, "command": service.command, "entrypoint": service.entrypoint,
        "environment": service.environment, "labels": service.labels, "depends_on": depends_on,
        "healthcheck": service.healthcheck.as_ref().map(healthcheck), "networks": networks,
        "ports": sorted(service.ports.iter().map(port)), "expose": sorted(service.expose.iter().cloned()),
        "volumes": sorted(service.volumes.iter().map(mount)), "tmpfs": service.tmpfs,
        "configs": sorted(service.configs.iter().map(file)), "secrets": sorted(service.secrets.iter().map(file)),
        "replicas": service.replicas, "memory": service.limits.memory.unwrap_or_default(), "cpus": cpus,
        "pids": service.limits.pids.unwrap_or_default(), "stop_grace_period": service.stop_grace_period.map(nanos),
        "stop_signal": text(&service.stop_signal), "init": service.init, "ulimits": ulimits,
        "extra_hosts": sorted(service.extra_hosts.iter().cloned()), "hostname": text(&service.hostname),
        "container_name": text(&service.container_name), "user": text(&service.user),
        "working_dir": text(&service.working_dir), "restart": restart(&service.restart), "cap_add": service.cap_add,
        "cap_drop": service.cap_drop, "security_opt": service.security_opt, "sysctls": service.sysctls,
        "read_only": service.read_only, "shm_size": service.shm_size.unwrap_or_default(),
        "platform": text(&service.platform), "pull_policy": pull, "stdin_open": service.stdin_open, "tty": service.tty,
        "links": service.links, "dns": service.dns, "dns_search": service.dns_search,
        "dns_options": service.dns_options, "groups": service.groups, "domainname": text(&service.domainname),
    })
}

fn healthcheck(check: &Healthcheck) -> Value {
    if check.test.first().is_some_and(|first| first == "NONE") {
        return json!("NONE");
    }
    json!({"test": check.test, "interval": check.interval.map(nanos), "timeout": check.timeout.map(nanos),
        "retries": check.retries, "start_period": check.start_period.map(nanos),
        "start_interval": check.start_interval.map(nanos)})
}

fn mount(mount: &Mount) -> String {
    let source = match &mount.source {
        MountSource::Volume(name) => format!("volume {name}"),
        MountSource::Anonymous => "volume none".to_owned(),
        MountSource::Bind(path) => format!("bind {}", path.display()),
        MountSource::Tmpfs(None) => "tmpfs none".to_owned(),
        MountSource::Tmpfs(Some(size)) => format!("tmpfs {size}"),
    };
    format!("{source}:{}:{}", mount.target, if mount.read_only { "ro" } else { "rw" })
}

/// What is empty says nothing.
fn text(value: &Option<String>) -> Option<&String> {
    value.as_ref().filter(|text| !text.is_empty())
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts.dedup();
    texts
}
