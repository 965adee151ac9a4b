//! A project for people to look at and to compare: everything that was read, without the secrets in it.

use serde_json::Value;

use super::project::Project;
use basics::redact::{MASK, Redactor};

/// Words in the name of a variable whose value is not shown. They are wider than those of [`basics::confidential`] on purpose: there
/// a text is masked wherever it appears, here one value is, and one too many costs nobody anything.
const SECRET: [&str; 11] = [
    "PASSW",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "KEY",
    "LICENSE",
    "LICENCE",
    "CREDENTIAL",
    "PRIVATE",
    "SALT",
    "AUTH",
];

/// Words in the name of a variable that says where a database is, with a password or without.
const ADDRESS: [&str; 4] = ["DATASOURCE", "DSN", "URL", "CONFIG"];

/// The project as JSON. `known` are secrets of the run; beside them goes what a name calls a secret, and what an address has in
/// front of its host. What is in configs and secrets is not part of it, only where it came from.
#[must_use]
pub fn masked(project: &Project, known: &Redactor) -> Value {
    let mut shown = serde_json::to_value(project).unwrap_or_default();
    mask("", &mut shown, known);
    shown
}

fn mask(name: &str, value: &mut Value, known: &Redactor) {
    match value {
        Value::String(text) if is_secret(name) || (is_address(name) && text.contains('@')) => {
            MASK.clone_into(text);
        }
        Value::String(text) => *text = words(&known.redact(text)),
        Value::Array(items) => {
            let mut after_flag = false;
            for item in items {
                let flag = item
                    .as_str()
                    .is_some_and(|text| text.starts_with('-') && !text.contains('=') && is_secret(text));
                match item {
                    Value::String(text) if after_flag && !text.starts_with('-') => MASK.clone_into(text),
                    item => mask("", item, known),
                }
                after_flag = flag;
            }
        }
        Value::Object(entries) => {
            for (name, value) in entries {
                mask(name, value, known);
            }
        }
        _ => {}
    }
}

/// A command's text without the values of `NAME=value` whose name calls them secret.
fn words(text: &str) -> String {
    let word = |word: &str| match word.split_once('=') {
        Some((name, value)) if is_secret(name) && !value.trim().is_empty() => {
            let blank = &value[value.trim_end().len()..];
            format!("{name}={MASK}{blank}")
        }
        _ => word.to_owned(),
    };
    text.split_inclusive(char::is_whitespace).map(word).collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    SECRET.iter().any(|word| name.contains(word)) || name.ends_with("PASS") || name.ends_with("PWD")
}

fn is_address(name: &str) -> bool {
    let name = name.to_uppercase();
    ADDRESS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::super::project::Service;
    use super::*;

    fn shown(service: Service) -> Value {
        let services = IndexMap::from([("app".to_owned(), service)]);
        masked(&Project { services, ..Project::default() }, &Redactor::new(["made-by-the-gate"]))["services"]
            ["app"]
            .clone()
    }

    fn texts(pairs: &[(&str, &str)]) -> IndexMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_names_call_secret_is_masked_and_the_rest_is_shown() {
        let environment = texts(&[
            ("POSTGRES_PASSWORD", "hunter2"),
            ("MM_SQLSETTINGS_DATASOURCE", "mm:hunter2@tcp(db)/mm"),
            ("MM_CONFIG", "/mattermost/config.json"),
            ("S3", "made-by-the-gate"),
            ("SITE", "https://u:hunter2@host/x"),
            ("my_pass", "hunter2"),
            ("PLAIN", "value"),
        ]);
        let labels = texts(&[("api.token", "hunter2"), ("upgrade-gate.role", "node")]);
        let words = ["redis-server", "--requirepass", "hunter2", "--api-key=hunter2", "--port", "1"];
        let command = Some(words.map(str::to_owned).to_vec());
        let shell = "PGPASSWORD=hunter2 psql -h db".to_owned();
        let entrypoint = Some(vec!["sh".to_owned(), "-c".to_owned(), shell]);
        let shown = shown(Service { environment, labels, command, entrypoint, ..Service::default() });
        let text = shown.to_string();
        assert!(!text.contains("hunter2") && !text.contains("made-by-the-gate"), "{text}");
        assert_eq!(shown["environment"]["PLAIN"], "value");
        assert_eq!(shown["environment"]["MM_CONFIG"], "/mattermost/config.json");
        assert_eq!(shown["environment"]["POSTGRES_PASSWORD"], "***");
        assert_eq!(shown["labels"]["upgrade-gate.role"], "node");
        assert_eq!(shown["command"][0], "redis-server");
        assert_eq!(shown["command"][5], "1");
        assert_eq!(shown["entrypoint"][2], "PGPASSWORD=*** psql -h db");
    }
}
