//! What a set of failures has in common: who wrote, who read, what, and how.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::finding::{Way, Wrong};
use crate::matrix::{CellCount, CellPlace};

/// The two versions that an upgrade is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasePair {
    /// The version that was there before.
    pub stable: String,
    /// The version that is judged.
    pub release: String,
}

impl ReleasePair {
    /// A node of a version, as a sentence has it: "a release node (11.7.0)".
    fn node(&self, version: &str, many: bool) -> String {
        let side = match version {
            _ if self.stable == self.release => "",
            version if version == self.stable => "stable ",
            version if version == self.release => "release ",
            _ => "",
        };
        let nodes = if many { "nodes" } else { "node" };
        format!("{}{side}{nodes} ({version})", if many { "" } else { "a " })
    }
}

/// What the failures of a set share; what they do not is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) wrong: Option<Wrong>,
    pub(crate) kind: Option<String>,
    pub(crate) way: Option<Way>,
    pub(crate) writer_version: Option<String>,
    pub(crate) reader_version: Option<String>,
    pub(crate) writer_node: Option<String>,
    pub(crate) reader_node: Option<String>,
}

/// The names of the sides, and what each costs: a sentence about versions is worth more than one about nodes.
const COSTS: [u32; 6] = [2, 2, 2, 2, 3, 3];

impl Sides {
    /// All sets that a failure is in, by what is asked of their members, with the price of the sentence.
    pub(crate) fn all_of(place: &CellPlace) -> Vec<(u32, Self)> {
        let sets = 0_u32..1 << COSTS.len();
        sets.map(|chosen| {
            let has = |side: usize| chosen >> side & 1 == 1;
            let sides = Self {
                wrong: None,
                kind: has(0).then(|| place.kind.clone()),
                way: has(1).then_some(place.way),
                writer_version: has(2).then(|| place.writer.version.clone()),
                reader_version: has(3).then(|| place.reader.version.clone()),
                writer_node: has(4).then(|| place.writer.node.clone()),
                reader_node: has(5).then(|| place.reader.node.clone()),
            };
            let cost = COSTS.iter().enumerate().filter(|(side, _)| has(*side)).map(|(_, cost)| cost).sum();
            (cost, sides)
        })
        .collect()
    }

    /// Whether a cell is in the set.
    pub(crate) fn has(&self, place: &CellPlace) -> bool {
        fn is<T: PartialEq>(wanted: &Option<T>, found: &T) -> bool {
            wanted.as_ref().is_none_or(|wanted| wanted == found)
        }
        is(&self.kind, &place.kind)
            && is(&self.way, &place.way)
            && is(&self.writer_version, &place.writer.version)
            && is(&self.reader_version, &place.reader.version)
            && is(&self.writer_node, &place.writer.node)
            && is(&self.reader_node, &place.reader.node)
    }

    /// How many failures of a cell are of the set.
    pub(crate) fn failures(&self, count: &CellCount) -> u64 {
        self.wrong.map_or_else(|| count.failures(), |wrong| count.failed.get(&wrong).copied().unwrap_or(0))
    }

    /// The set in words: "every write made through a release node (11.7.0) is unseen on stable nodes (11.6.0)".
    pub(crate) fn sentence(&self, releases: &ReleasePair, failed: u64, measured: u64) -> String {
        let what = self.kind.as_deref().unwrap_or("write");
        let mut said = match (failed, measured) {
            (failed, measured) if failed >= measured => format!("every {what}"),
            (failed, measured) => format!("{failed} of {measured} looks at a {what}"),
        };
        let writer = match (&self.writer_node, &self.writer_version) {
            (Some(node), Some(version)) => Some(format!("{node} as {version}")),
            (Some(node), None) => Some(format!("{node}, whatever it ran,")),
            (None, Some(version)) => Some(releases.node(version, false)),
            (None, None) => None,
        };
        // Writing to a text does not fail.
        if let Some(writer) = writer {
            let _ = write!(said, " made through {writer}");
        }
        let wrong = self.wrong.map_or_else(|| "not as it should be".to_owned(), |wrong| wrong.to_string());
        let _ = write!(said, "{} {wrong}", if failed >= measured { " is" } else { " find it" });
        match (&self.reader_node, &self.reader_version) {
            (Some(node), Some(version)) => _ = write!(said, " on {node} as {version}"),
            (Some(node), None) => _ = write!(said, " on {node}, whatever it ran"),
            (None, Some(version)) => _ = write!(said, " on {}", releases.node(version, true)),
            (None, None) => _ = write!(said, " on all nodes"),
        }
        if self.way == Some(Way::Websocket) {
            said.push_str(" by websocket");
        }
        said
    }
}
