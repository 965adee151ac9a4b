//! Takes the body of an upload into memory.

use futures_util::StreamExt;
use hyper::body::Bytes;
use s3s::crypto::{Checksum, Md5};
use s3s::dto::StreamingBlob;
use s3s::{S3Result, s3_error};

use super::backend::hex;
use super::content::Content;
use super::object::{Attributes, Object};

/// What is set aside at most before the first byte of a body has come: its length is only a claim.
const SET_ASIDE: usize = 16 * 1024 * 1024;

/// Receives a body and gives it as an object with these attributes, not yet put anywhere.
///
/// A body that ends early is an error, so that a client that went away leaves nothing.
pub(super) async fn receive(
    body: Option<StreamingBlob>,
    length: Option<i64>,
    attributes: Attributes,
) -> S3Result<Object> {
    let mut md5 = Md5::new();
    let expected = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut all = Vec::with_capacity(expected.min(SET_ASIDE));
    if let Some(mut body) = body {
        while let Some(bytes) = next(&mut body).await? {
            md5.update(&bytes);
            all.extend_from_slice(&bytes);
        }
    }
    let content = Content::from_bytes(all.into());
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
