//! Buckets, objects and unfinished uploads: the state of the store, and the rules of S3 about it.
//!
//! Errors are S3's own, with a message that names bucket and key: the protocol side hands them on as they are.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use s3s::crypto::{Checksum, Md5};
use s3s::{S3Error, S3Result, s3_error};

use super::content::Content;
use super::listing::{Listing, Page};
use super::object::{Attributes, Object};

/// Every part of a multipart upload but the last must have this many bytes, as on S3.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

/// The state of a store; shared by everything that serves it.
#[derive(Debug)]
pub struct Backend {
    buckets: Mutex<BTreeMap<String, Bucket>>,
    uploads: AtomicU64,
    region: String,
}

#[derive(Debug, Default)]
struct Bucket {
    objects: BTreeMap<String, Arc<Object>>,
    uploads: HashMap<String, Upload>,
}

#[derive(Debug)]
struct Upload {
    key: String,
    attributes: Attributes,
    parts: BTreeMap<i32, Arc<Object>>,
}

/// When a put may replace what is there.
#[derive(Debug, Clone, Default)]
pub(super) struct PutCondition {
    /// Only over an object with this ETag; `*` for any.
    pub(super) if_match: Option<String>,
    /// Only where nothing is.
    pub(super) if_absent: bool,
}

impl Backend {
    /// A store without buckets.
    pub(super) fn new(region: String) -> Self {
        Self { buckets: Mutex::default(), uploads: AtomicU64::new(0), region }
    }

    /// The region that buckets say they are in.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a bucket of this name.
    #[must_use]
    pub fn has_bucket(&self, bucket: &str) -> bool {
        self.lock().contains_key(bucket)
    }

    /// Makes a bucket; says whether it is new.
    pub fn create_bucket(&self, bucket: &str) -> bool {
        let mut buckets = self.lock();
        let is_new = !buckets.contains_key(bucket);
        buckets.entry(bucket.to_owned()).or_default();
        is_new
    }

    /// The object of a key, if bucket and key exist.
    #[must_use]
    pub fn get(&self, bucket: &str, key: &str) -> Option<Arc<Object>> {
        self.lock().get(bucket)?.objects.get(key).cloned()
    }

    /// The keys of a bucket that begin with `prefix`, in order; none when there is no such bucket.
    #[must_use]
    pub fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let buckets = self.lock();
        let objects = buckets.get(bucket).map(|bucket| &bucket.objects);
        let all = objects.into_iter().flat_map(|objects| objects.range(prefix.to_owned()..));
        all.map(|(key, _)| key).take_while(|key| key.starts_with(prefix)).cloned().collect()
    }

    /// Puts an object from memory, without the S3 protocol: for the stand-in, which lives in this process.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn put(
        &self,
        bucket: &str,
        key: &str,
        bytes: Bytes,
        attributes: Attributes,
    ) -> S3Result<Arc<Object>> {
        let etag = hex(&Md5::checksum(&bytes));
        let object = Object::new(Content::from_bytes(bytes), etag, attributes);
        self.put_object(bucket, key, object, &PutCondition::default())
    }

    /// The object of a key, or the S3 error that says what is missing.
    pub(super) fn object(&self, bucket: &str, key: &str) -> S3Result<Arc<Object>> {
        let buckets = self.lock();
        let objects = &buckets.get(bucket).ok_or_else(|| no_bucket(bucket))?.objects;
        objects.get(key).cloned().ok_or_else(|| s3_error!(NoSuchKey, "{bucket} has no object {key}"))
    }

    pub(super) fn put_object(
        &self,
        bucket: &str,
        key: &str,
        object: Object,
        condition: &PutCondition,
    ) -> S3Result<Arc<Object>> {
        let mut buckets = self.lock();
        let objects = &mut buckets.get_mut(bucket).ok_or_else(|| no_bucket(bucket))?.objects;
        condition.check(objects.get(key).map(|object| object.etag.as_str()))?;
        let object = Arc::new(object);
        objects.insert(key.to_owned(), object.clone());
        Ok(object)
    }

    /// Removes a key; no error when it is not there, as on S3.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub fn delete(&self, bucket: &str, key: &str) -> S3Result<()> {
        let mut buckets = self.lock();
        let objects = &mut buckets.get_mut(bucket).ok_or_else(|| no_bucket(bucket))?.objects;
        objects.remove(key);
        Ok(())
    }

    pub(super) fn list(&self, bucket: &str, listing: &Listing) -> S3Result<Page> {
        let buckets = self.lock();
        Ok(listing.page(&buckets.get(bucket).ok_or_else(|| no_bucket(bucket))?.objects))
    }

    /// Begins a multipart upload; gives its id.
    pub(super) fn create_upload(&self, bucket: &str, key: &str, attributes: Attributes) -> S3Result<String> {
        let mut buckets = self.lock();
        let bucket = buckets.get_mut(bucket).ok_or_else(|| no_bucket(bucket))?;
        let count = self.uploads.fetch_add(1, Ordering::Relaxed);
        // The time makes ids of an earlier life of this store strangers.
        let id = format!("{:x}-{count:x}", time::OffsetDateTime::now_utc().unix_timestamp_nanos());
        bucket.uploads.insert(id.clone(), Upload { key: key.to_owned(), attributes, parts: BTreeMap::new() });
        Ok(id)
    }

    /// Gives an upload a part, in place of an earlier one of the same number.
    pub(super) fn put_part(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        number: i32,
        part: Object,
    ) -> S3Result<Arc<Object>> {
        if !(1..=10_000).contains(&number) {
            return Err(s3_error!(InvalidArgument, "part numbers go from 1 to 10000, {number} does not"));
        }
        let mut buckets = self.lock();
        let part = Arc::new(part);
        find_upload(&mut buckets, bucket, key, upload)?.parts.insert(number, part.clone());
        Ok(part)
    }

    /// The parts that an upload has so far, by number.
    pub(super) fn parts(&self, bucket: &str, key: &str, upload: &str) -> S3Result<Vec<(i32, Arc<Object>)>> {
        let mut buckets = self.lock();
        let parts = &find_upload(&mut buckets, bucket, key, upload)?.parts;
        Ok(parts.iter().map(|(number, part)| (*number, part.clone())).collect())
    }

    /// Forgets an upload and its parts.
    pub(super) fn abort_upload(&self, bucket: &str, key: &str, upload: &str) -> S3Result<()> {
        let mut buckets = self.lock();
        find_upload(&mut buckets, bucket, key, upload)?;
        drop(buckets.get_mut(bucket).and_then(|bucket| bucket.uploads.remove(upload)));
        Ok(())
    }

    /// Makes an object of the named parts, which must be there with these ETags, in ascending order.
    pub(super) fn complete_upload(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        named: &[(i32, Option<String>)],
        condition: &PutCondition,
    ) -> S3Result<Arc<Object>> {
        let mut buckets = self.lock();
        let found = find_upload(&mut buckets, bucket, key, upload)?;
        let object = found.assemble(named)?;
        let state = buckets.get_mut(bucket).ok_or_else(|| no_bucket(bucket))?;
        condition.check(state.objects.get(key).map(|object| object.etag.as_str()))?;
        let object = Arc::new(object);
        state.uploads.remove(upload);
        state.objects.insert(key.to_owned(), object.clone());
        Ok(object)
    }
}

impl Upload {
    fn assemble(&self, named: &[(i32, Option<String>)]) -> S3Result<Object> {
        if named.is_empty() {
            return Err(s3_error!(MalformedXML, "a multipart upload is completed with at least one part"));
        }
        if !named.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(s3_error!(InvalidPartOrder, "parts are named in ascending order"));
        }
        let mut parts = Vec::with_capacity(named.len());
        for (number, etag) in named {
            let part =
                self.parts.get(number).filter(|part| etag.as_ref().is_none_or(|etag| *etag == part.etag));
            parts.push(
                part.ok_or_else(|| s3_error!(InvalidPart, "part {number} was not uploaded like this"))?,
            );
        }
        let all_but_last = &parts[..parts.len() - 1];
        if let Some(small) = all_but_last.iter().find(|part| part.content.size() < SMALLEST_PART) {
            let size = small.content.size();
            return Err(s3_error!(
                EntityTooSmall,
                "a part of {size} bytes that is not the last is too small"
            ));
        }
        let mut md5 = Md5::new();
        parts.iter().for_each(|part| md5.update(&unhex(&part.etag)));
        let etag = format!("{}-{}", hex(&md5.finalize()), parts.len());
        let content = Content::join(parts.iter().map(|part| &part.content));
        Ok(Object::new(content, etag, self.attributes.clone()))
    }
}

impl PutCondition {
    fn check(&self, existing: Option<&str>) -> S3Result<()> {
        let fits = match (&self.if_match, existing) {
            (None, _) => true,
            (Some(wanted), Some(etag)) => wanted == "*" || wanted == etag,
            (Some(_), None) => false,
        };
        if fits && !(self.if_absent && existing.is_some()) {
            return Ok(());
        }
        Err(s3_error!(PreconditionFailed, "the object that is there is not the one that was asked for"))
    }
}

fn find_upload<'a>(
    buckets: &'a mut BTreeMap<String, Bucket>,
    bucket: &str,
    key: &str,
    upload: &str,
) -> S3Result<&'a mut Upload> {
    let found = buckets.get_mut(bucket).ok_or_else(|| no_bucket(bucket))?.uploads.get_mut(upload);
    found
        .filter(|found| found.key == key)
        .ok_or_else(|| s3_error!(NoSuchUpload, "{bucket}/{key} has no unfinished upload {upload}"))
}

fn no_bucket(bucket: &str) -> S3Error {
    s3_error!(NoSuchBucket, "there is no bucket {bucket}")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).filter_map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests;
