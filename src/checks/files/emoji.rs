//! `files.emoji`: an emoji made on one node, found and shown on every other, and gone everywhere once deleted.

use super::bytes::{colour, digest, same};
use super::objects;
use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::Emoji;
use crate::outcome::Stage;
use crate::png;

pub(in crate::checks) const CHECK: Check = Check {
    id: "files.emoji",
    title: "a custom emoji made on one node is found by name and shown on every other, and gone everywhere once deleted",
    lines: &["S1.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Bucket],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A side in pixels: up to 128 it is stored as it came.
const SIDE: u32 = 48;

/// An emoji of stable: its name and its hash.
const OLD: Entry<(String, String)> = Entry::new("old", "an emoji");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    if let Some((name, hash)) = OLD.old(cx) {
        for place in cx.places {
            let step = format!("{} shows an emoji from stable", place.label());
            halted = halted.and(cx.step(step, shows(cx, place, &name, &hash)).await);
        }
    } else if cx.stage == Stage::Stable {
        let step = "make an emoji that stays";
        let made = cx.step(step, make(cx, &cx.places[0], "stays")).await;
        match made {
            Ok((emoji, hash)) => drop(OLD.keep(cx, &(emoji.name, hash))),
            Err(halt) => halted = Err(halt),
        }
    }
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        halted = halted.and(walk(cx, n, actor, &others).await);
    }
    halted
}

async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let (emoji, hash) =
        cx.step(format!("make an emoji on {}", actor.label()), make(cx, actor, &n.to_string())).await?;
    let key = format!("emoji/{}/image", emoji.id);
    let mut halted = Ok(());
    for reader in others.iter().copied().chain([actor]) {
        let name = format!("{} finds and shows it", reader.label());
        let seen = cx.crossed(reader, || shows(cx, reader, &emoji.name, &hash));
        halted = halted.and(cx.step(name, seen).await);
    }
    let name = format!("the emoji of {} is an object in the bucket", actor.label());
    halted = halted.and(cx.step(name, objects::is_at(cx, actor, &key, &hash)).await);
    cx.step(format!("delete it on {}", actor.label()), async {
        let path = format!("/api/v4/emoji/{}", emoji.id);
        cx.home.alice.at(&actor.anyone).delete(&path).await.map(drop).expecting("the emoji to go")
    })
    .await?;
    let moved = async {
        // The product moves the picture aside.
        if objects::exists(cx, &key).await? {
            return Err(Stop::failed_at(&actor.name, format!("no {key} in the bucket"), "it is still there"));
        }
        Ok(())
    };
    halted = halted.and(cx.step(format!("its object of {} is gone", actor.label()), moved).await);
    // A node remembers an emoji for half an hour, and an order to forget all does not touch that: seen on 11.6.
    for reader in others.iter().copied().filter(|_| cx.clustered()).chain([actor]) {
        let name = format!("{} knows it no more", reader.label());
        let gone = cx.crossed(reader, || unknown(cx, reader, &emoji.name));
        halted = halted.and(cx.step(name, gone).await);
    }
    if !cx.clustered() && !others.is_empty() {
        cx.not_applicable("other nodes forget a deleted emoji", cx.why_not_clustered());
    }
    halted
}

async fn make(cx: &Context<'_>, actor: &Place, which: &str) -> Result<(Emoji, String), Stop> {
    // At most 64 letters, and unlike those of other runs.
    let seed = format!("{}-{which}", cx.nonce);
    let name = format!("gate-{}", &digest(seed.as_bytes())[..20]);
    let picture = png::plain(SIDE, SIDE, colour(&seed));
    let hash = digest(&picture);
    let alice = cx.home.alice.at(&actor.anyone);
    let emoji = alice.create_emoji(&cx.home.alice_id, &name, picture).await.expecting("a new emoji")?;
    Ok((emoji, hash))
}

async fn shows(cx: &Context<'_>, reader: &Place, name: &str, hash: &str) -> Result<(), Stop> {
    let bob = cx.home.bob.at(&reader.anyone);
    let emoji = bob.emoji_named(name).await.expecting("the emoji by its name")?;
    if emoji.name != name || emoji.creator_id != cx.home.alice_id {
        let got = format!("{} of {}", emoji.name, emoji.creator_id);
        return Err(Stop::failed_at(&reader.name, format!("the emoji {name} of alice"), got));
    }
    let bytes = bob.picture(&format!("emoji/{}", emoji.id)).await.expecting("the emoji's picture")?;
    same(&reader.name, &bytes, hash)
}

async fn unknown(cx: &Context<'_>, reader: &Place, name: &str) -> Result<(), Stop> {
    match cx.home.bob.at(&reader.anyone).emoji_named(name).await {
        Err(error) if error.status() == Some(404) => Ok(()),
        Err(error) => Err(error).expecting("404 for a deleted emoji"),
        Ok(emoji) => Err(Stop::failed_at(&reader.name, "404 for a deleted emoji", emoji.name)),
    }
}
