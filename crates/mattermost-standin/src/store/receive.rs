//! Takes the body of an upload: into memory, or into a file of the store's folder.

use std::path::PathBuf;

use futures_util::StreamExt;
use hyper::body::Bytes;
use s3s::crypto::{Checksum, Md5, Sha256};
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3Result, s3_error};
use tokio::io::AsyncWriteExt;

use super::backend::{Backend, hex};
use super::content::{Content, Piece};
use super::object::{Attributes, Object};

/// What is set aside at most before the first byte of a body has come: its length is only a claim.
const SET_ASIDE: usize = 16 * 1024 * 1024;

/// Receives a body and gives it as an object with these attributes, not yet put anywhere.
///
/// A body that ends early is an error, so that a client that went away leaves nothing.
pub(super) async fn receive(
    backend: &Backend,
    body: Option<StreamingBlob>,
    length: Option<i64>,
    attributes: Attributes,
) -> S3Result<Object> {
    let mut md5 = Md5::new();
    let content = match (body, backend.disk()) {
        (None, _) => Content::default(),
        (Some(mut body), None) => {
            let expected = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
            let mut all = Vec::with_capacity(expected.min(SET_ASIDE));
            while let Some(bytes) = next(&mut body).await? {
                md5.update(&bytes);
                all.extend_from_slice(&bytes);
            }
            Content::from_bytes(all.into())
        }
        (Some(mut body), Some(disk)) => {
            let path = disk.receiving();
            // The file is renamed at the end; until then it goes away with whatever goes wrong.
            let unfinished = Unfinished(path.clone());
            let mut file = tokio::fs::File::create(&path).await.map_err(S3Error::internal_error)?;
            let (mut sha, mut size) = (Sha256::new(), 0);
            while let Some(bytes) = next(&mut body).await? {
                md5.update(&bytes);
                sha.update(&bytes);
                size += bytes.len() as u64;
                file.write_all(&bytes).await.map_err(S3Error::internal_error)?;
            }
            file.flush().await.map_err(S3Error::internal_error)?;
            let digest = hex(sha.finalize().as_ref());
            let blob = disk.keep(&path, &digest).await.map_err(S3Error::internal_error)?;
            drop(unfinished);
            Content::from_pieces(vec![Piece { blob, range: 0..size }])
        }
    };
    let size = content.size();
    if let Some(length) = length
        && u64::try_from(length) != Ok(size)
    {
        return Err(s3_error!(IncompleteBody, "{length} bytes were announced, {size} came"));
    }
    Ok(Object::new(content, hex(&md5.finalize()), attributes))
}

async fn next(body: &mut StreamingBlob) -> S3Result<Option<Bytes>> {
    match body.next().await.transpose() {
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(s3_error!(IncompleteBody, "the body of the upload broke off: {error}")),
    }
}

/// Removes a file that was not finished; one that was renamed is no longer there to be removed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
