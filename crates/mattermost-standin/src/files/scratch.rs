//! A file store whose changes are forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::store::{FileAnswer, FileStore};

/// A store over another one that it reads and never changes: what is written here is gone with it.
pub(crate) struct ScratchFiles {
    beneath: Arc<dyn FileStore>,
    /// What was written here; nothing where a key was deleted.
    written: Mutex<BTreeMap<String, Option<Vec<u8>>>>,
}

impl ScratchFiles {
    pub(crate) fn over(beneath: Arc<dyn FileStore>) -> Self {
        Self { beneath, written: Mutex::default() }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, Option<Vec<u8>>>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileStore for ScratchFiles {
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> FileAnswer<'a, ()> {
        self.locked().insert(key.to_owned(), Some(bytes));
        Box::pin(std::future::ready(Ok(())))
    }

    fn get<'a>(&'a self, key: &'a str) -> FileAnswer<'a, Option<Vec<u8>>> {
        let here = self.locked().get(key).cloned();
        match here {
            Some(bytes) => Box::pin(std::future::ready(Ok(bytes))),
            None => self.beneath.get(key),
        }
    }

    fn list<'a>(&'a self, prefix: &'a str) -> FileAnswer<'a, Vec<String>> {
        Box::pin(async move {
            let mut keys: BTreeSet<String> = self.beneath.list(prefix).await?.into_iter().collect();
            for (key, bytes) in self.locked().iter().filter(|(key, _)| key.starts_with(prefix)) {
                if bytes.is_some() {
                    keys.insert(key.clone());
                } else {
                    keys.remove(key);
                }
            }
            Ok(keys.into_iter().collect())
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> FileAnswer<'a, ()> {
        self.locked().insert(key.to_owned(), None);
        Box::pin(std::future::ready(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::store::MemoryFiles;

    #[tokio::test]
    async fn what_is_written_over_a_store_never_reaches_it() {
        let beneath = Arc::new(MemoryFiles::default());
        beneath.put("a", vec![1]).await.unwrap();
        beneath.put("b", vec![2]).await.unwrap();
        let scratch = ScratchFiles::over(beneath.clone());
        scratch.put("a", vec![3]).await.unwrap();
        scratch.put("c", vec![4]).await.unwrap();
        scratch.delete("b").await.unwrap();
        assert_eq!(scratch.get("a").await.unwrap(), Some(vec![3]));
        assert_eq!(scratch.get("b").await.unwrap(), None);
        assert_eq!(scratch.list("").await.unwrap(), ["a", "c"]);
        assert_eq!(beneath.get("a").await.unwrap(), Some(vec![1]));
        assert_eq!(beneath.list("").await.unwrap(), ["a", "b"]);
    }
}
