//! `posts`: every node writes, every other reads, over the API and over the websocket, sent and edited.

use tokio::time::Instant;

use super::check::{Check, Stages};
use super::context::{Context, Place};
use super::outcome::{Expect as _, Halt, Stop};
use crate::mattermost::{Channel, Client, Socket};
use crate::outcome::Stage;

pub(super) const CHECK: Check = Check {
    id: "posts",
    title: "a message sent and edited on each node is read on every other, and its events reach their websockets",
    lines: &["S2.4"],
    stages: Stages::Each,
    alone: false,
    run: |cx| Box::pin(run(cx)),
};

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.step("make a channel to write in", channel(cx)).await?;
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
    halted.and(old_posts(cx, &channel).await)
}

async fn channel(cx: &Context<'_>) -> Result<Channel, Stop> {
    let home = cx.home;
    let admin = home.admin.at(&cx.places[0].anyone);
    let channel = admin.create_channel(&home.team_id, &format!("posts-{}", cx.nonce), "O").await;
    let channel = channel.expecting("a new channel")?;
    for member in [&home.alice_id, &home.bob_id] {
        admin.add_to_channel(&channel.id, member).await.expecting("the new member")?;
    }
    Ok(channel)
}

/// Sends and edits on one node; then each node must show both over the API, and each socket that can hear the writer
/// must have got both events.
async fn one_writer(
    cx: &Context<'_>,
    channel: &Channel,
    writer: &Place,
    sockets: &mut [Option<Socket>],
) -> Result<(), Halt> {
    let alice = cx.home.alice.at(&writer.anyone);
    let sent = format!("sent on {} in {}", writer.name, cx.stage);
    let edited = format!("edited on {} in {}", writer.name, cx.stage);
    let post = cx
        .step(format!("send on {}", writer.label()), async {
            alice.create_post(&channel.id, &sent, &[]).await.expecting("a new post")
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
            halted = halted.and(cx.step(name, heard).await);
        }
    }
    if cx.stage == Stage::Stable && cx.carried::<(String, String)>("old").is_none() {
        cx.carry("old", &(&post.id, &edited));
    }
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
    Ok(())
}

/// What was written before the upgrade must be readable on every node, by id and in its channel.
async fn old_posts(cx: &Context<'_>, new: &Channel) -> Result<(), Halt> {
    let Some((id, message)) = cx.carried::<(String, String)>("old") else { return Ok(()) };
    let mut halted = Ok(());
    for reader in cx.places {
        let name = format!("{} reads a post from stable", reader.label());
        let bob = cx.home.bob.at(&reader.anyone);
        let seen = async {
            reads(&bob, &id, &message).await?;
            let path = format!("/api/v4/channels/{}/posts", new.id);
            let list = bob.get(&path).await.expecting("the posts of a channel")?;
            let list: serde_json::Value = list.json().expecting("a list of posts")?;
            let count = list["order"].as_array().map_or(0, Vec::len);
            if count >= cx.places.len() {
                Ok(())
            } else {
                let expected = format!("at least {} posts in the channel", cx.places.len());
                Err(Stop::failed_at(&reader.name, expected, count.to_string()))
            }
        };
        halted = halted.and(cx.step(name, seen).await);
    }
    halted
}
