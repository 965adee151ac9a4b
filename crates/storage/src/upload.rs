//! Files on their way into a bucket: small ones whole, large ones in parts.

use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::time::{Instant, timeout_at};

use super::bucket::Bucket;
use super::error::StorageError;

/// The size of a part, and of what is sent whole; S3 takes parts from 5 MiB on.
const PART: usize = 8 * 1024 * 1024;

impl Bucket {
    /// Puts a file, in parts of 8 MiB where it is larger than that: no more of it is in memory at once.
    ///
    /// # Errors
    /// When the file cannot be read, the store does not answer or refuses, or it takes longer than `deadline`. Nothing
    /// of the file is in the bucket then.
    pub async fn upload(
        &self,
        key: &str,
        file: &Path,
        content_type: &str,
        deadline: Instant,
    ) -> Result<(), StorageError> {
        let mut source = UploadSource::open(file).await?;
        let first = source.part().await?;
        if first.len() < PART {
            let put = self.put(key, first, content_type);
            return timeout_at(deadline, put).await.unwrap_or_else(|_| Err(self.too_slow(key)));
        }
        let begun = self
            .client
            .create_multipart_upload()
            .bucket(&self.name)
            .key(self.full(key))
            .content_type(content_type)
            .send();
        let begun = timeout_at(deadline, begun).await.map_err(|_| self.too_slow(key))?;
        let begun = begun.map_err(|error| StorageError::of(self.doing("writing", key), error))?;
        let upload = begun.upload_id().unwrap_or_default();
        let sent = timeout_at(deadline, self.parts(key, upload, first, source)).await;
        let sent = sent.unwrap_or_else(|_| Err(self.too_slow(key)));
        if sent.is_err() {
            // Parts of an upload that never ends are kept, and paid for.
            let abort = self.client.abort_multipart_upload().bucket(&self.name).key(self.full(key));
            let _ = abort.upload_id(upload).send().await;
        }
        sent
    }

    async fn parts(
        &self,
        key: &str,
        upload: &str,
        first: Vec<u8>,
        mut source: UploadSource<'_>,
    ) -> Result<(), StorageError> {
        let (mut part, mut number, mut done) = (first, 1, CompletedMultipartUpload::builder());
        while !part.is_empty() {
            let sent = self
                .client
                .upload_part()
                .bucket(&self.name)
                .key(self.full(key))
                .upload_id(upload)
                .part_number(number)
                .body(ByteStream::from(part))
                .send()
                .await;
            let sent = sent.map_err(|error| StorageError::of(self.doing("writing", key), error))?;
            let told = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
            done = done.parts(told.build());
            part = source.part().await?;
            number += 1;
        }
        let complete = self.client.complete_multipart_upload().bucket(&self.name).key(self.full(key));
        let complete = complete.upload_id(upload).multipart_upload(done.build()).send().await;
        complete.map(drop).map_err(|error| StorageError::of(self.doing("writing", key), error))
    }

    fn too_slow(&self, key: &str) -> StorageError {
        StorageError {
            doing: self.doing("writing", key),
            cause: "it was not done in time".into(),
            remedy: "see that the store is reachable from the gate and fast enough".into(),
            status: None,
            tls: None,
        }
    }
}

/// A file that is read part by part.
struct UploadSource<'a> {
    file: File,
    path: &'a Path,
}

impl<'a> UploadSource<'a> {
    async fn open(path: &'a Path) -> Result<Self, StorageError> {
        let file = File::open(path).await.map_err(|error| unread(path, &error))?;
        Ok(Self { file, path })
    }

    /// The next part: shorter than the others at the end, empty after it.
    async fn part(&mut self) -> Result<Vec<u8>, StorageError> {
        let mut part = Vec::new();
        let mut piece = (&mut self.file).take(PART as u64);
        piece.read_to_end(&mut part).await.map_err(|error| unread(self.path, &error))?;
        Ok(part)
    }
}

fn unread(path: &Path, error: &std::io::Error) -> StorageError {
    StorageError {
        doing: format!("reading {}", path.display()),
        cause: error.to_string(),
        remedy: "see that the file is there and may be read".into(),
        status: None,
        tls: None,
    }
}
