//! `posts.pins`: a message pinned and unpinned on one node is so on every other, and its former texts are kept.

use crate::checks::channel;
use crate::checks::prelude::*;
use crate::outcome::Stage;

pub(in crate::checks) const CHECK: Check = Check::new(
    "posts.pins",
    "a message pinned, edited and unpinned on one node is so on every other, with its former text",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
);

/// What the message said at first, and then.
const TEXTS: [&str; 2] = ["worth keeping", "worth keeping, as I said"];

/// A message that stays pinned: its id.
const OLD: Entry<String> = Entry::new("a pinned message");

async fn run(cx: &Context<'_>) {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    if let Some(post) = OLD.old(cx) {
        cx.on_each(cx.places, "shows a message pinned on stable, and its former text", |place| {
            is_pinned(place, &channel, &post, true)
        })
        .await;
    } else if cx.stage == Stage::Stable {
        let made = cx.step("pin a message that stays", pin(cx.actor(), &channel)).await;
        if let Ok(post) = made {
            OLD.keep(cx, &post);
        }
    }
    cx.each_version(async |walk| {
        let post = walk.step("pin and edit a message on {node}", pin(walk.actor, &channel)).await?;
        cx.on_each(walk.readers(), "shows it pinned, and its former text", |place| {
            is_pinned(place, &channel, &post, true)
        })
        .await;
        let unpinned =
            async { walk.actor.bob().pin(&post, false).await.expecting("the message to be unpinned") };
        walk.step("unpin it on {node}", unpinned).await?;
        cx.on_each(walk.readers(), "shows it unpinned", |place| is_pinned(place, &channel, &post, false))
            .await;
        Ok(())
    })
    .await;
}

async fn pin(actor: &Place, channel: &str) -> Result<String, StepError> {
    let alice = actor.alice();
    let post = alice.create_post(channel, TEXTS[0], &[]).await.expecting("a new post")?;
    alice.pin(&post.id, true).await.expecting("the message to be pinned")?;
    alice.edit_post(&post.id, TEXTS[1]).await.expecting("the edited post")?;
    Ok(post.id)
}

async fn is_pinned(place: &Place, channel: &str, post: &str, wanted: bool) -> Result<(), StepError> {
    // Former texts are shown to the author alone.
    let alice = place.alice();
    let listed = alice.pinned(channel).await.expecting("the pinned messages")?.iter().any(|id| id == post);
    let marked = alice.read_post(post).await.expecting("the message")?.is_pinned;
    let words = |listed: bool, marked: bool| format!("in the list: {listed}, is_pinned: {marked}");
    let right = (listed, marked) == (wanted, wanted);
    place.ensure(right, words(wanted, wanted), words(listed, marked))?;
    let former = alice.former_texts(post).await.expecting("the former texts")?;
    // Pinning is kept as a state of its own: the first text may be there twice.
    let kept = former.iter().any(|text| text == TEXTS[0]);
    place.ensure(kept, format!("the former text \"{}\"", TEXTS[0]), format!("{former:?}"))
}
