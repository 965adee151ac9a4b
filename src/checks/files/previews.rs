//! `files.previews`: a picture in a channel has a thumbnail and a preview, the same ones on every node.

use super::bytes::{colour, digest, same};
use super::objects;
use crate::checks::channel;
use crate::checks::prelude::*;
use crate::mattermost::FileInfo;
use crate::png;

pub(in crate::checks) const CHECK: Check = Check::new(
    "files.previews",
    "a picture uploaded on one node shows its thumbnail and preview on every other, and both are in the bucket",
    &["S1.1"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Bucket]);

/// Width and height of the picture: a thumbnail is smaller, a preview is not.
const SIZE: (u32, u32) = (320, 240);
/// What a thumbnail must fit into.
const THUMBNAIL: (u32, u32) = (120, 100);

/// The two smaller versions: how the API calls them, and what their keys end with.
const VERSIONS: [(&str, &str); 2] = [("thumbnail", "_thumb."), ("preview", "_preview.")];

/// A picture of stable: the id of its file, and the hashes of its smaller versions.
const OLD: Entry<(String, [String; 2])> = Entry::new("a picture");

async fn run(cx: &Context<'_>) {
    if let Some((id, hashes)) = OLD.old(cx) {
        let name = "shows a picture from stable in both sizes";
        cx.on_each_at_once(cx.places, name, |place| shows(place, &id, &hashes)).await;
    }
    cx.each_version(async |walk| {
        let picture = png::plain(SIZE.0, SIZE.1, colour(&format!("{}-{}", cx.nonce, walk.n)));
        let info = walk.step("upload a picture on {node}", upload(cx, walk.actor, picture)).await?;
        let hashes = walk.step("{node} shows it in both sizes", looked(walk.actor, &info)).await?;
        OLD.keep(cx, &(info.id.clone(), hashes.clone()));
        cx.on_each(walk.others(), "shows the same", |place| shows(place, &info.id, &hashes)).await;
        for ((word, suffix), hash) in VERSIONS.iter().zip(&hashes) {
            let in_key = format!("/{}/gate{suffix}", info.id);
            let stored = objects::holds(cx, walk.actor, &in_key, hash);
            walk.verify(&format!("the {word} of {{node}} is an object in the bucket"), stored).await;
        }
        Ok(())
    })
    .await;
}

async fn upload(cx: &Context<'_>, actor: &Place, picture: Vec<u8>) -> Result<FileInfo, StepError> {
    let channel = channel::of_check(cx).await?;
    let alice = actor.alice();
    let info = alice.upload(&channel, "gate.png", picture).await.expecting("the uploaded picture")?;
    // As clients leave it: from 9.11 on a server lets nobody read a file that no post ever took.
    alice.create_post(&channel, "a picture", &[&info.id]).await.expecting("a post with the picture")?;
    let right = (info.width, info.height) == SIZE && info.has_preview_image;
    let got = format!("{} × {}, preview: {}", info.width, info.height, info.has_preview_image);
    actor.ensure(right, format!("a picture of {} × {} with a preview", SIZE.0, SIZE.1), got)?;
    Ok(info)
}

/// Looks at both versions where the picture came in; gives their hashes.
async fn looked(actor: &Place, info: &FileInfo) -> Result<[String; 2], StepError> {
    let alice = actor.alice();
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
        let got = format!("{} bytes, {size:?}", bytes.len());
        actor.ensure(fits, format!("a {word} of the right size"), got)?;
        *hash = digest(&bytes);
    }
    Ok(hashes)
}

async fn shows(reader: &Place, id: &str, hashes: &[String; 2]) -> Result<(), StepError> {
    let alice = reader.alice();
    for ((word, _), hash) in VERSIONS.iter().zip(hashes) {
        let bytes = alice.smaller_picture(id, word).await.expecting(&format!("the {word}"))?;
        same(&reader.name, &bytes, hash)?;
    }
    Ok(())
}
