//! Where file bytes live: a seam with a store in memory, one that forgets, and a real S3 bucket behind it.

pub(crate) mod bucket;
pub(crate) mod media;
pub(crate) mod scratch;
pub(crate) mod store;
