//! What a node's server uses at one moment, for a curve of it.

use time::OffsetDateTime;

/// What a node's server uses at one moment; what nobody tells is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerUsage {
    /// What runs it; another one after each replacement.
    pub container: String,
    /// When its process was last started, as far as that is told.
    pub started_at: Option<OffsetDateTime>,
    /// Bytes of memory that it and its plugins use, without the cache of files.
    pub memory_bytes: Option<u64>,
    /// Bytes of its heap that were still in use when it was last tidied up: without what waits to be.
    pub heap_bytes: Option<u64>,
    /// What it has under way: goroutines.
    pub goroutines: Option<u64>,
}
