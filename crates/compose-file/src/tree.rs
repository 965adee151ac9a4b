//! The text of one compose file → its tree: anchors merged, variables replaced.

use indexmap::IndexMap;
use yaml_serde::Value;

use super::bounds::{FILE, FILE_MIB, NESTING, SERVICES};
use super::interpolate::interpolate_tree;
use super::nesting::deeper_than;
use super::node::Findings;
use super::place::YamlPlace;
use super::yaml;

/// Longer chains of `<<` are nobody's file.
const MERGE_CHAIN: usize = 16;

/// Reads one file; what is wrong with single values goes into `findings`.
///
/// # Errors
/// Why nothing can be said about this file, and what to do.
pub(super) fn tree(
    text: &str,
    variables: &IndexMap<String, String>,
    findings: &mut Findings,
) -> Result<Value, (String, &'static str)> {
    let correct = "Correct the YAML";
    if text.len() > FILE {
        return Err((format!("it is larger than {FILE_MIB} MiB"), "Split the file"));
    }
    if let Some(line) = deeper_than(text, NESTING) {
        let message = format!("brackets nest more than {NESTING} deep in line {line}");
        return Err((message, "Close them, or put the text into quotes"));
    }
    let mut tree = yaml::read(text).map_err(|error| (format!("it is not YAML: {error}"), correct))?;
    // A merged mapping may bring a `<<` of its own: one pass per link of the chain.
    for _ in 0..MERGE_CHAIN {
        if !has_merge_key(&tree) {
            break;
        }
        tree.apply_merge()
            .map_err(|error| (format!("a merge key `<<` cannot be carried out: {error}"), correct))?;
    }
    if !tree.is_mapping() && !tree.is_null() {
        return Err(("it is YAML, but not a mapping with `services:`".to_owned(), correct));
    }
    if let Some(services) = tree.get("services").and_then(Value::as_mapping)
        && services.len() > SERVICES
    {
        let message = format!("it has {} services, and {SERVICES} is the most", services.len());
        return Err((message, "Take some out"));
    }
    let mut unset = Vec::new();
    let lookup = |name: &str| variables.get(name).cloned();
    interpolate_tree(&mut tree, &YamlPlace::default(), &lookup, &mut unset, findings);
    for (name, place) in unset {
        // One warning a variable is enough: the first place that uses it.
        let message = format!("the variable {name} is not set, an empty text stands in for it");
        if !findings.warnings.iter().any(|warning| warning.ends_with(&message)) {
            findings.warn(&place, message);
        }
    }
    Ok(tree)
}

fn has_merge_key(tree: &Value) -> bool {
    match tree {
        Value::Mapping(mapping) => {
            mapping.iter().any(|(key, value)| key.as_str() == Some("<<") || has_merge_key(value))
        }
        Value::Sequence(items) => items.iter().any(has_merge_key),
        Value::Tagged(tagged) => has_merge_key(&tagged.value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        tree(text, &IndexMap::new(), &mut Findings::default()).unwrap_err().0
    }

    #[test]
    fn limits_are_named_before_the_parser_is_asked() {
        assert_eq!(refused(&"[".repeat(100_000)), "brackets nest more than 100 deep in line 1");
        assert_eq!(refused(&" ".repeat(FILE + 1)), "it is larger than 4 MiB");
        let many: String = (0..201).map(|number| format!("  s{number}: {{image: x}}\n")).collect();
        assert_eq!(refused(&format!("services:\n{many}")), "it has 201 services, and 200 is the most");
    }

    #[test]
    fn aliases_that_grow_without_end_are_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for step in 1..9 {
            let below = format!("*a{}", step - 1);
            bomb += &format!("a{step}: &a{step} [{}]\n", vec![below; 9].join(", "));
        }
        assert!(refused(&bomb).contains("repetition limit"), "{}", refused(&bomb));
    }
}
