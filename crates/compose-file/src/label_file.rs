//! `label_file`: labels from files of `NAME=value` lines; `labels` wins.

use indexmap::IndexMap;

use super::dotenv::read_dotenv;
use super::environment::Variables;
use super::node::{Findings, Node};
use super::source::resolve;

/// The labels of the files that `label_file` names, later ones over earlier ones.
pub(super) fn label_files(
    node: &Node<'_>,
    variables: &Variables<'_>,
    findings: &mut Findings,
) -> IndexMap<String, String> {
    let mut labels: IndexMap<String, String> = IndexMap::new();
    let items = if node.value.is_sequence() { node.items(findings) } else { vec![node.clone()] };
    for item in items {
        let Some(path) = item.text(findings) else { continue };
        // compose looks values up in the labels above alone.
        let lookup = |name: &str| labels.get(name).cloned();
        let read = resolve(variables.base, &path, variables.outer)
            .and_then(|full| variables.files.read(&full).map_err(|error| error.to_string()))
            .and_then(|bytes| read_dotenv(bytes, &lookup));
        match read {
            Ok(read) => labels.extend(read.variables),
            Err(error) => {
                let message = format!("`{path}` cannot be read: {error}");
                findings.problem(&item.place, message, "Name a file with lines of NAME=value");
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::node::reading;
    use super::super::source::MemoryFiles;
    use super::*;

    #[test]
    fn labels_come_from_files_in_order() {
        let files = MemoryFiles(IndexMap::from([
            ("/srv/a".into(), b"x=1\ny=2".to_vec()),
            ("/srv/b".into(), b"y=$x-3".to_vec()),
        ]));
        let outer = IndexMap::new();
        let variables = Variables { base: Path::new("/srv"), outer: &outer, files: &files };
        let read = |yaml: &str| reading(yaml, |node, findings| label_files(node, &variables, findings));
        let labels = read("[a, b]").0;
        assert_eq!((labels["x"].as_str(), labels["y"].as_str(), labels.len()), ("1", "1-3", 2));
        assert_eq!(read("a").0.len(), 2);
        assert_eq!(read("gone").1, [": `gone` cannot be read: entity not found"]);
    }
}
