//! The file store of a stand-in world: a real bucket, over the S3 protocol.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::file_store::{FileAnswer, FileStore, FileStoreError};
use storage::{Bucket, Reach, StorageError, StorageOptions};

/// Files in a bucket, known from the start or told by the first node that boots.
#[derive(Debug, Default)]
pub struct BucketFiles {
    bucket: OnceLock<Bucket>,
}

/// Where a node's configuration says that the bucket is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketPlace {
    /// `store:9000`.
    pub endpoint: String,
    /// The bucket's name.
    pub bucket: String,
    /// The access key.
    pub access_key: String,
    /// Its secret: of a stand-in's store, which protects nothing.
    pub secret_key: String,
    /// What all keys begin with, without a slash at its end; empty for none.
    #[serde(default)]
    pub prefix: String,
}

impl BucketFiles {
    /// Files in this bucket.
    #[must_use]
    pub fn of(bucket: Bucket) -> Self {
        Self { bucket: OnceLock::from(bucket) }
    }

    /// Tells where the bucket is; the first word counts.
    pub fn tell(&self, place: &BucketPlace) {
        self.bucket.get_or_init(|| {
            Bucket::open(StorageOptions {
                endpoint: Some(format!("http://{}", place.endpoint)),
                region: "us-east-1".into(),
                bucket: place.bucket.clone(),
                access_key: place.access_key.clone(),
                secret: place.secret_key.clone().into(),
                session_token: None,
                prefix: folder(&place.prefix),
                path_style: true,
                reach: Reach::default(),
            })
        });
    }

    fn bucket(&self, key: &str) -> Result<&Bucket, FileStoreError> {
        let why = "no node has told where the bucket is";
        self.bucket.get().ok_or_else(|| FileStoreError { key: key.to_owned(), why: why.into() })
    }
}

/// The product joins its prefix and the key by a slash.
fn folder(prefix: &str) -> String {
    if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) }
}

fn failed(key: &str) -> impl FnOnce(StorageError) -> FileStoreError + use<'_> {
    move |error| FileStoreError { key: key.to_owned(), why: error.to_string() }
}

impl FileStore for BucketFiles {
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> FileAnswer<'a, ()> {
        Box::pin(async move {
            self.bucket(key)?.put(key, bytes, "application/octet-stream").await.map_err(failed(key))
        })
    }

    fn get<'a>(&'a self, key: &'a str) -> FileAnswer<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            match self.bucket(key)?.get(key).await {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.status == Some(404) => Ok(None),
                Err(error) => Err(failed(key)(error)),
            }
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> FileAnswer<'a, Vec<String>> {
        Box::pin(async move {
            let objects = self.bucket(prefix)?.list(prefix).await.map_err(failed(prefix))?;
            Ok(objects.into_iter().map(|object| object.key).collect())
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> FileAnswer<'a, ()> {
        Box::pin(async move { self.bucket(key)?.delete(key).await.map_err(failed(key)) })
    }
}
