//! `posts.pins`: a message pinned and unpinned on one node is so on every other, and its former texts are kept.

use crate::checks::channel;
use crate::checks::check::{Check, Stages};
use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::outcome::Stage;

pub(in crate::checks) const CHECK: Check = Check {
    id: "posts.pins",
    title: "a message pinned, edited and unpinned on one node is so on every other, with its former text",
    lines: &["S2.4"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// What the message said at first, and then.
const TEXTS: [&str; 2] = ["worth keeping", "worth keeping, as I said"];

/// The id of a message that stays pinned.
const OLD: Entry<String> = Entry::new("old", "a pinned message");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await?;
    let mut halted = Ok(());
    if let Some(post) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} shows a message pinned on stable, and its former text", place.label());
            let seen = cx.crossed(place, || pinned(cx, place, &channel, &post, true));
            halted = halted.and(cx.step(name, seen).await);
        }
    } else if cx.stage == Stage::Stable {
        let made = cx.step("pin a message that stays", pin(cx, &cx.places[0], &channel)).await;
        match made {
            Ok(post) => drop(OLD.keep(cx, &post)),
            Err(halt) => halted = Err(halt),
        }
    }
    for (actor, others) in cx.actors() {
        halted = halted.and(walk(cx, &channel, actor, &others).await);
    }
    halted
}

async fn walk(cx: &Context<'_>, channel: &str, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let name = format!("pin and edit a message on {}", actor.label());
    let post = cx.step(name, pin(cx, actor, channel)).await?;
    let mut halted = Ok(());
    for reader in others.iter().copied().chain([actor]) {
        let name = format!("{} shows it pinned, and its former text", reader.label());
        let seen = cx.crossed(reader, || pinned(cx, reader, channel, &post, true));
        halted = halted.and(cx.step(name, seen).await);
    }
    cx.step(format!("unpin it on {}", actor.label()), async {
        cx.home.bob.at(&actor.anyone).pin(&post, false).await.expecting("the message to be unpinned")
    })
    .await?;
    for reader in others.iter().copied().chain([actor]) {
        let name = format!("{} shows it unpinned", reader.label());
        let seen = cx.crossed(reader, || pinned(cx, reader, channel, &post, false));
        halted = halted.and(cx.step(name, seen).await);
    }
    halted
}

async fn pin(cx: &Context<'_>, actor: &Place, channel: &str) -> Result<String, Stop> {
    let alice = cx.home.alice.at(&actor.anyone);
    let post = alice.create_post(channel, TEXTS[0], &[]).await.expecting("a new post")?;
    alice.pin(&post.id, true).await.expecting("the message to be pinned")?;
    alice.edit_post(&post.id, TEXTS[1]).await.expecting("the edited post")?;
    Ok(post.id)
}

async fn pinned(
    cx: &Context<'_>,
    reader: &Place,
    channel: &str,
    post: &str,
    wanted: bool,
) -> Result<(), Stop> {
    // Former texts are shown to the author alone.
    let alice = cx.home.alice.at(&reader.anyone);
    let listed = alice.pinned(channel).await.expecting("the pinned messages")?.iter().any(|id| id == post);
    let marked = alice.read_post(post).await.expecting("the message")?.is_pinned;
    if (listed, marked) != (wanted, wanted) {
        let words = |listed: bool, marked: bool| format!("in the list: {listed}, is_pinned: {marked}");
        return Err(Stop::failed_at(&reader.name, words(wanted, wanted), words(listed, marked)));
    }
    let former = alice.former_texts(post).await.expecting("the former texts")?;
    // Pinning is kept as a state of its own: the first text may be there twice.
    if former.iter().any(|text| text == TEXTS[0]) {
        Ok(())
    } else {
        Err(Stop::failed_at(&reader.name, format!("the former text \"{}\"", TEXTS[0]), format!("{former:?}")))
    }
}
