//! `files.uploads`: an upload that comes in parts, begun on one node and completed through another.

use super::bytes::{digest, noise, reads};
use super::objects;
use crate::checks::channel;
use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::FileInfo;
use crate::outcome::Stage;

pub(in crate::checks) const CHECK: Check = Check {
    id: "files.uploads",
    title: "a resumable upload begun on one node is completed through another, byte for byte",
    lines: &["S1.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Bucket],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// One part, and not a round number.
const SMALL: usize = 70_001;
/// The least that S3 takes for a part that others follow.
const PART: usize = 5 * 1024 * 1024;

/// An upload of stable: the id of its file and its hash.
const OLD: Entry<(String, String)> = Entry::new("old", "an upload in parts");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    if let Some((id, hash)) = OLD.old(cx) {
        for place in cx.places {
            let alice = cx.home.alice.at(&place.anyone);
            let name = format!("{} reads an upload in parts from stable", place.label());
            halted = halted.and(cx.step(name, reads(&alice, &id, &hash)).await);
        }
    }
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        // A single node has nobody to hand over to.
        let next = others.first().copied().unwrap_or(actor);
        halted = halted.and(walk(cx, actor, next, &[noise(&format!("{}-{n}", cx.nonce), SMALL)]).await);
    }
    // Ten megabytes through the store: at the ends only, and once.
    if !matches!(cx.stage, Stage::Mixed(_)) {
        let (first, last) = (&cx.places[0], &cx.places[cx.places.len() - 1]);
        let parts = [noise(&cx.nonce, PART), noise(&cx.nonce, SMALL)];
        halted = halted.and(walk(cx, first, last, &parts).await);
    }
    halted
}

/// Announces a file on one node, sends the parts through one and the other in turn, ending with the other, and reads
/// the whole.
async fn walk(cx: &Context<'_>, actor: &Place, next: &Place, parts: &[Vec<u8>]) -> Result<(), Halt> {
    let whole = parts.concat();
    let hash = digest(&whole);
    let count = if parts.len() == 1 { "one part".to_owned() } else { format!("{} parts", parts.len()) };
    let name = format!("begin on {}, complete through {} in {count}", actor.label(), next.label());
    let (info, upload) = cx.step(name, complete(cx, actor, next, parts, whole.len())).await?;
    if OLD.is_wanted(cx) {
        // As clients leave it: from 9.11 on a server lets nobody read a file that no post ever took.
        cx.step(format!("attach it to a message on {}", next.label()), posted(cx, next, &info.id)).await?;
        OLD.keep(cx, &(info.id.clone(), hash.clone()));
    }
    let mut halted = Ok(());
    // What comes in several parts is large: one reader is enough.
    let readers = cx.places.iter().filter(|place| parts.len() == 1 || place.name == actor.name);
    for reader in readers {
        let alice = cx.home.alice.at(&reader.anyone);
        let name = format!("{} reads the upload in {count}, byte for byte", reader.label());
        halted = halted.and(cx.step(name, cx.crossed(reader, || reads(&alice, &info.id, &hash))).await);
    }
    let name = format!("the upload in {count} of {} is an object in the bucket", actor.label());
    // The folder is the upload's, not the file's.
    let in_key = format!("/{upload}/parts.bin");
    halted.and(cx.step(name, objects::holds(cx, next, &in_key, &hash)).await)
}

async fn posted(cx: &Context<'_>, place: &Place, file: &str) -> Result<(), Stop> {
    let channel = channel::of_check(cx).await?;
    let post = cx.home.alice.at(&place.anyone).create_post(&channel, "in parts", &[file]).await;
    let post = post.expecting("a post with the file")?;
    if post.file_ids == [file] {
        return Ok(());
    }
    Err(Stop::failed_at(&place.name, "the post to carry the file", format!("{:?}", post.file_ids)))
}

async fn complete(
    cx: &Context<'_>,
    actor: &Place,
    next: &Place,
    parts: &[Vec<u8>],
    size: usize,
) -> Result<(FileInfo, String), Stop> {
    let (alice, there) = (cx.home.alice.at(&actor.anyone), cx.home.alice.at(&next.anyone));
    let channel = channel::of_check(cx).await?;
    let upload = cx.as_member(actor, || alice.begin_upload(&channel, "parts.bin", size)).await;
    let upload = upload.expecting("a new upload")?;
    let Some((last, first)) = parts.split_last() else {
        return Err(Stop::NotMeasured("nothing to upload".into()));
    };
    for part in first {
        let early = alice.continue_upload(&upload.id, part.clone()).await.expecting("204 for a part")?;
        if early.is_some() {
            return Err(Stop::failed_at(&actor.name, "204 until the last part", "the finished file"));
        }
        let state = cx.as_member(next, || there.upload_state(&upload.id)).await;
        let state = state.expecting("the state of the upload")?;
        if state.file_offset != part.len() as u64 {
            let (want, got) = (part.len(), state.file_offset);
            return Err(Stop::failed_at(&next.name, format!("{want} bytes so far"), format!("{got}")));
        }
    }
    let info = cx.as_member(next, || there.continue_upload(&upload.id, last.clone())).await;
    let info = info.expecting("the finished file")?;
    let Some(info) = info else {
        return Err(Stop::failed_at(
            &next.name,
            "the finished file after its last part",
            "204: more is wanted",
        ));
    };
    if info.size == size as u64 {
        Ok((info, upload.id))
    } else {
        Err(Stop::failed_at(&next.name, format!("a file of {size} bytes"), format!("{} bytes", info.size)))
    }
}
