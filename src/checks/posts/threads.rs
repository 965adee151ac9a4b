//! `posts.threads`: answers given on several nodes make one thread, counted alike on all, and an old one stays whole.

use crate::checks::channel;
use crate::checks::prelude::*;

pub(in crate::checks) const CHECK: Check = Check::new(
    "posts.threads",
    "answers given on different nodes make one thread on all, and threads and reactions from stable stay",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA);

/// The reaction to the old thread.
const REACTION: &str = "eyes";

/// A thread of stable: the ids of its root and its answers.
const OLD: Entry<Vec<String>> = Entry::new("a thread");

async fn run(cx: &Context<'_>) {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    if let Some(thread) = OLD.old(cx) {
        cx.on_each(cx.places, "shows a thread from stable and its reaction", async |place| {
            is_whole(place, &thread).await?;
            has_reaction(place, &thread[0]).await
        })
        .await;
    }
    cx.each_version(async |walk| {
        // Whoever answers second sits on another node, where there is one.
        let other = walk.others.last().copied().unwrap_or(walk.actor);
        let name = format!("ask on {{node}}, answer there and on {other}");
        let thread = walk.step(&name, talk(cx, walk.actor, other, &channel)).await?;
        if OLD.is_wanted(cx) {
            let bob = walk.actor.bob();
            let reacted =
                async { bob.react(&cx.home.bob_id, &thread[0], REACTION).await.expecting("a new reaction") };
            walk.step("react to it on {node}", reacted).await?;
            OLD.keep(cx, &thread);
        }
        cx.on_each(cx.places, "shows the thread and counts its answers", |place| is_whole(place, &thread))
            .await;
        Ok(())
    })
    .await;
}

/// A question and two answers, one of them from another node: their ids.
async fn talk(
    cx: &Context<'_>,
    actor: &Place,
    other: &Place,
    channel: &str,
) -> Result<Vec<String>, StepError> {
    let root = actor.alice().create_post(channel, "a question", &[]).await.expecting("a new post")?.id;
    let near = actor.bob().reply(channel, &root, "an answer").await.expecting("an answer")?;
    let there = cx.until_replicated(other, async || {
        let reply = other.alice().reply(channel, &root, "another answer").await;
        reply.expecting("an answer from another node")
    });
    let there = there.await?;
    let right = (&near.root_id, &there.root_id) == (&root, &root);
    let got = format!("{} and {}", near.root_id, there.root_id);
    actor.ensure(right, format!("answers to {root}"), got)?;
    Ok(vec![root, near.id, there.id])
}

async fn is_whole(place: &Place, thread: &[String]) -> Result<(), StepError> {
    let mut shown = place.bob().thread(&thread[0]).await.expecting("the thread")?;
    // Servers promise no order of the answers, and give several: seen on 11.6.
    let mut wanted = thread.to_vec();
    wanted.sort();
    shown.sort();
    place.ensure(shown == wanted, format!("the thread {thread:?}"), format!("{shown:?}"))?;
    let root = place.bob().read_post(&thread[0]).await.expecting("the root of the thread")?;
    let answers = thread.len() as u64 - 1;
    let right = root.reply_count == answers;
    place.ensure(right, format!("reply_count {answers}"), root.reply_count.to_string())
}

async fn has_reaction(place: &Place, post: &str) -> Result<(), StepError> {
    let emojis = place.bob().reactions(post).await.expecting("the reactions of a post")?;
    place.ensure(emojis == [REACTION], format!("the reaction {REACTION}"), format!("{emojis:?}"))
}
