//! What docker-compose reads, in the plain view; read with other people's parsers, not with ours.

use std::process::Command;

use serde_json::{Map, Value, json};

use super::{GIVEN, folder, nanos, ordered};

/// What docker-compose reads, in the plain view.
pub(super) fn theirs(names: &[&str]) -> Value {
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
