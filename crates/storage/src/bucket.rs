//! One bucket of an S3 store, as far as the gate needs it.

use std::fmt;
use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::{Client, Config};
use secrecy::{ExposeSecret, SecretString};

use super::error::StorageError;
use super::reach::Reach;

/// How long a connection may take to come up.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one attempt may take, with its answer.
const ATTEMPT: Duration = Duration::from_secs(30);
/// How often an operation is tried in all.
const ATTEMPTS: u32 = 3;

/// Where a bucket is and how to get in.
#[derive(Debug, Clone)]
pub struct StorageOptions {
    /// URL of the store, such as `http://store:9000`; without one, S3 itself.
    pub endpoint: Option<String>,
    /// Region, such as `us-east-1`.
    pub region: String,
    /// Name of the bucket.
    pub bucket: String,
    /// Access key.
    pub access_key: String,
    /// Its secret; never shown.
    pub secret: SecretString,
    /// What belongs to keys that are lent for a while; most are not.
    pub session_token: Option<SecretString>,
    /// What all keys begin with, such as `mattermost/`; empty for none. Callers leave it out.
    pub prefix: String,
    /// Whether the bucket is in the path of the URL instead of its host name, as most stores of one's own want.
    pub path_style: bool,
    /// The way there.
    pub reach: Reach,
}

/// What a store says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its key, without the prefix of the options.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its ETag, without quotes.
    pub etag: String,
}

/// A bucket that one can look into; cheap to clone.
#[derive(Clone)]
pub struct Bucket {
    pub(super) client: Client,
    pub(super) name: String,
    prefix: String,
    place: String,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("name", &self.name).field("place", &self.place).finish_non_exhaustive()
    }
}

impl Bucket {
    /// A client for the bucket. Nothing is sent yet: the first look says whether the store is there.
    #[must_use]
    pub fn open(options: StorageOptions) -> Self {
        let is_plain = options.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let timeouts =
            TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
        let secret = options.secret.expose_secret();
        let token = options.session_token.map(|token| token.expose_secret().to_owned());
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(options.reach.client(is_plain))
            .credentials_provider(Credentials::new(options.access_key, secret, token, None, "inputs"))
            .region(Region::new(options.region))
            .force_path_style(options.path_style)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
        let place = options.endpoint.clone().unwrap_or_else(|| "Amazon S3".to_owned());
        config.set_endpoint_url(options.endpoint);
        let client = Client::from_conf(config.build());
        Self { client, name: options.bucket, prefix: options.prefix, place }
    }

    /// Whether the bucket is there. An answer of either kind proves that the store serves and accepts the keys.
    ///
    /// # Errors
    /// When the store does not answer, or refuses.
    pub async fn exists(&self) -> Result<bool, StorageError> {
        match self.client.head_bucket().bucket(&self.name).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(false),
            Err(error) => Err(StorageError::of(self.doing("a look for", ""), error)),
        }
    }

    /// Makes the bucket, where there is none.
    ///
    /// # Errors
    /// When the store does not answer or refuses.
    pub async fn make(&self) -> Result<(), StorageError> {
        if self.exists().await? {
            return Ok(());
        }
        let made = self.client.create_bucket().bucket(&self.name).send().await;
        made.map(drop).map_err(|error| StorageError::of(self.doing("making", ""), error))
    }

    /// Size and ETag of an object; nothing when there is none.
    ///
    /// # Errors
    /// When the store does not answer, or with anything but the object or "not found".
    pub async fn head(&self, key: &str) -> Result<Option<ObjectFacts>, StorageError> {
        match self.client.head_object().bucket(&self.name).key(self.full(key)).send().await {
            Ok(head) => Ok(Some(ObjectFacts {
                key: key.to_owned(),
                size: size(head.content_length()),
                etag: bare(head.e_tag()),
            })),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
            Err(error) => Err(StorageError::of(self.doing("a look for", key), error)),
        }
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// When the store does not answer, has no such object, or the answer breaks off.
    pub async fn get(&self, key: &str) -> Result<Vec<u8>, StorageError> {
        let doing = || self.doing("reading", key);
        let object = self.client.get_object().bucket(&self.name).key(self.full(key)).send().await;
        let body = object.map_err(|error| StorageError::of(doing(), error))?.body;
        let bytes = body.collect().await.map_err(|error| StorageError {
            doing: doing(),
            cause: format!("the answer broke off: {error}"),
            remedy: "try again, and see the store's own log".to_owned(),
            status: None,
            tls: None,
        })?;
        // Not `to_vec`: that one goes byte by byte.
        Ok(bytes.into_bytes().into())
    }

    /// All objects whose keys begin with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// When the store does not answer or refuses.
    pub async fn list(&self, prefix: &str) -> Result<Vec<ObjectFacts>, StorageError> {
        let request = self.client.list_objects_v2().bucket(&self.name).prefix(self.full(prefix));
        let mut pages = request.into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StorageError::of(self.doing("listing", prefix), error))?;
            all.extend(page.contents().iter().filter_map(|object| {
                let key = object.key()?.strip_prefix(&self.prefix)?.to_owned();
                Some(ObjectFacts { key, size: size(object.size()), etag: bare(object.e_tag()) })
            }));
        }
        Ok(all)
    }

    /// Puts an object, whole and from memory: a stream would be sent in chunks that some stores reject.
    ///
    /// # Errors
    /// When the store does not answer or refuses.
    pub async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), StorageError> {
        let put = self.client.put_object().bucket(&self.name).key(self.full(key)).content_type(content_type);
        let done = put.body(ByteStream::from(bytes)).send().await;
        done.map(drop).map_err(|error| StorageError::of(self.doing("writing", key), error))
    }

    /// Removes an object; a missing one is no error.
    ///
    /// # Errors
    /// When the store does not answer or refuses.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let done = self.client.delete_object().bucket(&self.name).key(self.full(key)).send().await;
        done.map(drop).map_err(|error| StorageError::of(self.doing("removing", key), error))
    }

    pub(super) fn full(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(super) fn doing(&self, what: &str, key: &str) -> String {
        format!("{what} {} in bucket {} of {}", self.full(key), self.name, self.place)
    }
}

fn size(length: Option<i64>) -> u64 {
    length.and_then(|length| u64::try_from(length).ok()).unwrap_or(0)
}

fn bare(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}
