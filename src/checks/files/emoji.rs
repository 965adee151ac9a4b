//! `files.emoji`: an emoji made on one node, found and shown on every other, and gone everywhere once deleted.

use super::bytes::{colour, digest, same};
use super::objects;
use crate::checks::prelude::*;
use crate::mattermost::Emoji;
use crate::png;

pub(in crate::checks) const CHECK: Check = Check::new(
    "files.emoji",
    "a custom emoji made on one node is found by name and shown on every other, and gone everywhere once deleted",
    &["S1.1"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Bucket]);

/// A side in pixels: up to 128 it is stored as it came.
const SIDE: u32 = 48;

/// An emoji of stable: its name and its hash.
const OLD: Entry<(String, String)> = Entry::new("an emoji");

async fn run(cx: &Context<'_>) {
    if let Some((name, hash)) = OLD.old(cx) {
        cx.on_each_at_once(cx.places, "shows an emoji from stable", |place| shows(cx, place, &name, &hash))
            .await;
    } else if cx.stage == Stage::Stable {
        let made = cx.step("make an emoji that stays", make(cx, cx.actor(), "stays")).await;
        if let Ok((emoji, hash)) = made {
            OLD.keep(cx, &(emoji.name, hash));
        }
    }
    cx.each_version(async |walk| {
        let actor = walk.actor;
        let (emoji, hash) =
            walk.step("make an emoji on {node}", make(cx, actor, &walk.n.to_string())).await?;
        let key = format!("emoji/{}/image", emoji.id);
        cx.on_each(walk.readers(), "finds and shows it", |place| shows(cx, place, &emoji.name, &hash)).await;
        let stored = objects::is_at(cx, actor, &key, &hash);
        walk.verify("the emoji of {node} is an object in the bucket", stored).await;
        let deleted = async {
            walk.alice().delete(&format!("/api/v4/emoji/{}", emoji.id)).await.expecting("the emoji to go")
        };
        walk.step("delete it on {node}", deleted).await?;
        let moved = async {
            // The product moves the picture aside.
            let there = objects::exists(cx, &key).await?;
            actor.ensure(!there, format!("no {key} in the bucket"), "it is still there")
        };
        walk.verify("its object of {node} is gone", moved).await;
        // A node remembers an emoji for half an hour, and an order to forget all does not touch that: seen on 11.6.
        let reached = if cx.clustered() { walk.readers().collect() } else { vec![actor] };
        cx.on_each(reached, "knows it no more", |place| knows_no_more(place, &emoji.name)).await;
        if !cx.clustered() && !walk.others.is_empty() {
            cx.not_applicable("other nodes forget a deleted emoji", cx.why_not_clustered());
        }
        Ok(())
    })
    .await;
}

async fn make(cx: &Context<'_>, actor: &Place, which: &str) -> Result<(Emoji, String), StepError> {
    // At most 64 letters, and unlike those of other runs.
    let seed = format!("{}-{which}", cx.nonce);
    let name = format!("gate-{}", &digest(seed.as_bytes())[..20]);
    let picture = png::plain(SIDE, SIDE, colour(&seed));
    let hash = digest(&picture);
    let emoji = actor.alice().create_emoji(&cx.home.alice_id, &name, picture).await;
    Ok((emoji.expecting("a new emoji")?, hash))
}

async fn shows(cx: &Context<'_>, reader: &Place, name: &str, hash: &str) -> Result<(), StepError> {
    let bob = reader.bob();
    let emoji = bob.emoji_named(name).await.expecting("the emoji by its name")?;
    let right = emoji.name == name && emoji.creator_id == cx.home.alice_id;
    let got = format!("{} of {}", emoji.name, emoji.creator_id);
    reader.ensure(right, format!("the emoji {name} of alice"), got)?;
    let bytes = bob.picture(&format!("emoji/{}", emoji.id)).await.expecting("the emoji's picture")?;
    same(&reader.name, &bytes, hash)
}

async fn knows_no_more(reader: &Place, name: &str) -> Result<(), StepError> {
    match reader.bob().emoji_named(name).await {
        Err(error) if error.status() == Some(404) => Ok(()),
        Err(error) => Err(error).expecting("404 for a deleted emoji"),
        Ok(emoji) => Err(reader.failed("404 for a deleted emoji", emoji.name)),
    }
}
