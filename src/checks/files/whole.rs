//! `files`: uploaded through one node, read through every other byte for byte, and really in the bucket.

use super::bytes::{digest, noise, reads};
use super::objects;
use crate::checks::channel;
use crate::checks::prelude::*;
use crate::mattermost::FileInfo;

pub(in crate::checks) const CHECK: Check = Check::new(
    "files",
    "a file uploaded on one node is read on every other byte for byte, and is an object in the bucket",
    &["S1.1"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA)
.needs(&[Need::Bucket]);

/// Larger than any buffer on the way, smaller than a part of a multipart upload.
const SIZE: usize = 300_000;

/// A file of stable: its id and its hash.
const OLD: Entry<(String, String)> = Entry::new("a file");

async fn run(cx: &Context<'_>) {
    if let Some((id, hash)) = OLD.old(cx) {
        cx.on_each_at_once(cx.places, "reads a file from stable", |place| reads(place.bob(), &id, &hash))
            .await;
    }
    cx.each_version(async |walk| {
        let bytes = noise(&format!("{}-{}", cx.nonce, walk.n), SIZE);
        let hash = digest(&bytes);
        let info = walk.step("upload and attach a file on {node}", attached(cx, walk.actor, bytes)).await?;
        OLD.keep(cx, &(info.id.clone(), hash.clone()));
        let name = "reads it back, byte for byte";
        cx.on_each(walk.readers(), name, |place| reads(place.bob(), &info.id, &hash)).await;
        let in_key = format!("/{}/{}", info.id, info.name);
        let stored = objects::holds(cx, walk.actor, &in_key, &hash);
        walk.step("the file of {node} is an object in the bucket", stored).await
    })
    .await;
}

async fn attached(cx: &Context<'_>, actor: &Place, bytes: Vec<u8>) -> Result<FileInfo, StepError> {
    let alice = actor.alice();
    let channel = channel::of_check(cx).await?;
    let info = alice.upload(&channel, "evidence.bin", bytes).await.expecting("the uploaded file")?;
    let post = alice.create_post(&channel, "with a file", &[&info.id]).await;
    let post = post.expecting("a post with the file")?;
    let right = post.file_ids == [info.id.clone()];
    actor.ensure(right, "the post to carry the file", format!("{:?}", post.file_ids))?;
    Ok(info)
}
