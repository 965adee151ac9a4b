//! The entries: the files beside this one, read once.

use std::sync::LazyLock;

use super::change::Change;

/// One file per release line, oldest first.
const FILES: &[&str] = &[
    include_str!("11.0.yaml"),
    include_str!("11.4.yaml"),
    include_str!("11.9.yaml"),
    include_str!("11.11.yaml"),
    include_str!("12.0.yaml"),
];

static CATALOGUE: LazyLock<Vec<Change>> = LazyLock::new(|| {
    // The files are part of the program, and a test reads them: it cannot fail where this runs.
    FILES.iter().flat_map(|file| parse(file).unwrap_or_default()).collect()
});

/// All announced changes, in the order of the files.
#[must_use]
pub fn catalogue() -> &'static [Change] {
    &CATALOGUE
}

/// By way of a JSON value, so that a kind can be written as a plain map of one key.
fn parse(yaml: &str) -> Result<Vec<Change>, String> {
    let value: serde_json::Value = yaml_serde::from_str(yaml).map_err(|error| error.to_string())?;
    serde_path_to_error::deserialize(value).map_err(|error| format!("{}: {}", error.path(), error.inner()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_files_are_readable_and_every_entry_says_what_and_where() {
        let changes: Vec<Change> = FILES.iter().flat_map(|file| parse(file).unwrap()).collect();
        let ids: BTreeSet<&str> = changes.iter().map(|change| change.id.as_str()).collect();
        assert_eq!(ids.len(), changes.len(), "an id stands twice");
        for change in &changes {
            assert!(change.source.starts_with("https://"), "{} has no source", change.id);
            assert!(!change.what.is_empty() && !change.what.ends_with('.'), "{}: {}", change.id, change.what);
            let first = change.what.chars().next().unwrap();
            assert!(!first.is_whitespace() && !change.kind.subject().is_empty(), "{}", change.id);
        }
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let error = parse("- { id: a, knid: {} }").unwrap_err();
        assert!(error.contains("[0]") && error.contains("knid"), "{error}");
    }
}
