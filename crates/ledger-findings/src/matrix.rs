//! Who wrote, who read, and what came of it: every kind, by asking and by websocket, for each pair of versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::{ReadThrough, Way, Wrong};

/// Where a cell stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellPlace {
    /// The kind of the write.
    pub kind: String,
    /// How it was looked for.
    pub way: Way,
    /// Who acknowledged it.
    pub writer: ReadThrough,
    /// Who was asked for it, or whose websocket should have told it.
    pub reader: ReadThrough,
}

/// What was measured there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellCount {
    /// Writes that were as they should be.
    pub verified: u64,
    /// Those that were not, by what was wrong.
    pub failed: BTreeMap<Wrong, u64>,
    /// Those that were refused as the vendor announced.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub announced: u64,
}

/// Whether a count is left out of what is written down.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl CellCount {
    /// How many were not as they should be.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// How many were looked at.
    #[must_use]
    pub fn measured(&self) -> u64 {
        self.verified + self.failures() + self.announced
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.verified += other.verified;
        self.announced += other.announced;
        for (wrong, times) in &other.failed {
            *self.failed.entry(*wrong).or_default() += times;
        }
    }
}

/// One cell, as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteCell {
    /// Where it stands.
    pub place: CellPlace,
    /// What was measured.
    pub count: CellCount,
}

/// A kind that is not measured in one way, and why that is no gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotApplicable {
    /// The kind.
    pub kind: String,
    /// The way.
    pub way: Way,
    /// Why.
    pub reason: String,
}

/// A cell that should have been measured and was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmeasuredCell {
    /// The kind.
    pub kind: String,
    /// The way.
    pub way: Way,
    /// The version that should have written.
    pub writer: String,
    /// The version that should have read.
    pub reader: String,
}

/// All cells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteMatrix {
    #[serde(with = "as_list")]
    cells: BTreeMap<CellPlace, CellCount>,
    /// The kinds that there are.
    pub kinds: Vec<String>,
    /// What need not be measured.
    pub not_applicable: Vec<NotApplicable>,
    /// Why events do not cross nodes, where they do not: a websocket then hears only of what its own node did.
    pub events_stay: Option<String>,
}

impl WriteMatrix {
    /// Counts writes that were looked at.
    pub fn count(&mut self, place: CellPlace, count: &CellCount) {
        if count.measured() > 0 {
            self.cells.entry(place).or_default().add(count);
        }
    }

    /// The same matrix before anything was measured.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self { cells: BTreeMap::new(), ..self.clone() }
    }

    /// The same cells by version alone, whatever nodes these were.
    #[must_use]
    pub fn by_version(&self) -> Self {
        let mut all = self.emptied();
        for (place, count) in &self.cells {
            let of = |through: &ReadThrough| ReadThrough { node: String::new(), ..through.clone() };
            let (writer, reader) = (of(&place.writer), of(&place.reader));
            all.count(CellPlace { writer, reader, ..place.clone() }, count);
        }
        all
    }

    /// Takes in what another one measured.
    pub fn merge(&mut self, other: &Self) {
        other.cells.iter().for_each(|(place, count)| self.count(place.clone(), count));
    }

    /// All that was measured.
    pub fn cells(&self) -> impl Iterator<Item = (&CellPlace, &CellCount)> {
        self.cells.iter()
    }

    /// What was measured of a kind between two versions, over all nodes.
    #[must_use]
    pub fn between(&self, kind: &str, way: Way, writer: &str, reader: &str) -> CellCount {
        let mut sum = CellCount::default();
        let here = |place: &&CellPlace| {
            place.kind == kind
                && place.way == way
                && place.writer.version == writer
                && place.reader.version == reader
        };
        self.cells.iter().filter(|(place, _)| here(place)).for_each(|(_, count)| sum.add(count));
        sum
    }

    /// Why a cell need not be measured, if that is so.
    #[must_use]
    pub fn why_not(&self, kind: &str, way: Way, writer: &str, reader: &str) -> Option<&str> {
        let known = self.not_applicable.iter().find(|one| one.kind == kind && one.way == way);
        let stays = || self.events_stay.as_deref().filter(|_| way == Way::Websocket && writer != reader);
        known.map(|one| one.reason.as_str()).or_else(stays)
    }

    /// The cells of these versions, each as writer and as reader, that should have been measured and were not.
    #[must_use]
    pub fn unmeasured(&self, versions: &[&str]) -> Vec<UnmeasuredCell> {
        let mut missing = Vec::new();
        for kind in &self.kinds {
            for way in [Way::Api, Way::Websocket] {
                for writer in versions {
                    for reader in versions {
                        let applies = self.why_not(kind, way, writer, reader).is_none();
                        if applies && self.between(kind, way, writer, reader).measured() == 0 {
                            missing.push(UnmeasuredCell {
                                kind: kind.clone(),
                                way,
                                writer: (*writer).to_owned(),
                                reader: (*reader).to_owned(),
                            });
                        }
                    }
                }
            }
        }
        missing
    }
}

/// A map whose keys are no texts, as JSON has it.
mod as_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::{CellCount, CellPlace, WriteCell};

    pub(super) fn serialize<S: Serializer>(
        cells: &BTreeMap<CellPlace, CellCount>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let cell = |(place, count): (&CellPlace, &CellCount)| WriteCell {
            place: place.clone(),
            count: count.clone(),
        };
        cells.iter().map(cell).collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<CellPlace, CellCount>, D::Error> {
        let cells = Vec::<WriteCell>::deserialize(deserializer)?;
        Ok(cells.into_iter().map(|cell| (cell.place, cell.count)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(node: &str, version: &str) -> ReadThrough {
        ReadThrough { node: node.into(), version: version.into() }
    }

    fn seen(matrix: &mut WriteMatrix, way: Way, writer: ReadThrough, reader: ReadThrough) {
        let place = CellPlace { kind: "post".into(), way, writer, reader };
        matrix.count(place, &CellCount { verified: 1, ..CellCount::default() });
    }

    #[test]
    fn a_cell_that_nobody_looked_at_is_named() {
        let mut matrix = WriteMatrix { kinds: vec!["post".into()], ..WriteMatrix::default() };
        let (old, new) = (through("node2", "11.6.0"), through("node1", "11.7.0"));
        for way in [Way::Api, Way::Websocket] {
            for (writer, reader) in [(&old, &old), (&new, &new), (&old, &new)] {
                seen(&mut matrix, way, writer.clone(), reader.clone());
            }
        }
        let missing = matrix.unmeasured(&["11.6.0", "11.7.0"]);
        let pairs: Vec<_> = missing.iter().map(|one| (one.way, one.writer.as_str())).collect();
        assert_eq!(pairs, [(Way::Api, "11.7.0"), (Way::Websocket, "11.7.0")]);
        matrix.events_stay = Some("no clustering".into());
        assert_eq!(matrix.unmeasured(&["11.6.0", "11.7.0"]).len(), 1);
    }

    #[test]
    fn it_is_the_same_after_a_way_through_json() {
        let mut matrix = WriteMatrix { kinds: vec!["post".into()], ..WriteMatrix::default() };
        seen(&mut matrix, Way::Api, through("node1", "11.6.0"), through("node2", "11.7.0"));
        let text = serde_json::to_string(&matrix).unwrap();
        assert_eq!(serde_json::from_str::<WriteMatrix>(&text).unwrap(), matrix);
    }
}
