//! What we read from compose files, against what docker-compose itself reads (`docker-compose config`).
//!
//! The program is Debian's docker-compose 1.29, whose source shares nothing with ours. Both sides are brought to one plain view;
//! the durations, sizes and words of the other side are read with other people's parsers, not with ours.

mod theirs;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use compose_file::{Healthcheck, MountSource, Parsed, Project, Service, load};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::compose_words::{condition, file, nanos, port, restart};
use theirs::theirs;

/// The variables that both programs are given.
const GIVEN: [(&str, &str); 3] = [("HOME", "/home/jo"), ("GIVEN", "given"), ("PASSED", "passed")];

/// Files to compare; with two names, the second lies over the first.
///
/// Left out, because today's specification goes beyond 1.29 or differs from it: `today.yml` and `today-upper.yml` (nested
/// defaults, `${X:+…}`, `name:`, `required:`, inline configs, `start_interval`, `!reset`, `!override`), read by
/// `what_came_after_1_29` below.
const CASES: [&[&str]; 16] = [
    &["basics.yml"],
    &["environment.yml"],
    &["interpolation.yml"],
    &["ports.yml"],
    &["volumes.yml"],
    &["depends.yml"],
    &["health.yml"],
    &["networks.yml"],
    &["merge-lower.yml", "merge-upper.yml"],
    &["anchors.yml"],
    &["resources.yml"],
    &["extends.yml"],
    &["secrets.yml"],
    &["legacy-2.4.yml"],
    &["lists.yml"],
    &["mattermost.yml"],
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/compose")
}

fn ours(names: &[&str], profiles: &[&str]) -> Parsed {
    let paths: Vec<PathBuf> = names.iter().map(|name| folder().join(name)).collect();
    let given = GIVEN.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let profiles: Vec<String> = profiles.iter().map(|profile| (*profile).to_owned()).collect();
    load(&paths, IndexMap::from(given), &profiles, "gate")
        .unwrap_or_else(|problems| panic!("{names:?}: {problems}"))
}

#[test]
fn we_read_compose_files_as_docker_compose_does() {
    if Command::new("docker-compose").arg("version").output().is_err() {
        let required = std::env::var_os("UPGRADE_GATE_REQUIRE_DOCKER").is_some();
        assert!(!required, "UPGRADE_GATE_REQUIRE_DOCKER is set, but docker-compose is not on the PATH");
        eprintln!("docker-compose is not on the PATH: nothing was compared");
        return;
    }
    // Half a second of Python each, so at the same time.
    std::thread::scope(|scope| {
        for names in CASES {
            scope.spawn(move || compare(names));
        }
    });
}

fn compare(names: &[&str]) {
    let shown = |view: Value| serde_json::to_string_pretty(&sorted(view)).unwrap();
    let (read, expected) = (shown(view_of_ours(&ours(names, &[]).project)), shown(theirs(names)));
    assert!(read == expected, "{names:?}, ours (-) and theirs (+):\n{}", difference(&read, &expected));
}

#[test]
fn what_came_after_1_29() {
    let app = ours(&["today.yml", "today-upper.yml"], &[]).project.services["app"].clone();
    assert_eq!((app.image.as_str(), app.hostname.as_deref()), ("app:9.11", Some("tagged")));
    assert!(app.depends_on.is_empty(), "the profile of db is off");
    assert_eq!(app.environment["A"], "from file");
    assert_eq!(app.extra_hosts, ["ip6.test:::1"]);
    assert_eq!(app.ports.iter().map(|port| port.target).collect::<Vec<_>>(), [9000]);
    assert_eq!(app.user, None);
    assert_eq!(app.healthcheck.unwrap().start_interval, Some(Duration::from_millis(250)));
    let full = ours(&["today.yml"], &["full"]).project;
    assert_eq!(full.waves(), [["db"], ["app"]]);
    assert_eq!(full.configs["settings"].content, br#"{"tag": "9.11"}"#);
}

#[test]
fn a_variable_that_is_not_set_is_warned_of() {
    let warnings = ours(&["interpolation.yml"], &[]).warnings;
    assert_eq!(
        warnings,
        ["services.app.environment.BLANK: the variable MISSING is not set, an empty text stands in for it"]
    );
}

/// The lines that differ, marked.
fn difference(ours: &str, theirs: &str) -> String {
    let only = |mark: char, a: &str, b: &str| {
        let lines = a.lines().filter(|line| !b.lines().any(|other| other == *line));
        lines.map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    only('-', ours, theirs) + &only('+', theirs, ours)
}

/// With the keys of all mappings in alphabetical order, and without what says nothing.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .filter(|(_, value)| !value.is_null())
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

// ---- ours ----------------------------------------------------------------------------------------------------------------------

/// Our project in the plain view.
fn view_of_ours(project: &Project) -> Value {
    let services: Map<String, Value> =
        project.services.iter().map(|(name, service)| (name.clone(), our_service(service))).collect();
    let networks: Map<String, Value> = project
        .networks
        .iter()
        .map(|(name, network)| {
            let view = json!({"name": network.name, "external": network.external, "driver": network.driver,
                "driver_opts": network.driver_opts, "internal": network.internal, "labels": network.labels,
                "subnets": network.subnets.iter().map(|pool| &pool.subnet).collect::<Vec<_>>()});
            (name.clone(), view)
        })
        .collect();
    let volumes: Map<String, Value> = project
        .volumes
        .iter()
        .map(|(name, volume)| {
            let view = json!({"name": volume.name, "external": volume.external, "driver": volume.driver,
                "driver_opts": volume.driver_opts, "labels": volume.labels});
            (name.clone(), view)
        })
        .collect();
    let secrets: Map<String, Value> =
        project.secrets.iter().map(|(name, source)| (name.clone(), json!(source.origin))).collect();
    json!({"services": services, "networks": networks, "volumes": volumes, "secrets": secrets})
}

fn our_service(service: &Service) -> Value {
    let depends_on: Map<String, Value> = service
        .depends_on
        .iter()
        .map(|(name, dependency)| {
            let condition = condition(&dependency.condition);
            (name.clone(), json!(condition))
        })
        .collect();
    let ports: Vec<String> = service.ports.iter().map(port).collect();
    let volumes: Vec<String> = service
        .volumes
        .iter()
        .map(|mount| {
            let source = match &mount.source {
                MountSource::Volume(name) => name.clone(),
                MountSource::Bind(path) => path.display().to_string(),
                MountSource::Anonymous => "anonymous".to_owned(),
                MountSource::Tmpfs(_) => "tmpfs".to_owned(),
            };
            format!("{source}:{}:{}", mount.target, if mount.read_only { "ro" } else { "rw" })
        })
        .collect();
    let networks: Map<String, Value> = service
        .networks
        .iter()
        .map(|(name, at)| (name.clone(), json!({"aliases": at.aliases, "ipv4_address": at.ipv4_address})))
        .collect();
    let ulimits: Map<String, Value> =
        service.ulimits.iter().map(|(name, limit)| (name.clone(), json!([limit.soft, limit.hard]))).collect();
    json!({
        "image": service.image, "command": service.command, "entrypoint": service.entrypoint,
        "environment": service.environment, "labels": service.labels, "depends_on": depends_on,
        "healthcheck": service.healthcheck.as_ref().map(our_healthcheck), "networks": networks,
        "ports": ordered(ports), "expose": ordered(service.expose.clone()), "volumes": ordered(volumes),
        "tmpfs": service.tmpfs, "secrets": service.secrets.iter().map(file).collect::<Vec<_>>(),
        "replicas": service.replicas, "memory": service.limits.memory, "cpus": service.limits.cpus,
        "pids": service.limits.pids, "stop_grace_period": service.stop_grace_period.map(nanos),
        "stop_signal": service.stop_signal, "init": service.init, "ulimits": ulimits,
        "extra_hosts": ordered(service.extra_hosts.clone()), "hostname": service.hostname,
        "container_name": service.container_name, "user": service.user, "working_dir": service.working_dir,
        "restart": restart(&service.restart), "cap_add": service.cap_add, "cap_drop": service.cap_drop,
        "security_opt": service.security_opt, "sysctls": service.sysctls, "read_only": service.read_only,
        "shm_size": service.shm_size, "platform": service.platform, "stdin_open": service.stdin_open, "tty": service.tty,
    })
}

fn our_healthcheck(check: &Healthcheck) -> Value {
    json!({"test": check.test, "interval": check.interval.map(nanos), "timeout": check.timeout.map(nanos),
        "retries": check.retries, "start_period": check.start_period.map(nanos)})
}

fn ordered(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}
