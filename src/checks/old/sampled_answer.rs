//! An answer for a row of a site's own, as it is kept from stage to stage.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Sight;
use crate::cluster::PickedRow;

/// What was said of a row, and in which fields two nodes did not say the same.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) table: String,
    pub(super) id: String,
    pub(super) path: String,
    pub(super) sight: Sight,
    pub(super) volatile: BTreeSet<String>,
}

/// `12 posts, 3 users`.
pub(super) fn counted<'r>(picked: impl IntoIterator<Item = &'r PickedRow>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in picked {
        *counts.entry(&row.table).or_default() += 1;
    }
    counts.iter().map(|(table, count)| format!("{count} {table}")).collect::<Vec<_>>().join(", ")
}
