//! One compose file over another, by compose's rules.
//!
//! Mappings merge, lists append, `command`, `entrypoint` and `healthcheck.test` are replaced. What has a list and a mapping form is
//! brought to the mapping form first. `!override` replaces a value whole, `!reset` removes it. That mounts, ports, configs and
//! secrets are unique by where they end up is seen to when they are read.

use yaml_serde::{Mapping, Value};

use super::node::{Findings, PlaceStep, YamlPlace, scalar};
use super::tags::{is_reset, settle, settle_unless_reset};

/// How a value of an upper file meets the one below it.
enum MergeRule {
    /// The upper one stands alone.
    Replace,
    /// `KEY=value` lists and mappings, both as mappings.
    Pairs,
    /// A list of names or a mapping from names, both as mappings.
    Names,
    /// A text or a list or a mapping of texts, both as lists without repetition.
    Lines,
    /// A limit: one number, or a mapping of two, which merges with another mapping only.
    Limit,
    /// The address ranges of a network.
    Ranges,
    /// By what kind of value it is.
    Kind,
}

/// Whether a list at this place means the same with its entries once.
pub(super) fn is_set(place: &YamlPlace) -> bool {
    matches!(rule(place), MergeRule::Lines)
}

fn rule(place: &YamlPlace) -> MergeRule {
    let keys: Vec<&str> = place
        .steps()
        .iter()
        .map(|step| match step {
            PlaceStep::Key(key) => key.as_str(),
            PlaceStep::Item(_) => "[]",
        })
        .collect();
    match keys.as_slice() {
        ["services", _, "command" | "entrypoint"] | ["services", _, "healthcheck", "test"] => {
            MergeRule::Replace
        }
        ["services", _, "ulimits", _] => MergeRule::Limit,
        ["networks", _, "ipam", "config"] => MergeRule::Ranges,
        ["services", _, "environment" | "labels" | "annotations" | "sysctls"]
        | ["services", _, "build", "args" | "labels"]
        | ["services", _, "deploy", "labels"]
        | ["networks" | "volumes" | "configs" | "secrets", _, "labels"] => MergeRule::Pairs,
        ["services", _, "depends_on" | "networks"] => MergeRule::Names,
        [
            "services",
            _,
            "extra_hosts" | "env_file" | "tmpfs" | "cap_add" | "cap_drop" | "expose" | "profiles" | "dns"
            | "dns_search" | "dns_opt" | "label_file" | "links" | "group_add",
        ]
        | ["services", _, "networks", _, "aliases"] => MergeRule::Lines,
        _ => MergeRule::Kind,
    }
}

/// Puts `upper` over `lower`, both from the same place of their files.
pub(super) fn merge(lower: Value, upper: Value, place: &YamlPlace, findings: &mut Findings) -> Value {
    let upper = match upper {
        Value::Tagged(tagged) if tagged.tag == "override" => return settle(tagged.value),
        other => other,
    };
    match (rule(place), lower, upper) {
        (MergeRule::Replace, _, upper) => settle(upper),
        (MergeRule::Limit, Value::Mapping(lower), upper @ Value::Mapping(_)) => {
            mappings(Value::Mapping(lower), upper, place, findings)
        }
        (MergeRule::Limit, _, upper) => settle(upper),
        (_, lower, Value::Null) => lower,
        (_, Value::Null, upper) => settle(upper),
        (MergeRule::Pairs, lower, upper) => pairs(lower, upper),
        (MergeRule::Ranges, Value::Sequence(lower), Value::Sequence(upper)) => {
            Value::Sequence(ranges(lower, &settle(Value::Sequence(upper)), place, findings))
        }
        (MergeRule::Names, lower, upper) => {
            // Within one file, for `extends`, compose takes nothing out of a list; between files it has made a mapping of it.
            let upper = if lower.is_sequence() && findings.file.is_some() { settle(upper) } else { upper };
            mappings(names_as_mapping(lower, place), names_as_mapping(upper, place), place, findings)
        }
        (MergeRule::Lines, lower, upper) => {
            let mut lines = as_lines(lower);
            for line in as_lines(settle(upper)) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
            Value::Sequence(lines)
        }
        (_, Value::Sequence(mut lower), Value::Sequence(upper)) => {
            for item in upper.into_iter().filter_map(settle_unless_reset) {
                if !lower.contains(&item) {
                    lower.push(item);
                }
            }
            Value::Sequence(lower)
        }
        (_, lower @ Value::Mapping(_), upper @ Value::Mapping(_)) => mappings(lower, upper, place, findings),
        (_, lower, upper) => {
            if lower.is_mapping() || lower.is_sequence() {
                findings.problem(
                    place,
                    "the files give values of different kinds, which cannot be merged",
                    "Use the same form in all files, or put `!override` before the value",
                );
            }
            settle(upper)
        }
    }
}

fn mappings(lower: Value, upper: Value, place: &YamlPlace, findings: &mut Findings) -> Value {
    let (Value::Mapping(mut merged), Value::Mapping(upper)) = (lower, upper) else { return Value::Null };
    for (key, value) in upper {
        if is_reset(&value) {
            merged.shift_remove(&key);
            continue;
        }
        let below = place.key(scalar(&key).unwrap_or_default());
        match merged.get_mut(&key) {
            Some(slot) => *slot = merge(std::mem::take(slot), value, &below, findings),
            None => {
                merged.insert(key, settle(value));
            }
        }
    }
    Value::Mapping(merged)
}

/// Names with values, as a list, which is what compose makes of them: from then on `!reset` finds no single name any more. A name
/// without a value replaces the value below it: in `environment` it is passed on from outside then.
fn pairs(mut lower: Value, upper: Value) -> Value {
    if let (Value::Mapping(lower), Value::Mapping(upper)) = (&mut lower, &upper) {
        lower.retain(|name, _| !upper.get(name).is_some_and(is_reset));
    }
    let mut merged: Vec<String> = Vec::new();
    for line in pair_lines(lower).into_iter().chain(pair_lines(settle(upper))) {
        let name = |line: &str| line.split('=').next().unwrap_or_default().to_owned();
        match merged.iter_mut().find(|below| name(below) == name(&line)) {
            Some(below) => *below = line,
            None => merged.push(line),
        }
    }
    Value::Sequence(merged.into_iter().map(Value::from).collect())
}

/// `{A: b, C: }` as `[A=b, C]`; what is no text stays out, and is told where a single file is read.
fn pair_lines(value: Value) -> Vec<String> {
    let line = |name: &Value, value: &Value| match (scalar(name), scalar(value)) {
        (Some(name), Some(value)) => vec![format!("{name}={value}")],
        (Some(name), None) => match value.as_sequence() {
            Some(all) => all.iter().filter_map(scalar).map(|value| format!("{name}={value}")).collect(),
            None => vec![name],
        },
        _ => Vec::new(),
    };
    match value {
        Value::Mapping(mapping) => mapping.iter().flat_map(|(name, value)| line(name, value)).collect(),
        Value::Sequence(items) => items.iter().filter_map(scalar).collect(),
        other => scalar(&other).into_iter().collect(),
    }
}

/// As compose does it: a range meets the one of the same subnet, and a range with another subnet takes the place of all below.
fn ranges(lower: Vec<Value>, upper: &Value, place: &YamlPlace, findings: &mut Findings) -> Vec<Value> {
    let mut merged: Vec<Value> = Vec::new();
    let at =
        |all: &[Value], one: &Value| all.iter().position(|other| other.get("subnet") == one.get("subnet"));
    for mut below in lower {
        for above in upper.as_sequence().into_iter().flatten() {
            if above.get("subnet") != below.get("subnet") && at(&merged, above).is_none() {
                merged.push(above.clone());
                continue;
            }
            below = merge(below, above.clone(), &place.item(0), findings);
            match at(&merged, &below) {
                Some(index) => merged[index] = below.clone(),
                None => merged.push(below.clone()),
            }
        }
    }
    merged
}

/// `[a, b]` as `{a: …, b: …}`, with what the short form means.
fn names_as_mapping(value: Value, place: &YamlPlace) -> Value {
    let Value::Sequence(items) = value else { return value };
    let depends = matches!(place.steps().last(), Some(PlaceStep::Key(key)) if key == "depends_on");
    let meaning = if depends {
        let started = Mapping::from_iter([
            (Value::from("condition"), Value::from("service_started")),
            (Value::from("required"), Value::from(true)),
        ]);
        Value::Mapping(started)
    } else {
        Value::Null
    };
    Value::Mapping(items.into_iter().map(|name| (name, meaning.clone())).collect())
}

fn as_lines(value: Value) -> Vec<Value> {
    match value {
        Value::Sequence(items) => items,
        // `env_file: {path: …}` is one file; `extra_hosts: {name: address}` are many hosts.
        Value::Mapping(mapping) if !mapping.contains_key("path") => {
            let mut lines = Vec::new();
            for (name, value) in mapping {
                let name = scalar(&name).unwrap_or_default();
                let addresses = if let Value::Sequence(all) = value { all } else { vec![value] };
                lines.extend(
                    addresses.iter().filter_map(scalar).map(|text| Value::from(format!("{name}={text}"))),
                );
            }
            lines
        }
        single => vec![single],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(lower: &str, upper: &str) -> (Value, Vec<String>) {
        let tree =
            |text: &str| -> Value { yaml_serde::from_str(&format!("services: {{app: {text}}}")).unwrap() };
        let mut findings = Findings::default();
        let mut value = merge(settle(tree(lower)), tree(upper), &YamlPlace::default(), &mut findings);
        let told = findings.problems.iter().map(|found| found.place.to_string()).collect();
        (std::mem::take(&mut value["services"]["app"]), told)
    }

    #[track_caller]
    fn check(lower: &str, upper: &str, expected: &str) {
        let expected: Value = yaml_serde::from_str(expected).unwrap();
        assert_eq!(merged(lower, upper), (expected, vec![]));
    }

    #[test]
    fn mappings_merge_and_scalars_are_replaced() {
        check("{image: a, user: u}", "{image: b, tty: true}", "{image: b, user: u, tty: true}");
        check(
            "{deploy: {replicas: 1, resources: {}}}",
            "{deploy: {replicas: 2}}",
            "{deploy: {replicas: 2, resources: {}}}",
        );
        check("{image: a}", "{image: }", "{image: a}");
        check("{ports: }", "{ports: [1]}", "{ports: [1]}");
    }

    #[test]
    fn lists_append() {
        check("{ports: ['1:1']}", "{ports: ['2:2']}", "{ports: ['1:1', '2:2']}");
        check("{security_opt: [a]}", "{security_opt: [b, a, b]}", "{security_opt: [a, b]}");
        check("{cap_add: [A, B]}", "{cap_add: [B, C]}", "{cap_add: [A, B, C]}");
        check("{tmpfs: /run}", "{tmpfs: [/tmp]}", "{tmpfs: [/run, /tmp]}");
        check("{env_file: a}", "{env_file: {path: b}}", "{env_file: [a, {path: b}]}");
    }

    #[test]
    fn commands_are_replaced() {
        check("{command: [a, b], entrypoint: e}", "{command: c}", "{command: c, entrypoint: e}");
        check(
            "{healthcheck: {test: [CMD, a], retries: 2}}",
            "{healthcheck: {test: [CMD, b]}}",
            "{healthcheck: {test: [CMD, b], retries: 2}}",
        );
        check("{command: a}", "{command: }", "{command: }");
    }

    #[test]
    fn pairs_merge_in_both_forms() {
        check(
            "{environment: [A=1, B=2, C]}",
            "{environment: {B: 3, D: }}",
            "{environment: [A=1, B=3, C, D]}",
        );
        check("{labels: {a: b}}", "{labels: [c=d=e]}", "{labels: [a=b, c=d=e]}");
        check("{environment: {A: 1, B: 2}}", "{environment: [A]}", "{environment: [A, B=2]}");
        check("{labels: [a=1]}", "{labels: {a: }}", "{labels: [a]}");
        check("{sysctls: {a: 1}}", "{sysctls: {a: }}", "{sysctls: [a]}");
        check("{environment: {A: 1}}", "{environment: }", "{environment: {A: 1}}");
        check(
            "{extra_hosts: ['a:1.1.1.1']}",
            "{extra_hosts: {b: 2.2.2.2}}",
            "{extra_hosts: ['a:1.1.1.1', b=2.2.2.2]}",
        );
    }

    #[test]
    fn names_merge_in_both_forms() {
        check(
            "{depends_on: [a, b]}",
            "{depends_on: {b: {condition: service_healthy}}}",
            "{depends_on: {a: {condition: service_started, required: true}, b: {condition: service_healthy, required: true}}}",
        );
        check("{networks: [a]}", "{networks: {b: {aliases: [x]}}}", "{networks: {a: , b: {aliases: [x]}}}");
    }

    #[test]
    fn tags_replace_and_remove() {
        check("{ports: [1], user: u}", "{ports: !override [2], user: !reset null}", "{ports: [2]}");
        check("{environment: {A: 1, B: 2}}", "{environment: {A: !reset null}}", "{environment: [B=2]}");
        check("{environment: [A=1, B=2]}", "{environment: {A: !reset null}}", "{environment: [A=1, B=2]}");
        check("{image: !override a, user: !reset null}", "{tty: true}", "{image: a, tty: true}");
        check(
            "{depends_on: [a]}",
            "{depends_on: !override {b: {condition: service_started}}}",
            "{depends_on: {b: {condition: service_started}}}",
        );
    }

    #[test]
    fn different_kinds_are_refused() {
        assert_eq!(merged("{ports: [1]}", "{ports: {a: b}}").1, ["services.app.ports"]);
        assert_eq!(merged("{deploy: {}}", "{deploy: 3}").1, ["services.app.deploy"]);
        check("{build: .}", "{build: {context: .}}", "{build: {context: .}}");
        check(
            "{ulimits: {a: 1, b: {soft: 1, hard: 2}}}",
            "{ulimits: {a: {soft: 1, hard: 2}, b: {hard: 3}}}",
            "{ulimits: {a: {soft: 1, hard: 2}, b: {soft: 1, hard: 3}}}",
        );
    }

    #[test]
    fn address_ranges_meet_by_their_subnet() {
        let over = |lower: &str, upper: &str| {
            let tree = |text: &str| -> Value { yaml_serde::from_str(text).unwrap() };
            let place = YamlPlace::default().key("networks").key("n").key("ipam").key("config");
            merge(tree(lower), tree(upper), &place, &mut Findings::default())
        };
        let tree = |text: &str| -> Value { yaml_serde::from_str(text).unwrap() };
        assert_eq!(over("[{subnet: a}]", "[{subnet: a, gateway: g}]"), tree("[{subnet: a, gateway: g}]"));
        assert_eq!(over("[{subnet: a}]", "[{subnet: b}]"), tree("[{subnet: b}]"));
        assert_eq!(over("[{subnet: a}, {subnet: b}]", "[{subnet: b}]"), tree("[{subnet: b}]"));
    }
}
