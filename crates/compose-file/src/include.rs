//! `include`: what it says, and how the resources of an included file meet those of the including one.

use indexmap::IndexMap;
use yaml_serde::{Mapping, Value};

use super::merge::merge;
use super::node::{Findings, YamlNode, YamlPlace, scalar};
use super::unsupported::top_level_key;

/// What an included file may bring.
const SECTIONS: [&str; 5] = ["services", "networks", "volumes", "configs", "secrets"];

/// One entry of `include`.
pub(super) struct Include {
    pub(super) place: YamlPlace,
    /// The file, and others that are merged over it.
    pub(super) paths: Vec<String>,
    /// Where its relative paths start, if not in its folder.
    pub(super) project_directory: Option<String>,
    /// Instead of the `.env` there.
    pub(super) env_files: Option<Vec<String>>,
}

/// Reads `include`.
pub(super) fn includes(node: &YamlNode<'_>, findings: &mut Findings) -> Vec<Include> {
    let mut all = Vec::new();
    for item in node.items(findings) {
        let mut include =
            Include { place: item.place.clone(), paths: vec![], project_directory: None, env_files: None };
        if item.value.is_mapping() {
            for (key, node) in item.keys(findings) {
                match key.as_str() {
                    "path" => include.paths = node.text_or_texts(findings),
                    "project_directory" => include.project_directory = node.text(findings),
                    "env_file" => include.env_files = Some(node.text_or_texts(findings)),
                    _ => {
                        findings.problem(
                            &node.place,
                            format!("`include` has no key `{key}`"),
                            "Leave it out",
                        );
                    }
                }
            }
        } else {
            include.paths.extend(item.text(findings));
        }
        if include.paths.is_empty() {
            findings.problem(&item.place, "`include` does not say which file", "Add `path:`");
        } else {
            all.push(include);
        }
    }
    all
}

/// Puts what an included file brings under the tree of the including one, which wins.
pub(super) fn import(tree: &mut Value, included: Value, findings: &mut Findings) {
    if tree.is_null() {
        *tree = Value::Mapping(Mapping::new());
    }
    let (Some(tree), Value::Mapping(included)) = (tree.as_mapping_mut(), included) else { return };
    for (key, brought) in included {
        let Some(name) = scalar(&key) else { continue };
        if !SECTIONS.contains(&name.as_str()) {
            if !name.starts_with("x-") && !matches!(name.as_str(), "name" | "version") {
                top_level_key(&YamlNode::new(&brought, YamlPlace::default().key(&name)), &name, findings);
            }
            continue;
        }
        let Value::Mapping(brought) = brought else { continue };
        let own = tree.entry(key).or_insert(Value::Null);
        if own.is_null() {
            *own = Value::Mapping(Mapping::new());
        }
        let Some(own) = own.as_mapping_mut() else { continue };
        for (key, below) in brought {
            let place = YamlPlace::default().key(&name).key(scalar(&key).unwrap_or_default());
            let above = own.get_mut(&key).map(std::mem::take);
            let both = match above {
                // compose takes such a reset for one of files below, of which this is none.
                Some(Value::Tagged(tagged)) if tagged.tag == "reset" => below,
                Some(above) if above != below => merge(below, above, &place, findings),
                _ => below,
            };
            own.insert(key, both);
        }
    }
}

/// Gives names without a value, and configs and secrets, what the variables of the included files say.
pub(super) fn settle_variables(tree: &mut Value, variables: &IndexMap<String, String>) {
    let value = |name: &str| variables.get(name).map(|value| Value::from(value.as_str()));
    for service in entries(tree, "services") {
        match service.get_mut("environment") {
            Some(Value::Mapping(pairs)) => {
                for (name, slot) in pairs.iter_mut().filter(|(_, value)| value.is_null()) {
                    *slot = scalar(name).and_then(|name| value(&name)).unwrap_or_default();
                }
            }
            Some(Value::Sequence(items)) => {
                for item in items {
                    let name = scalar(item).filter(|text| !text.contains('='));
                    if let Some(line) =
                        name.and_then(|name| Some(format!("{name}={}", variables.get(&name)?)))
                    {
                        *item = Value::from(line);
                    }
                }
            }
            _ => {}
        }
    }
    for section in ["configs", "secrets"] {
        for entry in entries(tree, section) {
            let Some(keys) = entry.as_mapping_mut() else { continue };
            let found = keys.get("environment").and_then(Value::as_str).and_then(value);
            if let Some(found) = found {
                keys.shift_remove("environment");
                keys.insert(Value::from("content"), found);
            }
        }
    }
}

fn entries<'a>(tree: &'a mut Value, section: &str) -> impl Iterator<Item = &'a mut Value> {
    let section = tree.get_mut(section).and_then(Value::as_mapping_mut);
    section.into_iter().flat_map(Mapping::values_mut)
}
