//! `environment`, `env_file`, `labels` and other pairs of names and values.

use std::path::Path;

use indexmap::IndexMap;

use super::dotenv::parse_dotenv;
use super::node::{Findings, YamlNode, YamlPlace, scalar};
use super::rawenv::parse_raw;
use super::source::{Files, resolve};

/// Pairs in either form: a mapping, or a list of `NAME=value`. A name without a value has `None`.
pub(super) fn pairs(node: &YamlNode<'_>, findings: &mut Findings) -> IndexMap<String, Option<String>> {
    let mut pairs = IndexMap::new();
    if node.value.is_sequence() {
        for item in node.texts(findings) {
            match item.split_once('=') {
                Some((name, value)) => pairs.insert(name.to_owned(), Some(value.to_owned())),
                None => pairs.insert(item, None),
            };
        }
    } else {
        for (name, node) in node.entries(findings) {
            match scalar(node.value) {
                None if !node.value.is_null() => node.wrong("a text", findings),
                value => {
                    pairs.insert(name, value);
                }
            }
        }
    }
    if pairs.keys().any(|name| name.ends_with(char::is_whitespace)) {
        let remedy = "Write NAME=value, with nothing between the two";
        findings.problem(&node.place, "a name ends with a blank", remedy);
    }
    if pairs.contains_key("") {
        findings.problem(&node.place, "there is a value without a name", "Write NAME=value");
    }
    pairs
}

/// Reads `labels`: a label without a value has the empty one.
pub(super) fn labels(node: &YamlNode<'_>, findings: &mut Findings) -> IndexMap<String, String> {
    pairs(node, findings).into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect()
}

/// What the variables of a service are made of.
pub(super) struct Variables<'a> {
    /// Where relative paths start.
    pub(super) base: &'a Path,
    /// The project's variables: what a name without a value is passed on from.
    pub(super) outer: &'a IndexMap<String, String>,
    /// Where `env_file` is read from.
    pub(super) files: &'a dyn Files,
}

impl Variables<'_> {
    /// The variables of a service from its `env_file` and `environment`; `environment` wins. A name in it without a value is
    /// passed on from the project's variables, or else left out, even if an `env_file` has it (as compose does).
    pub(super) fn read(
        &self,
        env_file: Option<&YamlNode<'_>>,
        environment: Option<&YamlNode<'_>>,
        findings: &mut Findings,
    ) -> IndexMap<String, String> {
        let mut own = environment.map(|node| pairs(node, findings)).unwrap_or_default();
        for (name, value) in &mut own {
            if value.is_none() {
                *value = self.outer.get(name).cloned();
            }
        }
        let mut variables = IndexMap::new();
        if let Some(node) = env_file {
            self.env_files(node, &own, &mut variables, findings);
        }
        for (name, value) in own {
            match value {
                Some(value) => variables.insert(name, value),
                None => variables.shift_remove(&name),
            };
        }
        variables
    }

    fn env_files(
        &self,
        node: &YamlNode<'_>,
        own: &IndexMap<String, Option<String>>,
        variables: &mut IndexMap<String, String>,
        findings: &mut Findings,
    ) {
        let items = if node.value.is_sequence() { node.items(findings) } else { vec![node.clone()] };
        for item in items {
            let Some((path, required, raw)) = env_file(&item, findings) else { continue };
            let Some(text) = self.text_of(&path, required, &item.place, findings) else { continue };
            let lookup = |name: &str| {
                let own = || own.get(name).cloned().flatten();
                self.outer.get(name).cloned().or_else(own).or_else(|| variables.get(name).cloned())
            };
            let read = if raw { parse_raw(&text, &lookup) } else { parse_dotenv(&text, &lookup) };
            match read {
                Ok(read) => {
                    for name in read.unset {
                        findings.warn(
                            &item.place,
                            format!("`{path}` uses the variable {name}, which is not set"),
                        );
                    }
                    variables.extend(read.variables);
                }
                Err(error) => findings.problem(
                    &item.place,
                    format!("`{path}` cannot be read: {error}"),
                    "Write lines of NAME=value, with quotes around values of several lines",
                ),
            }
        }
    }

    fn text_of(
        &self,
        path: &str,
        required: bool,
        place: &YamlPlace,
        findings: &mut Findings,
    ) -> Option<String> {
        let read = resolve(self.base, path, self.outer).and_then(|full| match self.files.read(&full) {
            Ok(bytes) => {
                String::from_utf8(bytes).map(Some).map_err(|_| format!("`{path}` is not UTF-8 text"))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => Ok(None),
            Err(error) => Err(format!("`{}` cannot be read: {error}", full.display())),
        });
        read.unwrap_or_else(|message| {
            findings.problem(place, message, "Make the file readable, or add `required: false` to the entry");
            None
        })
    }
}

/// One entry of `env_file`: the path, whether it must be there, and whether its values are taken as they are.
fn env_file(node: &YamlNode<'_>, findings: &mut Findings) -> Option<(String, bool, bool)> {
    if !node.value.is_mapping() {
        return Some((node.text(findings)?, true, false));
    }
    let (mut path, mut required, mut raw) = (None, true, false);
    for (key, node) in node.keys(findings) {
        match key.as_str() {
            "path" => path = node.text(findings),
            "required" => required = node.flag(findings).unwrap_or(true),
            "format" => {
                raw =
                    node.read("the format `raw`", findings, |text| (text == "raw").then_some(true)).is_some();
            }
            _ => findings.problem(
                &node.place,
                format!("the key `{key}` of an env_file is not supported"),
                "Leave it out",
            ),
        }
    }
    if path.is_none() {
        findings.problem(&node.place, "the env_file has no path", "Add `path:`");
    }
    Some((path?, required, raw))
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::super::source::MemorySource;
    use super::*;

    fn read(yaml: &str) -> (String, Vec<String>) {
        let outer = IndexMap::from([("OUT".to_owned(), "outer".to_owned())]);
        let files = MemorySource(IndexMap::from([
            ("/srv/a.env".into(), b"A=a\nB=$A-$OUT-$OWN\nOUT".to_vec()),
            ("/srv/b.env".into(), b"A=second\nC=$B".to_vec()),
            ("/srv/bad.env".into(), b"A='".to_vec()),
            ("/srv/binary.env".into(), vec![0xff]),
        ]));
        let variables = Variables { base: Path::new("/srv"), outer: &outer, files: &files };
        let (map, told) = reading(yaml, |node, findings| {
            let keys = node.keys(findings);
            let key = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, node)| node);
            variables.read(key("env_file"), key("environment"), findings)
        });
        (map.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "), told)
    }

    #[test]
    fn both_forms() {
        assert_eq!(
            read("{environment: {A: 1, B: true, C: 'x=y', D: '', E: , OUT: }}").0,
            "A=1 B=true C=x=y D= OUT=outer"
        );
        assert_eq!(read("{environment: [A=1, 'B=x=y', D=, E, OUT]}").0, "A=1 B=x=y D= OUT=outer");
    }

    #[test]
    fn files_come_first_and_environment_wins() {
        assert_eq!(
            read("{env_file: [a.env, {path: ./b.env}, {path: gone.env, required: false}], environment: {OWN: own, A: }}").0,
            "B=a-outer-own OUT=outer C=a-outer-own OWN=own"
        );
        assert_eq!(read("{env_file: b.env}").0, "A=second C=");
        assert_eq!(read("{env_file: {path: b.env, format: raw}}").0, "A=second C=$B");
    }

    #[test]
    fn wrong_values_and_files_are_told() {
        insta::assert_snapshot!(read("{env_file: [gone.env, bad.env, binary.env, {colour: red}], environment: {A: [1], '': x}}").1.join("\n"), @r"
        environment.A: a list is not a text
        environment: there is a value without a name
        env_file[0]: `/srv/gone.env` cannot be read: entity not found
        env_file[1]: `bad.env` cannot be read: line 1: A: the quote `'` at the start of the value is never closed
        env_file[2]: `binary.env` is not UTF-8 text
        env_file[3].colour: the key `colour` of an env_file is not supported
        env_file[3]: the env_file has no path
        ");
    }

    #[test]
    fn labels_have_values() {
        let shown = |yaml: &str| format!("{:?}", reading(yaml, labels).0);
        assert_eq!(shown("[a=b, c]"), r#"{"a": "b", "c": ""}"#);
        assert_eq!(shown("{a: 1, c: }"), r#"{"a": "1", "c": ""}"#);
    }
}
