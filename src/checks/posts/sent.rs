//! `posts`: every node writes, every other reads, over the API and over the websocket: sent, edited, reacted to, deleted.

use tokio::time::Instant;

use crate::checks::channel;
use crate::checks::prelude::*;
use crate::mattermost::{Client, Frame, Socket};

pub(in crate::checks) const CHECK: Check = Check::new(
    "posts",
    "a message sent and edited on each node is read on every other, and its events reach their websockets",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA);

/// A post of stable: its id and its text.
const OLD: Entry<(String, String)> = Entry::new("a post");

async fn run(cx: &Context<'_>) {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    let mut sockets: Vec<Option<Socket>> = Vec::new();
    for place in cx.places {
        let listening = cx.step(format!("a reader listens on {place}"), cx.socket(place.bob())).await;
        sockets.push(listening.ok());
    }
    for writer in cx.places {
        cx.part(one_writer(cx, &channel, writer, &mut sockets)).await;
    }
    if !cx.clustered() && cx.places.len() > 1 {
        cx.not_applicable("events reach the websockets of other nodes", cx.why_not_clustered());
    }
    for walk in cx.walks() {
        cx.part(afterlife(cx, &channel, &walk, &mut sockets)).await;
    }
    // What was written before the upgrade must be readable on every node.
    if let Some((id, message)) = OLD.old(cx) {
        cx.on_each_at_once(cx.places, "reads a post from stable", |place| reads(place.bob(), &id, &message))
            .await;
    }
}

/// Sends and edits on one node; then each node must show both over the API, and each socket that can hear the writer
/// must have got both events.
async fn one_writer(
    cx: &Context<'_>,
    channel: &str,
    writer: &Place,
    sockets: &mut [Option<Socket>],
) -> Result<(), Reported> {
    let alice = writer.alice();
    let sent = format!("sent on {} in {} — äöü 漢字 🎉 <&>", writer.name, cx.stage);
    let edited = format!("edited on {} in {}", writer.name, cx.stage);
    let post = async { alice.create_post(channel, &sent, &[]).await.expecting("a new post") };
    let post = cx.step(format!("send on {writer}"), post).await?.id;
    cx.on_each(cx.places, &format!("reads what {writer} sent"), |place| reads(place.bob(), &post, &sent))
        .await;
    let edit = async {
        let after = alice.edit_post(&post, &edited).await.expecting("the edited post")?;
        writer.ensure(after.edit_at > 0, "edit_at to be set", "0")
    };
    cx.step(format!("edit on {writer}"), edit).await?;
    let name = format!("reads what {writer} edited");
    cx.on_each(cx.places, &name, |place| reads(place.bob(), &post, &edited)).await;
    for (reader, socket) in hearing(cx, writer, sockets) {
        let name = format!("{reader}'s websocket gets both events of {writer}");
        let heard = hears_both(socket, &post, &sent, &edited, cx.event_deadline());
        cx.verify(name, cx.in_time(heard)).await;
    }
    OLD.keep(cx, &(post, edited));
    Ok(())
}

/// The sockets that are open and must hear of what is done on `writer`.
fn hearing<'s>(
    cx: &Context<'s>,
    writer: &Place,
    sockets: &'s mut [Option<Socket>],
) -> Vec<(&'s Place, &'s mut Socket)> {
    let hears = |place: &Place| cx.clustered() || place.name == writer.name;
    let open = cx.places.iter().zip(sockets).filter(|(place, _)| hears(place));
    open.filter_map(|(place, socket)| Some((place, socket.as_mut()?))).collect()
}

async fn reads(reader: &Client, post: &str, message: &str) -> Result<(), StepError> {
    let seen = reader.read_post(post).await.expecting("the post by its id")?;
    let right = seen.message == message;
    ensure(reader.node(), right, format!("\"{message}\""), format!("\"{}\"", seen.message))
}

async fn hears_both(
    socket: &mut Socket,
    post: &str,
    sent: &str,
    edited: &str,
    deadline: Instant,
) -> Result<(), StepError> {
    for (event, message) in [("posted", sent), ("post_edited", edited)] {
        let frame = socket
            .wait_for(deadline, |frame| {
                frame.event == event && frame.post().is_some_and(|told| told["id"].as_str() == Some(post))
            })
            .await
            .expecting(&format!("the event {event} within five seconds"))?;
        let told = frame.post().unwrap_or_default();
        let got = format!("{event} with {}", told["message"]);
        let right = told["message"].as_str() == Some(message);
        ensure(socket.node(), right, format!("{event} with \"{message}\""), got)?;
    }
    // Events come in order: once the edit is there, a second one for the sending would be too.
    let again = |frame: &Frame| {
        frame.event == "posted" && frame.post().is_some_and(|t| t["id"].as_str() == Some(post))
    };
    ensure(socket.node(), !socket.has_seen(again), "the event posted once", "it came twice")
}

/// What happens to a message later: a reaction, its place in the channel, its end.
async fn afterlife(
    cx: &Context<'_>,
    channel: &str,
    walk: &Walk<'_>,
    sockets: &mut [Option<Socket>],
) -> Result<(), Reported> {
    let alice = walk.alice();
    let two = async {
        let kept = alice.create_post(channel, "stays", &[]).await.expecting("a new post")?;
        let gone = alice.create_post(channel, "goes", &[]).await.expecting("a new post")?;
        alice.react(&cx.home.alice_id, &kept.id, "tada").await.expecting("a new reaction")?;
        alice.delete_post(&gone.id).await.expecting("the post to go")?;
        Ok((kept.id, gone.id))
    };
    let (kept, gone) = walk.step("send two, react to one, delete the other on {node}", two).await?;
    cx.on_each(walk.readers(), "shows reaction, order and end", |place| {
        shows_afterlife(place, channel, &kept, &gone)
    })
    .await;
    for (reader, socket) in hearing(cx, walk.actor, sockets) {
        let name = format!("{reader}'s websocket gets reaction and end from {}", walk.actor);
        let heard = hears_afterlife(socket, &kept, &gone, cx.event_deadline());
        cx.verify(name, cx.in_time(heard)).await;
    }
    Ok(())
}

async fn shows_afterlife(reader: &Place, channel: &str, kept: &str, gone: &str) -> Result<(), StepError> {
    let bob = reader.bob();
    let order = bob.newest_posts(channel).await.expecting("the posts of a channel")?;
    let right = order.first().is_some_and(|first| first == kept) && order.iter().all(|post| post != gone);
    reader.ensure(right, "the newest post first and the deleted one gone", format!("{order:?}"))?;
    let emojis = bob.reactions(kept).await.expecting("the reactions of a post")?;
    reader.ensure(emojis == ["tada"], "the reaction tada", format!("{emojis:?}"))?;
    match bob.read_post(gone).await {
        Err(error) if error.status() == Some(404) => Ok(()),
        Err(error) => Err(error).expecting("404 for a deleted post"),
        Ok(post) => Err(reader.failed("404 for a deleted post", format!("\"{}\"", post.message))),
    }
}

async fn hears_afterlife(
    socket: &mut Socket,
    kept: &str,
    gone: &str,
    deadline: Instant,
) -> Result<(), StepError> {
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
