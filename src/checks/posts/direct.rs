//! `posts.direct`: direct and group messages sent on one node are read on every other, and are told to the sockets of
//! those whom they are for.

use crate::checks::ledger::Entry;
use tokio::time::Instant;

use crate::checks::check::{Check, Stages};
use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::Socket;

pub(in crate::checks) const CHECK: Check = Check {
    id: "posts.direct",
    title: "direct and group messages sent on one node reach their people on every other",
    lines: &["S2.4"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// One message that is under way: its kind of channel, its id, its text.
struct Sent {
    kind: &'static str,
    id: String,
    text: String,
}

/// A direct message of stable: its id and its text.
const OLD: Entry<(String, String)> = Entry::new("old", "a direct message");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    if let Some((id, text)) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} shows a direct message from stable", place.label());
            halted = halted.and(cx.step(name, reads(cx, place, &id, &text)).await);
        }
    }
    for (actor, others) in cx.actors() {
        halted = halted.and(walk(cx, actor, &others).await);
    }
    if !cx.clustered() && cx.places.len() > 1 {
        cx.not_applicable("direct messages reach the websockets of other nodes", cx.why_not_clustered());
    }
    halted
}

async fn walk(cx: &Context<'_>, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    // Without clustering only the sender's own node tells.
    let listeners = others.iter().copied().filter(|_| cx.clustered()).chain([actor]);
    let mut sockets: Vec<(&Place, Socket)> = Vec::new();
    let mut halted = Ok(());
    for place in listeners {
        let name = format!("bob listens on {}", place.label());
        match cx.step(name, cx.socket(&cx.home.bob, place)).await {
            Ok(socket) => sockets.push((place, socket)),
            Err(halt) => halted = Err(halt),
        }
    }
    let name = format!("alice sends a direct and a group message on {}", actor.label());
    let sent = cx.step(name, send(cx, actor)).await?;
    OLD.keep(cx, &(sent[0].id.clone(), sent[0].text.clone()));
    for reader in others.iter().copied().chain([actor]) {
        let name = format!("bob reads both on {}", reader.label());
        let seen = cx.crossed(reader, || async {
            for message in &sent {
                reads(cx, reader, &message.id, &message.text).await?;
            }
            Ok(())
        });
        halted = halted.and(cx.step(name, seen).await);
    }
    for (place, mut socket) in sockets {
        let name = format!("bob's websocket on {} gets both", place.label());
        let heard = cx.step(name, hears(&mut socket, &sent, cx.event_deadline())).await;
        if heard.is_err() {
            cx.was_late();
        }
        halted = halted.and(heard);
    }
    halted
}

async fn send(cx: &Context<'_>, actor: &Place) -> Result<[Sent; 2], Stop> {
    let home = cx.home;
    let alice = home.alice.at(&actor.anyone);
    let (me, bob) = (home.alice_id.as_str(), home.bob_id.as_str());
    let direct = alice.converse(&[me, bob]).await.expecting("the direct channel")?;
    let group = alice.converse(&[&home.admin_id, me, bob]).await.expecting("the group channel")?;
    let say = async |kind: &'static str, channel: &str| {
        let text = format!("{kind} from {} in {}", actor.name, cx.nonce);
        let post = cx.as_member(actor, || alice.create_post(channel, &text, &[])).await;
        let post = post.expecting("a new post")?;
        Ok::<_, Stop>(Sent { kind, id: post.id, text })
    };
    Ok([say("D", &direct.id).await?, say("G", &group.id).await?])
}

async fn reads(cx: &Context<'_>, reader: &Place, id: &str, text: &str) -> Result<(), Stop> {
    let seen = cx.home.bob.at(&reader.anyone).read_post(id).await.expecting("the message")?;
    if seen.message == text {
        Ok(())
    } else {
        Err(Stop::failed_at(&reader.name, format!("\"{text}\""), format!("\"{}\"", seen.message)))
    }
}

async fn hears(socket: &mut Socket, sent: &[Sent], deadline: Instant) -> Result<(), Stop> {
    for message in sent {
        let what = format!("the event posted for a channel of kind {} within five seconds", message.kind);
        let frame = socket.wait_for(deadline, |frame| {
            frame.event == "posted" && frame.post().is_some_and(|post| post["id"] == message.id.as_str())
        });
        let frame = frame.await.expecting(&what)?;
        if frame.data["channel_type"] != message.kind {
            let got = frame.data["channel_type"].to_string();
            return Err(Stop::failed_at(socket.node(), format!("channel_type {}", message.kind), got));
        }
    }
    Ok(())
}
