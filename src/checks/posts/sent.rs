//! `posts`: every node writes, every other reads, over the API and over the websocket: sent, edited, reacted to, deleted.

use crate::checks::ledger::Entry;
use tokio::time::Instant;

use crate::checks::channel;
use crate::checks::check::{Check, Stages};
use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::{Client, Frame, Socket};

pub(in crate::checks) const CHECK: Check = Check {
    id: "posts",
    title: "a message sent and edited on each node is read on every other, and its events reach their websockets",
    lines: &["S2.4"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A post of stable: its id and its text.
const OLD: Entry<(String, String)> = Entry::new("old", "a post");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await?;
    let mut sockets: Vec<Option<Socket>> = Vec::new();
    let mut halted = Ok(());
    for place in cx.places {
        let name = format!("a reader listens on {}", place.label());
        match cx.step(name, cx.socket(&cx.home.bob, place)).await {
            Ok(socket) => sockets.push(Some(socket)),
            Err(halt) => {
                halted = Err(halt);
                sockets.push(None);
            }
        }
    }
    for writer in cx.places {
        halted = halted.and(one_writer(cx, &channel, writer, &mut sockets).await);
    }
    if !cx.clustered() && cx.places.len() > 1 {
        cx.not_applicable("events reach the websockets of other nodes", cx.why_not_clustered());
    }
    for (actor, others) in cx.actors() {
        halted = halted.and(afterlife(cx, &channel, actor, &others, &mut sockets).await);
    }
    halted.and(old_posts(cx).await)
}

/// Sends and edits on one node; then each node must show both over the API, and each socket that can hear the writer
/// must have got both events.
async fn one_writer(
    cx: &Context<'_>,
    channel: &str,
    writer: &Place,
    sockets: &mut [Option<Socket>],
) -> Result<(), Halt> {
    let alice = cx.home.alice.at(&writer.anyone);
    let sent = format!("sent on {} in {} — äöü 漢字 🎉 <&>", writer.name, cx.stage);
    let edited = format!("edited on {} in {}", writer.name, cx.stage);
    let post = cx
        .step(format!("send on {}", writer.label()), async {
            alice.create_post(channel, &sent, &[]).await.expecting("a new post")
        })
        .await?;
    let mut halted = Ok(());
    for reader in cx.places {
        let name = format!("{} reads what {} sent", reader.label(), writer.label());
        let bob = cx.home.bob.at(&reader.anyone);
        halted = halted.and(cx.step(name, cx.crossed(reader, || reads(&bob, &post.id, &sent))).await);
    }
    let name = format!("edit on {}", writer.label());
    cx.step(name, async {
        let after = alice.edit_post(&post.id, &edited).await.expecting("the edited post")?;
        if after.edit_at > 0 { Ok(()) } else { Err(Stop::failed_at(&writer.name, "edit_at to be set", "0")) }
    })
    .await?;
    for reader in cx.places {
        let name = format!("{} reads what {} edited", reader.label(), writer.label());
        let bob = cx.home.bob.at(&reader.anyone);
        halted = halted.and(cx.step(name, cx.crossed(reader, || reads(&bob, &post.id, &edited))).await);
    }
    for (reader, socket) in cx.places.iter().zip(sockets) {
        let hears = cx.clustered() || reader.name == writer.name;
        if let (Some(socket), true) = (socket, hears) {
            let name = format!("{}'s websocket gets both events of {}", reader.label(), writer.label());
            let heard = hears_both(socket, &post.id, &sent, &edited, cx.event_deadline());
            let heard = cx.step(name, heard).await;
            if heard.is_err() {
                cx.was_late();
            }
            halted = halted.and(heard);
        }
    }
    OLD.keep(cx, &(post.id.clone(), edited.clone()));
    halted
}

async fn reads(reader: &Client, post: &str, message: &str) -> Result<(), Stop> {
    let seen = reader.read_post(post).await.expecting("the post by its id")?;
    if seen.message == message {
        Ok(())
    } else {
        Err(Stop::failed_at(reader.node(), format!("\"{message}\""), format!("\"{}\"", seen.message)))
    }
}

async fn hears_both(
    socket: &mut Socket,
    post: &str,
    sent: &str,
    edited: &str,
    deadline: Instant,
) -> Result<(), Stop> {
    for (event, message) in [("posted", sent), ("post_edited", edited)] {
        let frame = socket
            .wait_for(deadline, |frame| {
                frame.event == event && frame.post().is_some_and(|told| told["id"].as_str() == Some(post))
            })
            .await
            .expecting(&format!("the event {event} within five seconds"))?;
        let told = frame.post().unwrap_or_default();
        if told["message"].as_str() != Some(message) {
            let got = format!("{event} with {}", told["message"]);
            return Err(Stop::failed_at(socket.node(), format!("{event} with \"{message}\""), got));
        }
    }
    // Events come in order: once the edit is there, a second one for the sending would be too.
    let again = |frame: &Frame| {
        frame.event == "posted" && frame.post().is_some_and(|t| t["id"].as_str() == Some(post))
    };
    if socket.has_seen(again) {
        return Err(Stop::failed_at(socket.node(), "the event posted once", "it came twice"));
    }
    Ok(())
}

/// What happens to a message later: a reaction, its place in the channel, its end.
async fn afterlife(
    cx: &Context<'_>,
    channel: &str,
    actor: &Place,
    others: &[&Place],
    sockets: &mut [Option<Socket>],
) -> Result<(), Halt> {
    let alice = cx.home.alice.at(&actor.anyone);
    let (kept, gone) = cx
        .step(format!("send two, react to one, delete the other on {}", actor.label()), async {
            let kept = alice.create_post(channel, "stays", &[]).await.expecting("a new post")?;
            let gone = alice.create_post(channel, "goes", &[]).await.expecting("a new post")?;
            alice.react(&cx.home.alice_id, &kept.id, "tada").await.expecting("a new reaction")?;
            alice.delete_post(&gone.id).await.expecting("the post to go")?;
            Ok((kept.id, gone.id))
        })
        .await?;
    let mut halted = Ok(());
    for reader in others.iter().copied().chain([actor]) {
        let bob = cx.home.bob.at(&reader.anyone);
        let name = format!("{} shows reaction, order and end", reader.label());
        let seen = cx.crossed(reader, || async {
            let wrong = |expected: &str, got: String| Err(Stop::failed_at(&reader.name, expected, got));
            let order = bob.newest_posts(channel).await.expecting("the posts of a channel")?;
            if order.first() != Some(&kept) || order.contains(&gone) {
                return wrong("the newest post first and the deleted one gone", format!("{order:?}"));
            }
            let emojis = bob.reactions(&kept).await.expecting("the reactions of a post")?;
            if emojis != ["tada"] {
                return wrong("the reaction tada", format!("{emojis:?}"));
            }
            match bob.read_post(&gone).await {
                Err(error) if error.status() == Some(404) => Ok(()),
                Err(error) => Err(error).expecting("404 for a deleted post"),
                Ok(post) => wrong("404 for a deleted post", format!("\"{}\"", post.message)),
            }
        });
        halted = halted.and(cx.step(name, seen).await);
    }
    for (reader, socket) in cx.places.iter().zip(sockets) {
        let hears = cx.clustered() || reader.name == actor.name;
        if let (Some(socket), true) = (socket, hears) {
            let name = format!("{}'s websocket gets reaction and end from {}", reader.label(), actor.label());
            let heard = cx.step(name, hears_afterlife(socket, &kept, &gone, cx.event_deadline())).await;
            if heard.is_err() {
                cx.was_late();
            }
            halted = halted.and(heard);
        }
    }
    halted
}

async fn hears_afterlife(socket: &mut Socket, kept: &str, gone: &str, deadline: Instant) -> Result<(), Stop> {
    let wanted = |frame: &Frame| {
        let told = frame.data.get("reaction").and_then(serde_json::Value::as_str).unwrap_or_default();
        frame.event == "reaction_added" && told.contains(kept) && told.contains("tada")
    };
    socket.wait_for(deadline, wanted).await.expecting("the event reaction_added within five seconds")?;
    let wanted = |frame: &Frame| {
        frame.event == "post_deleted" && frame.post().is_some_and(|told| told["id"].as_str() == Some(gone))
    };
    socket.wait_for(deadline, wanted).await.expecting("the event post_deleted within five seconds").map(drop)
}

/// What was written before the upgrade must be readable on every node.
async fn old_posts(cx: &Context<'_>) -> Result<(), Halt> {
    let Some((id, message)) = OLD.old(cx) else { return Ok(()) };
    let mut halted = Ok(());
    for reader in cx.places {
        let name = format!("{} reads a post from stable", reader.label());
        let bob = cx.home.bob.at(&reader.anyone);
        halted = halted.and(cx.step(name, reads(&bob, &id, &message)).await);
    }
    halted
}
