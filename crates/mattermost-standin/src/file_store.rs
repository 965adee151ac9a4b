//! Where file bytes live: a seam, so that the stand-in can keep them in memory or in a real S3 bucket.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

/// A running operation on a store.
pub type FileAnswer<'a, T> = Pin<Box<dyn Future<Output = Result<T, FileStoreError>> + Send + 'a>>;

/// Why a store could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the file store failed on \"{key}\": {why}")]
pub struct FileStoreError {
    /// The key it was about.
    pub key: String,
    /// What went wrong.
    pub why: String,
}

/// A flat store of bytes under keys such as `20261122/teams/noteam/channels/ID/users/ID/ID/name`.
pub trait FileStore: Send + Sync + 'static {
    /// Stores bytes, replacing what was there.
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> FileAnswer<'a, ()>;
    /// The bytes, or nothing when there is no such key.
    fn get<'a>(&'a self, key: &'a str) -> FileAnswer<'a, Option<Vec<u8>>>;
    /// All keys that begin with `prefix`, in order.
    fn list<'a>(&'a self, prefix: &'a str) -> FileAnswer<'a, Vec<String>>;
    /// Removes a key; a missing one is no error.
    fn delete<'a>(&'a self, key: &'a str) -> FileAnswer<'a, ()>;
}

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryFiles {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl MemoryFiles {
    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileStore for MemoryFiles {
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> FileAnswer<'a, ()> {
        self.locked().insert(key.to_owned(), bytes);
        Box::pin(std::future::ready(Ok(())))
    }

    fn get<'a>(&'a self, key: &'a str) -> FileAnswer<'a, Option<Vec<u8>>> {
        let bytes = self.locked().get(key).cloned();
        Box::pin(std::future::ready(Ok(bytes)))
    }

    fn list<'a>(&'a self, prefix: &'a str) -> FileAnswer<'a, Vec<String>> {
        let keys = self.locked().keys().filter(|key| key.starts_with(prefix)).cloned().collect();
        Box::pin(std::future::ready(Ok(keys)))
    }

    fn delete<'a>(&'a self, key: &'a str) -> FileAnswer<'a, ()> {
        self.locked().remove(key);
        Box::pin(std::future::ready(Ok(())))
    }
}
