//! What we read from compose files, against what docker-compose itself reads (`docker-compose config`).
//!
//! The program is Debian's docker-compose 1.29, whose source shares nothing with ours. Both sides are brought to one plain view;
//! the durations, sizes and words of the other side are read with other people's parsers, not with ours.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};
use upgrade_gate::compose::{
    Condition, FileMount, Healthcheck, MountSource, Parsed, Project, Restart, Service, load,
};

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
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/compose")
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
                "subnets": network.subnets});
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
            let condition = match dependency.condition {
                Condition::ServiceStarted => "service_started",
                Condition::ServiceHealthy => "service_healthy",
                Condition::ServiceCompletedSuccessfully => "service_completed_successfully",
            };
            (name.clone(), json!(condition))
        })
        .collect();
    let ports: Vec<String> = service
        .ports
        .iter()
        .map(|port| {
            let published = port.published.map(|port| port.to_string()).unwrap_or_default();
            let address = port.host_ip.as_deref().unwrap_or_default();
            format!("{address}:{published}:{}/{}", port.target, port.protocol)
        })
        .collect();
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
    let file = |file: &FileMount| {
        format!("{} {} {}:{} {:o}", file.source, file.target, file.uid, file.gid, file.mode)
    };
    let restart = match service.restart {
        Restart::No => "no".to_owned(),
        Restart::Always => "always".to_owned(),
        Restart::UnlessStopped => "unless-stopped".to_owned(),
        Restart::OnFailure(times) => format!("on-failure:{times}"),
    };
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
        "restart": restart, "cap_add": service.cap_add, "cap_drop": service.cap_drop,
        "security_opt": service.security_opt, "sysctls": service.sysctls, "read_only": service.read_only,
        "shm_size": service.shm_size, "platform": service.platform, "stdin_open": service.stdin_open, "tty": service.tty,
    })
}

fn our_healthcheck(check: &Healthcheck) -> Value {
    json!({"test": check.test, "interval": check.interval.map(nanos), "timeout": check.timeout.map(nanos),
        "retries": check.retries, "start_period": check.start_period.map(nanos)})
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap()
}

fn ordered(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

// ---- theirs --------------------------------------------------------------------------------------------------------------------

/// What docker-compose reads, in the plain view.
fn theirs(names: &[&str]) -> Value {
    let mut command = Command::new("docker-compose");
    for name in names {
        command.arg("-f").arg(folder().join(name));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let output = command.arg("config").env_clear().env("PATH", path).envs(GIVEN).output().unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker-compose refuses {names:?}: {problem}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let printed: Value = yaml_serde::from_str(&printed).unwrap();
    let printed = unescaped(&printed);
    let services: Map<String, Value> =
        entries(&printed["services"]).map(|(name, service)| (name.clone(), their_service(service))).collect();
    // Only what is used is created today; 1.29 prints all of it.
    let uses = |key: &str, name: &str| {
        services.values().any(|service| match &service[key] {
            Value::Object(map) => map.contains_key(name),
            list => texts(list).iter().any(|text| text.split([':', ' ']).next() == Some(name)),
        })
    };
    let mut networks: Map<String, Value> = Map::new();
    let declared = entries(&printed["networks"]).map(|(name, network)| (name.as_str(), network));
    let default = (!printed["networks"]["default"].is_object()).then_some(("default", &Value::Null));
    for (name, network) in declared.chain(default).filter(|(name, _)| uses("networks", name)) {
        let subnets: Vec<&Value> = network["ipam"]["config"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|config| &config["subnet"])
            .collect();
        let view = json!({"name": network["name"], "external": network["external"] == true, "driver": network["driver"],
            "driver_opts": map(&network["driver_opts"]), "internal": network["internal"] == true,
            "labels": map(&network["labels"]), "subnets": subnets});
        networks.insert(name.to_owned(), view);
    }
    let volumes: Map<String, Value> = entries(&printed["volumes"])
        .filter(|(name, _)| uses("volumes", name))
        .map(|(name, volume)| {
            let view = json!({"name": volume["name"], "external": volume["external"] == true, "driver": volume["driver"],
                "driver_opts": map(&volume["driver_opts"]), "labels": map(&volume["labels"])});
            (name.clone(), view)
        })
        .collect();
    let secrets: Map<String, Value> = entries(&printed["secrets"])
        .filter(|(name, _)| uses("secrets", name))
        .map(|(name, secret)| (name.clone(), secret["file"].clone()))
        .collect();
    json!({"services": services, "networks": networks, "volumes": volumes, "secrets": secrets})
}

fn their_service(service: &Value) -> Value {
    let conditions: Map<String, Value> =
        entries(&service["depends_on"]).map(|(name, at)| (name.clone(), at["condition"].clone())).collect();
    let networks: Map<String, Value> = match &service["networks"] {
        Value::Null => Map::from_iter([("default".to_owned(), json!({"aliases": []}))]),
        networks => entries(networks)
            .map(|(name, at)| {
                (name.clone(), json!({"aliases": texts(&at["aliases"]), "ipv4_address": at["ipv4_address"]}))
            })
            .collect(),
    };
    let ulimits: Map<String, Value> = entries(&service["ulimits"])
        .map(|(name, limit)| match limit {
            Value::Object(both) => (name.clone(), json!([both["soft"], both["hard"]])),
            one => (name.clone(), json!([one, one])),
        })
        .collect();
    let limits = &service["deploy"]["resources"]["limits"];
    let either = |a: &Value, b: &Value| if a.is_null() { b.clone() } else { a.clone() };
    let mut environment = map(&service["environment"]);
    environment.retain(|_, value| !value.is_null());
    let restart = match service["restart"].as_str() {
        None => "no".to_owned(),
        Some("on-failure") => "on-failure:0".to_owned(),
        Some(policy) => policy.to_owned(),
    };
    let hosts = match &service["extra_hosts"] {
        Value::Object(map) => map.iter().map(|(name, address)| format!("{name}:{}", text(address))).collect(),
        list => texts(list),
    };
    let sizes = |value: &Value| (!value.is_null()).then(|| bytes(&text(value)));
    json!({
        "image": service["image"], "command": words(&service["command"]), "entrypoint": words(&service["entrypoint"]),
        "environment": environment, "labels": map(&service["labels"]), "depends_on": conditions,
        "healthcheck": service["healthcheck"].as_object().map(|_| their_healthcheck(&service["healthcheck"])),
        "networks": networks, "ports": ordered(items(&service["ports"]).map(their_port).collect()),
        "expose": ordered(texts(&service["expose"])),
        "volumes": ordered(items(&service["volumes"]).map(their_mount).collect()), "tmpfs": texts(&service["tmpfs"]),
        "secrets": items(&service["secrets"]).map(their_secret).collect::<Vec<_>>(),
        "replicas": match either(&service["deploy"]["replicas"], &service["scale"]) { Value::Null => json!(1), number => number },
        "memory": sizes(&either(&limits["memory"], &service["mem_limit"])),
        "cpus": either(&limits["cpus"], &service["cpus"]), "pids": service["pids_limit"],
        "stop_grace_period": their_nanos(&service["stop_grace_period"]), "stop_signal": service["stop_signal"],
        "init": service["init"], "ulimits": ulimits, "extra_hosts": ordered(hosts), "hostname": service["hostname"],
        "container_name": service["container_name"], "user": service["user"], "working_dir": service["working_dir"],
        "restart": restart, "cap_add": texts(&service["cap_add"]), "cap_drop": texts(&service["cap_drop"]),
        "security_opt": texts(&service["security_opt"]), "sysctls": map(&service["sysctls"]),
        "read_only": service["read_only"] == true, "shm_size": sizes(&service["shm_size"]),
        "platform": service["platform"], "stdin_open": service["stdin_open"] == true, "tty": service["tty"] == true,
    })
}

fn their_healthcheck(check: &Value) -> Value {
    let test = match &check["test"] {
        Value::String(shell) => vec!["CMD-SHELL".to_owned(), shell.clone()],
        list => texts(list),
    };
    json!({"test": test, "interval": their_nanos(&check["interval"]), "timeout": their_nanos(&check["timeout"]),
        "retries": check["retries"], "start_period": their_nanos(&check["start_period"])})
}

fn their_port(port: &Value) -> String {
    match port {
        // With an address they print the old short form: 127.0.0.1:8001:8001/tcp.
        Value::String(short) => short.clone(),
        long => {
            let or =
                |value: &Value, default: &str| if value.is_null() { default.to_owned() } else { text(value) };
            format!(
                ":{}:{}/{}",
                or(&long["published"], ""),
                text(&long["target"]),
                or(&long["protocol"], "tcp")
            )
        }
    }
}

fn their_mount(mount: &Value) -> String {
    match mount {
        Value::String(short) if !short.contains(':') => format!("anonymous:{short}:rw"),
        Value::String(short) => short.clone(),
        long => {
            let source = if long["type"] == "tmpfs" { "tmpfs".to_owned() } else { text(&long["source"]) };
            let mode = if long["read_only"] == true { "ro" } else { "rw" };
            format!("{source}:{}:{mode}", text(&long["target"]))
        }
    }
}

fn their_secret(secret: &Value) -> String {
    let number = |key: &str| if secret[key].is_null() { "0".to_owned() } else { text(&secret[key]) };
    let source = text(&secret["source"]);
    let target = if secret["target"].is_null() { source.clone() } else { text(&secret["target"]) };
    let target = if target.starts_with('/') { target } else { format!("/run/secrets/{target}") };
    let mode = secret["mode"].as_u64().unwrap_or(0o444);
    format!("{source} {target} {}:{} {mode:o}", number("uid"), number("gid"))
}

/// They print `$` as `$$`, in keys too.
fn unescaped(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.replace("$$", "$")),
        Value::Array(items) => items.iter().map(unescaped).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.replace("$$", "$"), unescaped(value))).collect())
        }
        other => other.clone(),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A mapping with its values as texts.
fn map(value: &Value) -> Map<String, Value> {
    let text_or_null = |value: &Value| if value.is_null() { Value::Null } else { json!(text(value)) };
    entries(value).map(|(key, value)| (key.clone(), text_or_null(value))).collect()
}

fn texts(value: &Value) -> Vec<String> {
    items(value).map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn their_nanos(value: &Value) -> Option<u64> {
    value.as_str().map(|text| nanos(humantime::parse_duration(text).unwrap()))
}

/// A size as they leave it, such as `1.5g`.
fn bytes(text: &str) -> u64 {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = [("g", 1024.0 * 1024.0 * 1024.0), ("m", 1024.0 * 1024.0), ("k", 1024.0)];
    let factor = factor.iter().find(|(unit, _)| text.ends_with(unit)).map_or(1.0, |(_, factor)| *factor);
    format!("{:.0}", number.parse::<f64>().unwrap() * factor).parse().unwrap()
}

/// They leave a command in text form alone and split it later with Python's shlex, and so does this.
fn words(command: &Value) -> Option<Vec<String>> {
    match command {
        Value::Null => None,
        Value::String(text) => {
            let script = "import json, shlex, sys; print(json.dumps(shlex.split(sys.argv[1])))";
            let output = Command::new("python3").args(["-c", script, text]).output().unwrap();
            Some(serde_json::from_slice(&output.stdout).unwrap())
        }
        list => Some(texts(list)),
    }
}
