//! `files.previews`: a picture in a channel has a thumbnail and a preview, the same ones on every node.

use super::bytes::{colour, digest, same};
use super::objects;
use crate::checks::channel;
use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::FileInfo;
use crate::png;

pub(in crate::checks) const CHECK: Check = Check {
    id: "files.previews",
    title: "a picture uploaded on one node shows its thumbnail and preview on every other, and both are in the bucket",
    lines: &["S1.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Bucket],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// Width and height of the picture: a thumbnail is smaller, a preview is not.
const SIZE: (u32, u32) = (320, 240);
/// What a thumbnail must fit into.
const THUMBNAIL: (u32, u32) = (120, 100);

/// The two smaller versions: how the API calls them, and what their keys end with.
const VERSIONS: [(&str, &str); 2] = [("thumbnail", "_thumb."), ("preview", "_preview.")];

/// A picture of stable: the id of its file, and the hashes of its smaller versions.
const OLD: Entry<(String, [String; 2])> = Entry::new("old", "a picture");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    if let Some((id, hashes)) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} shows a picture from stable in both sizes", place.label());
            halted = halted.and(cx.step(name, shows(cx, place, &id, &hashes)).await);
        }
    }
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        halted = halted.and(walk(cx, n, actor, &others).await);
    }
    halted
}

async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let picture = png::plain(SIZE.0, SIZE.1, colour(&format!("{}-{n}", cx.nonce)));
    let info = cx.step(format!("upload a picture on {}", actor.label()), upload(cx, actor, picture)).await?;
    let hashes =
        cx.step(format!("{} shows it in both sizes", actor.label()), looked(cx, actor, &info)).await?;
    OLD.keep(cx, &(info.id.clone(), hashes.clone()));
    let mut halted = Ok(());
    for reader in others {
        let name = format!("{} shows the same", reader.label());
        let seen = cx.crossed(reader, || shows(cx, reader, &info.id, &hashes));
        halted = halted.and(cx.step(name, seen).await);
    }
    for ((word, suffix), hash) in VERSIONS.iter().zip(&hashes) {
        let name = format!("the {word} of {} is an object in the bucket", actor.label());
        let in_key = format!("/{}/gate{suffix}", info.id);
        halted = halted.and(cx.step(name, objects::holds(cx, actor, &in_key, hash)).await);
    }
    halted
}

async fn upload(cx: &Context<'_>, actor: &Place, picture: Vec<u8>) -> Result<FileInfo, Stop> {
    let channel = channel::of_check(cx).await?;
    let alice = cx.home.alice.at(&actor.anyone);
    let info = alice.upload(&channel, "gate.png", picture).await.expecting("the uploaded picture")?;
    // As clients leave it: from 9.11 on a server lets nobody read a file that no post ever took.
    alice.create_post(&channel, "a picture", &[&info.id]).await.expecting("a post with the picture")?;
    if (info.width, info.height) == SIZE && info.has_preview_image {
        return Ok(info);
    }
    let got = format!("{} × {}, preview: {}", info.width, info.height, info.has_preview_image);
    Err(Stop::failed_at(&actor.name, format!("a picture of {} × {} with a preview", SIZE.0, SIZE.1), got))
}

/// Looks at both versions where the picture came in; gives their hashes.
async fn looked(cx: &Context<'_>, actor: &Place, info: &FileInfo) -> Result<[String; 2], Stop> {
    let alice = cx.home.alice.at(&actor.anyone);
    let mut hashes = [const { String::new() }; 2];
    for ((word, _), hash) in VERSIONS.iter().zip(&mut hashes) {
        let bytes = alice.smaller_picture(&info.id, word).await.expecting(&format!("the {word}"))?;
        let size = png::size(&bytes);
        // Older servers make a JPEG of it: then it is enough that it is one.
        let fits = match size {
            // 11.6 fits both sides in, 9.8 only the one that is nearer.
            Some((width, height)) if *word == "thumbnail" => width <= THUMBNAIL.0 || height <= THUMBNAIL.1,
            Some(size) => size == SIZE,
            None => bytes.starts_with(b"\xff\xd8\xff"),
        };
        if !fits {
            let got = format!("{} bytes, {size:?}", bytes.len());
            return Err(Stop::failed_at(&actor.name, format!("a {word} of the right size"), got));
        }
        *hash = digest(&bytes);
    }
    Ok(hashes)
}

async fn shows(cx: &Context<'_>, reader: &Place, id: &str, hashes: &[String; 2]) -> Result<(), Stop> {
    let alice = cx.home.alice.at(&reader.anyone);
    for ((word, _), hash) in VERSIONS.iter().zip(hashes) {
        let bytes = alice.smaller_picture(id, word).await.expecting(&format!("the {word}"))?;
        same(&reader.name, &bytes, hash)?;
    }
    Ok(())
}
