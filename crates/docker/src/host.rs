//! The part of a create call that concerns the engine's host: mounts, ports, limits, rights. Pure.

use bollard::models::{
    HostConfig, Mount as EngineMount, MountTmpfsOptions, MountType, PortBinding, PortMap, ResourcesUlimits,
    RestartPolicy, RestartPolicyNameEnum,
};

use super::names::volume_name;
use compose_file::{Mount, MountSource, Project, Restart, Service};

/// Mounts, limits and rights of a service.
pub(super) fn host(project: &Project, service: &Service) -> HostConfig {
    let tmpfs = service.tmpfs.iter().map(|entry| {
        let (target, options) = entry.split_once(':').unwrap_or((entry, ""));
        (target.to_owned(), options.to_owned())
    });
    let ulimits = service.ulimits.iter().map(|(name, limit)| ResourcesUlimits {
        name: Some(name.clone()),
        soft: Some(limit.soft),
        hard: Some(limit.hard),
    });
    let published = ports(service).into_iter().filter(|(_, bindings)| bindings.is_some());
    let (binds, mounts) = mounts(project, service);
    HostConfig {
        binds: Some(binds),
        mounts: Some(mounts),
        port_bindings: Some(published.collect()),
        tmpfs: Some(tmpfs.collect()),
        memory: service.limits.memory.map(whole),
        nano_cpus: service.limits.cpus.map(|cpus| (cpus * 1e9).round() as i64),
        pids_limit: service.limits.pids,
        ulimits: Some(ulimits.collect()),
        restart_policy: Some(restart(service.restart)),
        init: service.init,
        extra_hosts: Some(service.extra_hosts.clone()),
        dns: given(&service.dns),
        dns_search: given(&service.dns_search),
        dns_options: given(&service.dns_options),
        group_add: given(&service.groups),
        cap_add: Some(service.cap_add.clone()),
        cap_drop: Some(service.cap_drop.clone()),
        security_opt: Some(service.security_opt.clone()),
        sysctls: Some(service.sysctls.iter().map(|(name, value)| (name.clone(), value.clone())).collect()),
        readonly_rootfs: Some(service.read_only),
        shm_size: service.shm_size.map(whole),
        ..Default::default()
    }
}

/// The mounts in the engine's two forms. Only the older one, `binds`, makes a missing folder of the host on every engine
/// (its counterpart in the newer one needs API 1.42); all others need the newer one.
fn mounts(project: &Project, service: &Service) -> (Vec<String>, Vec<EngineMount>) {
    let mount = |mount: &Mount| {
        let (typ, source, tmpfs_options) = match &mount.source {
            MountSource::Volume(key) => (MountType::VOLUME, Some(volume_name(project, key)), None),
            MountSource::Anonymous => (MountType::VOLUME, None, None),
            MountSource::Bind(path) => (MountType::BIND, Some(path.to_string_lossy().into_owned()), None),
            MountSource::Tmpfs(size) => {
                let size_bytes = size.map(whole);
                (MountType::TMPFS, None, Some(MountTmpfsOptions { size_bytes, ..Default::default() }))
            }
        };
        EngineMount {
            target: Some(mount.target.clone()),
            source,
            typ: Some(typ),
            read_only: Some(mount.read_only),
            tmpfs_options,
            ..Default::default()
        }
    };
    let (mut binds, mut mounts) = (Vec::new(), Vec::new());
    for volume in &service.volumes {
        match bind(volume) {
            Some(bind) => binds.push(bind),
            None => mounts.push(mount(volume)),
        }
    }
    (binds, mounts)
}

/// `source:target:options`, of a bind mount whose folder may have to be made. A colon in a path has no place there.
fn bind(mount: &Mount) -> Option<String> {
    let MountSource::Bind(path) = &mount.source else { return None };
    let path = path.to_str()?;
    if !mount.create_host_path || path.contains(':') || mount.target.contains(':') {
        return None;
    }
    let options = if mount.read_only { "ro" } else { "rw" };
    Some(format!("{path}:{}:{options}", mount.target))
}

/// Declared and published ports by `number/protocol`; a port that is only declared has no binding.
pub(super) fn ports(service: &Service) -> PortMap {
    let mut ports = PortMap::new();
    for declared in &service.expose {
        let key = if declared.contains('/') { declared.clone() } else { format!("{declared}/tcp") };
        ports.entry(key).or_default();
    }
    for port in &service.ports {
        let binding = PortBinding {
            host_ip: port.host_ip.clone(),
            // An empty port lets the engine choose.
            host_port: Some(port.published.map(|port| port.to_string()).unwrap_or_default()),
        };
        let key = format!("{}/{}", port.target, port.protocol);
        ports.entry(key).or_default().get_or_insert_default().push(binding);
    }
    ports
}

fn restart(policy: Restart) -> RestartPolicy {
    let (name, retries) = match policy {
        Restart::No => (RestartPolicyNameEnum::NO, None),
        Restart::Always => (RestartPolicyNameEnum::ALWAYS, None),
        Restart::OnFailure(retries) => (RestartPolicyNameEnum::ON_FAILURE, Some(i64::from(retries))),
        Restart::UnlessStopped => (RestartPolicyNameEnum::UNLESS_STOPPED, None),
    };
    RestartPolicy { name: Some(name), maximum_retry_count: retries }
}

/// A list that the file gives; the engine's own holds where it gives none.
fn given(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use indexmap::IndexMap;

    use super::*;
    use compose_file::{Limits, Port, Ulimit, Volume};

    fn made(service: &Service) -> HostConfig {
        let volumes = IndexMap::from([
            ("data".to_owned(), Volume::default()),
            ("shared".to_owned(), Volume { external: true, ..Volume::default() }),
        ]);
        host(&Project { name: "p".into(), volumes, ..Project::default() }, service)
    }

    #[test]
    fn each_kind_of_mount_has_its_form() {
        let mount = |source, target: &str| Mount { source, target: target.into(), ..Mount::default() };
        let bind = |path: &str| mount(MountSource::Bind(PathBuf::from(path)), path);
        let volumes = vec![
            mount(MountSource::Volume("data".into()), "/data"),
            mount(MountSource::Volume("shared".into()), "/shared"),
            mount(MountSource::Anonymous, "/anonymous"),
            Mount { read_only: true, ..bind("/there") },
            mount(MountSource::Tmpfs(Some(64)), "/memory"),
            Mount { create_host_path: true, ..bind("/made") },
            Mount { create_host_path: true, read_only: true, ..bind("/made/too") },
            Mount { create_host_path: true, ..bind("/a:b") },
        ];
        let tmpfs = vec!["/run:size=1m".to_owned(), "/tmp".to_owned()];
        let host = made(&Service { volumes, tmpfs, ..Service::default() });
        let mounts = host.mounts.unwrap();
        let seen: Vec<_> = mounts.iter().map(|mount| (mount.typ.unwrap(), mount.source.as_deref())).collect();
        assert_eq!(
            seen,
            [
                (MountType::VOLUME, Some("p_data")),
                (MountType::VOLUME, Some("shared")),
                (MountType::VOLUME, None),
                (MountType::BIND, Some("/there")),
                (MountType::TMPFS, None),
                (MountType::BIND, Some("/a:b")),
            ]
        );
        assert_eq!(host.binds.unwrap(), ["/made:/made:rw", "/made/too:/made/too:ro"]);
        assert_eq!(mounts[3].read_only, Some(true));
        assert_eq!(mounts[4].tmpfs_options.as_ref().unwrap().size_bytes, Some(64));
        let tmpfs = host.tmpfs.unwrap();
        assert_eq!((tmpfs["/run"].as_str(), tmpfs["/tmp"].as_str()), ("size=1m", ""));
    }

    #[test]
    fn declared_ports_are_not_published() {
        let port = |published| Port { target: 80, published, host_ip: None, protocol: "tcp".into() };
        let service = Service {
            expose: vec!["8065".into(), "53/udp".into()],
            ports: vec![port(None), port(Some(8080))],
            ..Service::default()
        };
        let mut exposed: Vec<_> = ports(&service).into_keys().collect();
        exposed.sort();
        assert_eq!(exposed, ["53/udp", "80/tcp", "8065/tcp"]);
        let bindings = made(&service).port_bindings.unwrap();
        assert_eq!(bindings.len(), 1);
        let ports: Vec<_> =
            bindings["80/tcp"].as_ref().unwrap().iter().map(|binding| binding.host_port.as_deref()).collect();
        assert_eq!(ports, [Some(""), Some("8080")]);
    }

    #[test]
    fn names_are_looked_up_where_the_file_says() {
        let host =
            made(&Service { dns: vec!["1.1.1.1".into()], groups: vec!["mail".into()], ..Service::default() });
        assert_eq!(
            (host.dns.unwrap().join(" "), host.group_add.unwrap().join(" ")),
            ("1.1.1.1".into(), "mail".into())
        );
        assert_eq!((host.dns_search, host.dns_options), (None, None));
    }

    #[test]
    fn limits_and_restart_are_translated() {
        let host = made(&Service {
            limits: Limits { memory: Some(1 << 20), cpus: Some(1.5), pids: Some(9) },
            ulimits: IndexMap::from([("nofile".to_owned(), Ulimit { soft: 1, hard: 2 })]),
            restart: Restart::OnFailure(4),
            ..Service::default()
        });
        assert_eq!(
            (host.memory, host.nano_cpus, host.pids_limit),
            (Some(1 << 20), Some(1_500_000_000), Some(9))
        );
        assert_eq!(host.ulimits.unwrap()[0].hard, Some(2));
        let policy = host.restart_policy.unwrap();
        assert_eq!(
            (policy.name, policy.maximum_retry_count),
            (Some(RestartPolicyNameEnum::ON_FAILURE), Some(4))
        );
    }
}
