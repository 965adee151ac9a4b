//! What the store knows of an object.

use std::collections::BTreeMap;

use s3s::dto::{ETag, Timestamp};
use time::OffsetDateTime;

use super::content::Content;

/// An object as it was put; a change makes a new one.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its bytes.
    pub content: Content,
    /// Its ETag without quotes: the MD5 of its bytes, or `md5-of-md5s-N` after a multipart upload.
    pub etag: String,
    /// When it was put.
    pub modified: OffsetDateTime,
    /// What its answers carry besides.
    pub attributes: Attributes,
}

impl Object {
    /// An object that is put now.
    pub(super) fn new(content: Content, etag: String, attributes: Attributes) -> Self {
        Self { content, etag, modified: OffsetDateTime::now_utc(), attributes }
    }

    pub(super) fn strong_etag(&self) -> ETag {
        ETag::Strong(self.etag.clone())
    }

    pub(super) fn timestamp(&self) -> Timestamp {
        self.modified.into()
    }
}

/// Headers that a client sends with an object and gets back with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `x-amz-meta-*`, without that prefix.
    pub metadata: BTreeMap<String, String>,
}
