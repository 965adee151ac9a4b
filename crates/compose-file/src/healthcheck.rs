//! `healthcheck`.

use super::node::{Findings, YamlNode};
use super::project::Healthcheck;

/// Reads `healthcheck`. `disable: true` and `test: [NONE]` are the same.
pub(super) fn healthcheck(node: &YamlNode<'_>, findings: &mut Findings) -> Healthcheck {
    let mut check = Healthcheck::default();
    let mut disabled = false;
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "test" => check.test = test(&node, findings),
            "interval" => check.interval = node.duration(findings),
            "timeout" => check.timeout = node.duration(findings),
            "retries" => check.retries = node.count(findings),
            "start_period" => check.start_period = node.duration(findings),
            "start_interval" => check.start_interval = node.duration(findings),
            "disable" => disabled = node.flag(findings).unwrap_or_default(),
            _ => findings.problem(&node.place, format!("a health check has no key `{key}`"), "Leave it out"),
        }
    }
    if disabled {
        return Healthcheck { test: vec!["NONE".to_owned()], ..Healthcheck::default() };
    }
    check
}

/// A text is run by the shell of the container; a list says how. An empty list is the image's own test, as compose has it.
fn test(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<String> {
    if !node.value.is_sequence() {
        return node.text(findings).map(|text| vec!["CMD-SHELL".to_owned(), text]).unwrap_or_default();
    }
    let test = node.texts(findings);
    let (message, remedy) = match test.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] | ["NONE"] | ["CMD", _, ..] | ["CMD-SHELL", _] => return test,
        ["CMD-SHELL", ..] => {
            ("`CMD-SHELL` is followed by one text", "Write the whole shell command as one text")
        }
        ["CMD"] => ("`CMD` is followed by nothing", "Add the program and its arguments"),
        ["NONE", ..] => ("`NONE` stands alone", "Leave the rest out"),
        _ => ("the list does not start with CMD, CMD-SHELL or NONE", "Put `CMD` in front of the program"),
    };
    findings.problem(&node.place, message, remedy);
    Vec::new()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::node::reading;
    use super::*;

    #[test]
    fn all_keys() {
        let (read, told) = reading(
            "{test: [CMD, curl, -f, http://x], interval: 1m30s, timeout: 500ms, retries: '3', start_period: 10s, start_interval: 2}",
            healthcheck,
        );
        assert_eq!(read.test, ["CMD", "curl", "-f", "http://x"]);
        assert_eq!(read.interval, Some(Duration::from_secs(90)));
        assert_eq!(read.timeout, Some(Duration::from_millis(500)));
        assert_eq!(read.retries, Some(3));
        assert_eq!(read.start_period, Some(Duration::from_secs(10)));
        assert_eq!(read.start_interval, Some(Duration::from_secs(2)));
        assert!(told.is_empty());
    }

    #[test]
    fn forms_of_the_test() {
        let test_of = |yaml: &str| reading(yaml, healthcheck).0.test;
        assert_eq!(
            test_of("{test: pg_isready -U mm || exit 1}"),
            ["CMD-SHELL", "pg_isready -U mm || exit 1"]
        );
        assert_eq!(test_of("{test: [NONE]}"), ["NONE"]);
        assert_eq!(test_of("{test: [CMD, a], disable: true}"), ["NONE"]);
        assert!(test_of("{interval: 5s}").is_empty());
    }

    #[test]
    fn wrong_values_are_told() {
        let told = |yaml: &str| reading(yaml, healthcheck).1.join("\n");
        assert_eq!(told("{test: [curl, x]}"), "test: the list does not start with CMD, CMD-SHELL or NONE");
        assert_eq!(told("{test: [CMD-SHELL, a, b]}"), "test: `CMD-SHELL` is followed by one text");
        assert_eq!(told("{interval: soon}"), "interval: `soon` is not a duration such as 1m30s or 500ms");
        assert_eq!(told("{retries: -1}"), "retries: `-1` is not a whole number, 0 or more");
        assert_eq!(told("{intervall: 1s}"), "intervall: a health check has no key `intervall`");
    }
}
