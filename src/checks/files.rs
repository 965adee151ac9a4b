//! `files`: uploaded through one node, read through every other byte for byte, and really in the bucket.

use sha2::{Digest as _, Sha256};

use super::channel;
use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use crate::mattermost::{Client, FileInfo};

pub(super) const CHECK: Check = Check {
    id: "files",
    title: "a file uploaded on one node is read on every other byte for byte, and is an object in the bucket",
    lines: &["S1.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// Larger than any buffer on the way, smaller than a part of a multipart upload.
const SIZE: usize = 300_000;

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    if let Some((id, hash)) = cx.carried::<(String, String)>("old") {
        for place in cx.places {
            let reader = cx.home.bob.at(&place.anyone);
            let name = format!("{} reads a file from stable", place.label());
            halted = halted.and(cx.step(name, reads(&reader, &id, &hash)).await);
        }
    }
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        halted = halted.and(walk(cx, n, actor, &others).await);
    }
    halted
}

async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let home = cx.home;
    let bytes = noise(&format!("{}-{n}", cx.nonce));
    let hash = digest(&bytes);
    let info = cx
        .step(format!("upload and attach a file on {}", actor.label()), async {
            let alice = home.alice.at(&actor.anyone);
            let channel = channel::of_check(cx).await?;
            let info =
                alice.upload(&channel, "evidence.bin", bytes.clone()).await.expecting("the uploaded file")?;
            let post = alice.create_post(&channel, "with a file", &[&info.id]).await;
            let post = post.expecting("a post with the file")?;
            if post.file_ids == [info.id.clone()] {
                Ok(info)
            } else {
                Err(Stop::failed_at(
                    &actor.name,
                    "the post to carry the file",
                    format!("{:?}", post.file_ids),
                ))
            }
        })
        .await?;
    if cx.carried::<(String, String)>("old").is_none() {
        cx.carry("old", &(&info.id, &hash));
    }
    let mut halted = Ok(());
    for reader in others.iter().copied().chain([actor]) {
        let bob = home.bob.at(&reader.anyone);
        let name = format!("{} reads it back, byte for byte", reader.label());
        halted = halted.and(cx.step(name, cx.crossed(reader, || reads(&bob, &info.id, &hash))).await);
    }
    let name = format!("the file of {} is an object in the bucket", actor.label());
    halted.and(cx.step(name, in_bucket(cx, actor, &info, &hash)).await)
}

async fn reads(reader: &Client, id: &str, hash: &str) -> Result<(), Stop> {
    let bytes = reader.download(id).await.expecting("the file's bytes")?;
    let found = digest(&bytes);
    if found == hash {
        Ok(())
    } else {
        let got = format!("{} bytes with SHA-256 {found}", bytes.len());
        Err(Stop::failed_at(reader.node(), format!("{SIZE} bytes with SHA-256 {hash}"), got))
    }
}

/// The server says that it stored the file; the S3 API says whether it did. Keys end in `/<file id>/<name>`.
async fn in_bucket(cx: &Context<'_>, actor: &Place, info: &FileInfo, hash: &str) -> Result<(), Stop> {
    let bucket = cx.bucket.as_ref().map_err(|why| Stop::NotMeasured(why.clone()))?;
    let suffix = format!("/{}/{}", info.id, info.name);
    let asked = |error: crate::storage::StorageError| {
        Stop::NotMeasured(format!("the bucket could not be read: {error}"))
    };
    let found = bucket.find_by_suffix("", &suffix).await.map_err(asked)?;
    let Some(object) = found.first() else {
        return Err(Stop::failed_at(
            &actor.name,
            format!("an object whose key ends in {suffix}"),
            "none in the bucket",
        ));
    };
    let bytes = bucket.get(&object.key).await.map_err(asked)?;
    if digest(&bytes) == hash {
        Ok(())
    } else {
        Err(Stop::failed_at(
            &actor.name,
            format!("SHA-256 {hash} in the bucket"),
            format!("{} other bytes", bytes.len()),
        ))
    }
}

/// Bytes that no compression or text conversion leaves alone, different for each upload.
fn noise(seed: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIZE + 32);
    let mut block = Sha256::digest(seed.as_bytes());
    while bytes.len() < SIZE {
        bytes.extend_from_slice(&block);
        block = Sha256::digest(block);
    }
    bytes.truncate(SIZE);
    bytes
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_differs_by_seed_and_has_the_size() {
        assert_eq!(noise("a").len(), SIZE);
        assert_eq!(noise("a"), noise("a"));
        assert_ne!(noise("a"), noise("b"));
    }
}
