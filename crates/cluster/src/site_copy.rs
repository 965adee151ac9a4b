//! A copy of somebody's site: what its files are, and what a census of its rows counts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a dump of a database is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DumpForm {
    /// SQL, by `pg_dump`.
    Plain,
    /// An archive, by `pg_dump -Fc` or `-Ft`.
    Archive,
}

/// A dump of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseDump {
    /// Its file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it is written as.
    pub form: DumpForm,
    /// Whether it is packed by gzip.
    pub packed: bool,
}

/// Rows of a table whose keys begin alike.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowRange {
    /// How many.
    pub rows: u64,
    /// A checksum over each column that must not change, by the column's name.
    pub sums: BTreeMap<String, String>,
}

/// Rows of a table that were there before a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableCensus {
    /// When the oldest and the newest of them were made, in milliseconds since 1970, where the table tells.
    pub made: Option<(i64, i64)>,
    /// By the first letters of their keys.
    pub ranges: BTreeMap<String, RowRange>,
}

impl TableCensus {
    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.ranges.values().map(|range| range.rows).sum()
    }
}

/// The rows of a database that were there before a moment, counted exactly. No word of the data is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Census {
    /// The moment, in milliseconds since 1970.
    pub before: i64,
    /// The tables whose old rows must not change, by name.
    pub tables: BTreeMap<String, TableCensus>,
    /// How many rows each table has, new ones too, by name.
    pub rows: BTreeMap<String, u64>,
    /// The size of the database in bytes, where it is known.
    pub bytes: Option<u64>,
}

/// A row of a site's own, picked of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickedRow {
    /// The table's name.
    pub table: String,
    /// The row's id.
    pub id: String,
    /// The id of what it is a part of, where that says who may see it: a card's board.
    pub of: Option<String>,
}
