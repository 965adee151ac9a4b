//! `posts.threads`: answers given on several nodes make one thread, counted alike on all, and an old one stays whole.

use crate::checks::channel;
use crate::checks::check::{Check, Stages};
use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;

pub(in crate::checks) const CHECK: Check = Check {
    id: "posts.threads",
    title: "answers given on different nodes make one thread on all, and threads and reactions from stable stay",
    lines: &["S2.4"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// The reaction to the old thread.
const REACTION: &str = "eyes";

/// A thread of stable: the ids of its root and its answers.
const OLD: Entry<Vec<String>> = Entry::new("old", "a thread");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await?;
    let mut halted = Ok(());
    if let Some(thread) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} shows a thread from stable and its reaction", place.label());
            halted = halted.and(cx.step(name, cx.crossed(place, || old(cx, place, &thread))).await);
        }
    }
    for (actor, others) in cx.actors() {
        halted = halted.and(walk(cx, &channel, actor, &others).await);
    }
    halted
}

async fn walk(cx: &Context<'_>, channel: &str, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let home = cx.home;
    let (alice, bob) = (home.alice.at(&actor.anyone), home.bob.at(&actor.anyone));
    // Whoever answers second sits on another node, where there is one.
    let other = others.last().copied().unwrap_or(actor);
    let far = home.alice.at(&other.anyone);
    let name = format!("ask on {}, answer there and on {}", actor.label(), other.label());
    let thread = cx
        .step(name, async {
            let root = alice.create_post(channel, "a question", &[]).await.expecting("a new post")?.id;
            let near = bob.reply(channel, &root, "an answer").await.expecting("an answer")?;
            let there = cx.crossed(other, || async {
                far.reply(channel, &root, "another answer").await.expecting("an answer from another node")
            });
            let there = there.await?;
            if (near.root_id.as_str(), there.root_id.as_str()) != (root.as_str(), root.as_str()) {
                let got = format!("{} and {}", near.root_id, there.root_id);
                return Err(Stop::failed_at(&actor.name, format!("answers to {root}"), got));
            }
            Ok(vec![root, near.id, there.id])
        })
        .await?;
    if OLD.is_wanted(cx) {
        let name = format!("react to it on {}", actor.label());
        let reacted = cx.step(name, async {
            bob.react(&home.bob_id, &thread[0], REACTION).await.expecting("a new reaction")
        });
        reacted.await?;
        OLD.keep(cx, &thread);
    }
    let mut halted = Ok(());
    for reader in cx.places {
        let name = format!("{} shows the thread and counts its answers", reader.label());
        halted = halted.and(cx.step(name, cx.crossed(reader, || whole(cx, reader, &thread))).await);
    }
    halted
}

async fn whole(cx: &Context<'_>, reader: &Place, thread: &[String]) -> Result<(), Stop> {
    let bob = cx.home.bob.at(&reader.anyone);
    let mut shown = bob.thread(&thread[0]).await.expecting("the thread")?;
    // Servers promise no order of the answers, and give several: seen on 11.6.
    let mut wanted = thread.to_vec();
    wanted.sort();
    shown.sort();
    if shown != wanted {
        return Err(Stop::failed_at(&reader.name, format!("the thread {thread:?}"), format!("{shown:?}")));
    }
    let root = bob.read_post(&thread[0]).await.expecting("the root of the thread")?;
    let answers = thread.len() as u64 - 1;
    if root.reply_count == answers {
        Ok(())
    } else {
        Err(Stop::failed_at(&reader.name, format!("reply_count {answers}"), root.reply_count.to_string()))
    }
}

async fn old(cx: &Context<'_>, reader: &Place, thread: &[String]) -> Result<(), Stop> {
    whole(cx, reader, thread).await?;
    let bob = cx.home.bob.at(&reader.anyone);
    let emojis = bob.reactions(&thread[0]).await.expecting("the reactions of a post")?;
    if emojis == [REACTION] {
        Ok(())
    } else {
        Err(Stop::failed_at(&reader.name, format!("the reaction {REACTION}"), format!("{emojis:?}")))
    }
}
