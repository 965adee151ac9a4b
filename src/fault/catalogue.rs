//! The faults that are known by name: `catalogue.yaml`, read once.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::rule::{self, Rule};

/// A fault with a name, and the checks that should notice it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedFault {
    /// Its name: `lost-post`.
    pub id: String,
    /// What is wrong with the server, in one line.
    pub title: String,
    /// Ids of the checks that should turn red; empty when the node never gets as far as checks.
    pub reddens: Vec<String>,
    /// What it takes.
    pub rules: Vec<Rule>,
}

static CATALOGUE: LazyLock<Vec<NamedFault>> = LazyLock::new(|| {
    // The file is part of the program, and a test reads it: it cannot fail where this runs.
    rule::parse(include_str!("catalogue.yaml")).unwrap_or_default()
});

/// All faults known by name, in the order of the file.
#[must_use]
pub fn catalogue() -> &'static [NamedFault] {
    &CATALOGUE
}

/// The fault of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static NamedFault> {
    catalogue().iter().find(|fault| fault.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_catalogue_is_readable_and_has_no_name_twice() {
        let faults: Vec<NamedFault> = rule::parse(include_str!("catalogue.yaml")).unwrap();
        assert!(faults.len() >= 25, "only {} faults", faults.len());
        let names: HashSet<&str> = faults.iter().map(|fault| fault.id.as_str()).collect();
        assert_eq!(names.len(), faults.len());
        assert!(faults.iter().all(|fault| !fault.rules.is_empty()));
    }

    #[test]
    fn faults_redden_only_checks_that_exist() {
        let checks = [
            "startup",
            "identity",
            "schema",
            "plugins.inventory",
            "topology",
            "sessions",
            "users",
            "teams",
            "channels",
            "posts",
            "files",
            "config",
        ];
        for fault in catalogue() {
            for check in &fault.reddens {
                assert!(checks.contains(&check.as_str()), "{} reddens {check}", fault.id);
            }
        }
    }
}
