//! The faults that are known by name: the files of `catalogue/`, one per area, read once.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::rule::{self, AppliesTo, Rule};

/// A fault with a name, and the checks that should notice it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedFault {
    /// Its name: `lost-post`.
    pub id: String,
    /// What is wrong with the server, in one line.
    pub title: String,
    /// Ids of the checks that should turn red; empty when the node never gets as far as checks, or when it passes.
    #[serde(default)]
    pub reddens: Vec<String>,
    /// A control: it looks like a fault, and the upgrade passes all the same.
    #[serde(default)]
    pub passes: bool,
    /// Ids of the checks that tell it as announced.
    #[serde(default)]
    pub announces: Vec<String>,
    /// Ids of the checks that are red once and pass when asked again.
    #[serde(default)]
    pub unsettles: Vec<String>,
    /// The announced changes that it plays, as they are meant when it passes, gone wrong when not.
    #[serde(default)]
    pub about: Vec<String>,
    /// The versions that it is about, where that matters: stable, then release.
    #[serde(default)]
    pub versions: Option<(String, String)>,
    /// Whether the servers only share a database, because it is about servers without a licence.
    #[serde(default)]
    pub shared_database: bool,
    /// How many members the channel of `channels.crowd` has where it shows, if that is more than by default.
    #[serde(default)]
    pub crowd: Option<usize>,
    /// Who finds it, where that is no check: what must be watched all the time, or counted write by write.
    #[serde(default)]
    pub found_by: Finder,
    /// What it takes.
    pub rules: Vec<Rule>,
}

impl NamedFault {
    /// Whether it shows only once a node went back to stable.
    #[must_use]
    pub fn is_of_rollback(&self) -> bool {
        self.rules.iter().any(|rule| rule.when.node == AppliesTo::Back)
    }
}

/// Who notices a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finder {
    /// Checks, or nobody where it passes.
    #[default]
    Checks,
    /// The watch over availability.
    Watch,
    /// The ledger of writes.
    Ledger,
    /// A browser that looks at the pages, beside the checks that load them.
    Look,
}

/// One file per area, in the order of listings.
const FILES: &[&str] = &[
    include_str!("catalogue/core.yaml"),
    include_str!("catalogue/settings.yaml"),
    include_str!("catalogue/accounts.yaml"),
    include_str!("catalogue/mails.yaml"),
    include_str!("catalogue/content.yaml"),
    include_str!("catalogue/integrations.yaml"),
    include_str!("catalogue/products.yaml"),
    include_str!("catalogue/plugins.yaml"),
    include_str!("catalogue/editions.yaml"),
    include_str!("catalogue/announced.yaml"),
    include_str!("catalogue/unsteady.yaml"),
    include_str!("catalogue/outages.yaml"),
    include_str!("catalogue/rot.yaml"),
    include_str!("catalogue/rollback.yaml"),
    include_str!("catalogue/handovers.yaml"),
    include_str!("catalogue/webapp.yaml"),
    include_str!("catalogue/jobs.yaml"),
    include_str!("catalogue/old.yaml"),
    include_str!("catalogue/traffic.yaml"),
];

static CATALOGUE: LazyLock<Vec<NamedFault>> = LazyLock::new(|| {
    // The files are part of the program, and a test reads them: it cannot fail where this runs.
    FILES.iter().flat_map(|file| rule::parse::<Vec<NamedFault>>(file).unwrap_or_default()).collect()
});

/// All faults known by name, in the order of the files.
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
        let read = |file: &&str| rule::parse::<Vec<NamedFault>>(file).unwrap();
        let faults: Vec<NamedFault> = FILES.iter().flat_map(read).collect();
        assert!(faults.len() >= 25, "only {} faults", faults.len());
        let names: HashSet<&str> = faults.iter().map(|fault| fault.id.as_str()).collect();
        assert_eq!(names.len(), faults.len());
        assert!(faults.iter().all(|fault| !fault.rules.is_empty()));
    }
}
