//! Which file says what is wrong in the merged tree.

use std::path::{Path, PathBuf};

use yaml_serde::{Mapping, Value};

use super::node::{PlaceStep, UnplacedProblem};
use super::problem::FileProblem;

/// What one file says.
#[derive(Debug)]
pub(super) struct Said {
    file: PathBuf,
    tree: Value,
    /// A service that is extended stands in `tree` under the name of the one that extends it: that one, and its own.
    renamed: Option<(String, String)>,
}

impl Said {
    pub(super) fn file(file: &Path, tree: Value) -> Self {
        Self { file: file.to_owned(), tree, renamed: None }
    }

    /// What `base`, a service of another file, gives to the service `name`.
    pub(super) fn extended(file: &Path, base: &str, name: &str, service: Value) -> Self {
        let services = Mapping::from_iter([(Value::from(name), service)]);
        let tree = Mapping::from_iter([(Value::from("services"), Value::Mapping(services))]);
        let renamed = Some((name.to_owned(), base.to_owned()));
        Self { file: file.to_owned(), tree: Value::Mapping(tree), renamed }
    }

    fn path(&self, path: String) -> String {
        let Some((name, base)) = &self.renamed else { return path };
        match path.strip_prefix(&format!("services.{name}")) {
            Some(rest) if rest.is_empty() || rest.starts_with(['.', '[']) => format!("services.{base}{rest}"),
            _ => path,
        }
    }
}

/// Names the file of a problem that was found after the merge: the last one that says what is at that place.
pub(super) fn with_file(found: UnplacedProblem, merged: &Value, all: &[Said]) -> FileProblem {
    let path = found.path;
    let (file, path) = match found.file {
        Some(file) => (file, path),
        None => match who_says(found.place.steps(), merged, all) {
            Some(said) => (said.file.clone(), said.path(path)),
            None => (PathBuf::new(), path),
        },
    };
    FileProblem { file, path, message: found.message, remedy: found.remedy }
}

fn who_says<'a>(mut steps: &[PlaceStep], merged: &Value, all: &'a [Said]) -> Option<&'a Said> {
    loop {
        let value = value_at(merged, steps);
        let says = |said: &&Said| match steps.split_last() {
            // Items move in a merge, so the list is searched for the value.
            Some((PlaceStep::Item(_), list)) => {
                let list = value_at(&said.tree, list).and_then(Value::as_sequence);
                list.is_some_and(|items| value.is_some_and(|value| items.contains(value)))
            }
            _ => value_at(&said.tree, steps).is_some(),
        };
        if let Some(said) = all.iter().rev().find(says) {
            return Some(said);
        }
        steps = steps.split_last()?.1;
    }
}

fn value_at<'a>(tree: &'a Value, steps: &[PlaceStep]) -> Option<&'a Value> {
    steps.iter().try_fold(tree, |value, step| match (value, step) {
        (Value::Tagged(tagged), PlaceStep::Key(key)) => tagged.value.get(key.as_str()),
        (value, PlaceStep::Key(key)) => value.get(key.as_str()),
        (value, PlaceStep::Item(index)) => value.get(*index),
    })
}
