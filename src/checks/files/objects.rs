//! The look of our own into the bucket: a server says that it stored something; the S3 API says whether it did.
//!
//! Keys as seen on real servers, each below `FileSettings.AmazonS3PathPrefix` if there is one:
//! `20261122/teams/noteam/channels/ID/users/ID/FILE/name.png` with `name_thumb.png` and `name_preview.png` beside it
//! (the extension may differ), `users/ID/profile.png`, `teams/ID/teamIcon.png`, `emoji/ID/image`, which becomes
//! `emoji/ID/image_deleted`.

use super::bytes::digest;
use crate::checks::prelude::*;
use crate::storage::Bucket;

/// Exactly one object has this in its key, and it has these bytes.
pub(super) async fn holds(
    cx: &Context<'_>,
    actor: &Place,
    in_key: &str,
    hash: &str,
) -> Result<(), StepError> {
    let bucket = bucket(cx)?;
    let mut found = bucket.list("").await?;
    found.retain(|object| object.key.contains(in_key));
    let [object] = &found[..] else {
        let got = format!("{} such objects", found.len());
        return Err(actor.failed(format!("one object with {in_key} in its key"), got));
    };
    let bytes = bucket.get(&object.key).await?;
    if digest(&bytes) == hash {
        return Ok(());
    }
    let got = format!("{} other bytes in {}", bytes.len(), object.key);
    Err(actor.failed(format!("SHA-256 {hash} in the bucket"), got))
}

/// The object under exactly this key has these bytes.
pub(super) async fn is_at(cx: &Context<'_>, actor: &Place, key: &str, hash: &str) -> Result<(), StepError> {
    let found = match bucket(cx)?.get(key).await {
        Ok(bytes) => digest(&bytes),
        Err(error) if error.status == Some(404) => "no such object".to_owned(),
        Err(error) => return Err(error.into()),
    };
    if found == hash {
        return Ok(());
    }
    Err(actor.failed(format!("SHA-256 {hash} under {key} in the bucket"), found))
}

/// Whether there is an object under exactly this key.
pub(super) async fn exists(cx: &Context<'_>, key: &str) -> Result<bool, StepError> {
    Ok(bucket(cx)?.head(key).await?.is_some())
}

fn bucket<'a>(cx: &'a Context<'_>) -> Result<&'a Bucket, StepError> {
    Ok(cx.bucket.as_ref()?)
}
