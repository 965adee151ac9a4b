//! A site's own data, put into the cluster before stable.

use serde::{Deserialize, Serialize};

/// How much it is and how long that took; no word of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SiteCopied {
    /// The size of the dump's file, in bytes.
    pub dump_bytes: u64,
    /// The size of the database that came of it, in bytes, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_bytes: Option<u64>,
    /// How many rows it has.
    pub rows: u64,
    /// How long restoring took, in milliseconds.
    pub restored_ms: u64,
    /// How many objects went into the store.
    pub objects: u64,
    /// Their bytes.
    pub object_bytes: u64,
    /// How long that took, in milliseconds.
    pub stored_ms: u64,
    /// How long counting took, in milliseconds.
    pub counted_ms: u64,
    /// What the run was cut off from.
    pub cut_off: Vec<String>,
}
