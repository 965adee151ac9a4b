//! `files`: uploaded through one node, read through every other byte for byte, and really in the bucket.

use super::bytes::{digest, noise, reads};
use super::objects;
use crate::checks::channel;
use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;

pub(in crate::checks) const CHECK: Check = Check {
    id: "files",
    title: "a file uploaded on one node is read on every other byte for byte, and is an object in the bucket",
    lines: &["S1.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Bucket],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// Larger than any buffer on the way, smaller than a part of a multipart upload.
const SIZE: usize = 300_000;

/// A file of stable: its id and its hash.
const OLD: Entry<(String, String)> = Entry::new("old", "a file");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    if let Some((id, hash)) = OLD.old(cx) {
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
    let bytes = noise(&format!("{}-{n}", cx.nonce), SIZE);
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
    OLD.keep(cx, &(info.id.clone(), hash.clone()));
    let mut halted = Ok(());
    for reader in others.iter().copied().chain([actor]) {
        let bob = home.bob.at(&reader.anyone);
        let name = format!("{} reads it back, byte for byte", reader.label());
        halted = halted.and(cx.step(name, cx.crossed(reader, || reads(&bob, &info.id, &hash))).await);
    }
    let name = format!("the file of {} is an object in the bucket", actor.label());
    let in_key = format!("/{}/{}", info.id, info.name);
    halted.and(cx.step(name, objects::holds(cx, actor, &in_key, &hash)).await)
}
