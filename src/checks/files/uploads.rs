//! `files.uploads`: an upload that comes in parts, begun on one node and completed through another.

use super::bytes::{digest, noise, reads};
use super::objects;
use crate::checks::channel;
use crate::checks::prelude::*;
use crate::mattermost::FileInfo;

pub(in crate::checks) const CHECK: Check = Check::new(
    "files.uploads",
    "a resumable upload begun on one node is completed through another, byte for byte",
    &["S1.1"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Bucket]);

/// One part, and not a round number.
const SMALL: usize = 70_001;
/// The least that S3 takes for a part that others follow.
const PART: usize = 5 * 1024 * 1024;

/// An upload of stable: the id of its file and its hash.
const OLD: Entry<(String, String)> = Entry::new("an upload in parts");

async fn run(cx: &Context<'_>) {
    if let Some((id, hash)) = OLD.old(cx) {
        let name = "reads an upload in parts from stable";
        cx.on_each_at_once(cx.places, name, |place| reads(place.alice(), &id, &hash)).await;
    }
    cx.each_version(async |walk| {
        // A single node has no other to hand over to.
        let next = walk.others.first().copied().unwrap_or(walk.actor);
        in_parts(cx, walk.actor, next, &[noise(&format!("{}-{}", cx.nonce, walk.n), SMALL)]).await
    })
    .await;
    // Ten megabytes through the store: before and after the roll only, and once.
    if !matches!(cx.stage, Stage::Mixed(_)) {
        let (first, other) = cx.actor_and_reader();
        cx.part(in_parts(cx, first, other, &[noise(&cx.nonce, PART), noise(&cx.nonce, SMALL)])).await;
    }
}

/// Announces a file on one node, sends the parts through one and the other in turn, ending with the other, and reads
/// the whole.
async fn in_parts(cx: &Context<'_>, actor: &Place, next: &Place, parts: &[Vec<u8>]) -> Result<(), Reported> {
    let whole = parts.concat();
    let hash = digest(&whole);
    let count = if parts.len() == 1 { "one part".to_owned() } else { format!("{} parts", parts.len()) };
    let name = format!("begin on {actor}, complete through {next} in {count}");
    let (info, upload) = cx.step(name, complete(cx, actor, next, parts, whole.len())).await?;
    if OLD.is_wanted(cx) {
        // As clients leave it: from 9.11 on a server lets nobody read a file that no post ever took.
        cx.step(format!("attach it to a message on {next}"), posted(cx, next, &info.id)).await?;
        OLD.keep(cx, &(info.id.clone(), hash.clone()));
    }
    // What comes in several parts is large: one reader is enough.
    let readers: Vec<&Place> = if parts.len() == 1 { cx.places.iter().collect() } else { vec![actor] };
    let name = format!("reads the upload in {count}, byte for byte");
    cx.on_each(readers, &name, |place| reads(place.alice(), &info.id, &hash)).await;
    let name = format!("the upload in {count} of {actor} is an object in the bucket");
    // The folder is the upload's, not the file's.
    let in_key = format!("/{upload}/parts.bin");
    cx.step(name, objects::holds(cx, next, &in_key, &hash)).await
}

async fn posted(cx: &Context<'_>, place: &Place, file: &str) -> Result<(), StepError> {
    let channel = channel::of_check(cx).await?;
    let post = place.alice().create_post(&channel, "in parts", &[file]).await;
    let post = post.expecting("a post with the file")?;
    let right = post.file_ids == [file];
    place.ensure(right, "the post to carry the file", format!("{:?}", post.file_ids))
}

async fn complete(
    cx: &Context<'_>,
    actor: &Place,
    next: &Place,
    parts: &[Vec<u8>],
    size: usize,
) -> Result<(FileInfo, String), StepError> {
    let (alice, there) = (actor.alice(), next.alice());
    let channel = channel::of_check(cx).await?;
    let upload = cx.as_member(actor, || alice.begin_upload(&channel, "parts.bin", size)).await;
    let upload = upload.expecting("a new upload")?;
    let Some((last, first)) = parts.split_last() else {
        return Err(StepError::NotMeasured("nothing to upload".into()));
    };
    for part in first {
        let early = alice.continue_upload(&upload.id, part.clone()).await.expecting("204 for a part")?;
        actor.ensure(early.is_none(), "204 until the last part", "the finished file")?;
        let state = cx.as_member(next, || there.upload_state(&upload.id)).await;
        let state = state.expecting("the state of the upload")?;
        let (want, got) = (part.len(), state.file_offset);
        next.ensure(got == want as u64, format!("{want} bytes so far"), format!("{got}"))?;
    }
    let info = cx.as_member(next, || there.continue_upload(&upload.id, last.clone())).await;
    let Some(info) = info.expecting("the finished file")? else {
        return Err(next.failed("the finished file after its last part", "204: more is wanted"));
    };
    let right = info.size == size as u64;
    next.ensure(right, format!("a file of {size} bytes"), format!("{} bytes", info.size))?;
    Ok((info, upload.id))
}
