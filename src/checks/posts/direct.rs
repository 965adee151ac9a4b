//! `posts.direct`: direct and group messages sent on one node are read on every other, and are told to the sockets of
//! those whom they are for.

use tokio::time::Instant;

use crate::checks::prelude::*;
use crate::mattermost::Socket;

pub(in crate::checks) const CHECK: Check = Check::new(
    "posts.direct",
    "direct and group messages sent on one node reach their people on every other",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
);

/// One message that is under way: its kind of channel, its id, its text.
struct SentMessage {
    kind: &'static str,
    id: String,
    text: String,
}

/// A direct message of stable: its id and its text.
const OLD: Entry<(String, String)> = Entry::new("a direct message");

async fn run(cx: &Context<'_>) {
    if let Some((id, text)) = OLD.old(cx) {
        cx.on_each_at_once(cx.places, "shows a direct message from stable", |place| reads(place, &id, &text))
            .await;
    }
    cx.each_version(async |walk| walked(cx, &walk).await).await;
    if !cx.clustered() && cx.places.len() > 1 {
        cx.not_applicable("direct messages reach the websockets of other nodes", cx.why_not_clustered());
    }
}

async fn walked(cx: &Context<'_>, walk: &Walk<'_>) -> Result<(), Reported> {
    let mut sockets: Vec<(&Place, Socket)> = Vec::new();
    // Without clustering only the sender's own node tells.
    for place in walk.readers().filter(|place| cx.clustered() || place.name == walk.actor.name) {
        if let Ok(socket) = cx.step(format!("bob listens on {place}"), cx.socket(place.bob())).await {
            sockets.push((place, socket));
        }
    }
    let sent = send(cx, walk.actor);
    let sent = walk.step("alice sends a direct and a group message on {node}", sent).await?;
    OLD.keep(cx, &(sent[0].id.clone(), sent[0].text.clone()));
    cx.on_each(walk.readers(), "bob reads both on {node}", async |place| {
        for message in &sent {
            reads(place, &message.id, &message.text).await?;
        }
        Ok(())
    })
    .await;
    for (place, mut socket) in sockets {
        let heard = cx.in_time(hears(&mut socket, &sent, cx.event_deadline()));
        cx.verify(format!("bob's websocket on {place} gets both"), heard).await;
    }
    Ok(())
}

async fn send(cx: &Context<'_>, actor: &Place) -> Result<[SentMessage; 2], StepError> {
    let (home, alice) = (cx.home, actor.alice());
    let (me, bob) = (home.alice_id.as_str(), home.bob_id.as_str());
    let direct = alice.converse(&[me, bob]).await.expecting("the direct channel")?;
    let group = alice.converse(&[&home.admin_id, me, bob]).await.expecting("the group channel")?;
    let say = async |kind: &'static str, channel: &str| {
        let text = format!("{kind} from {} in {}", actor.name, cx.nonce);
        let post = cx.as_member(actor, || alice.create_post(channel, &text, &[])).await;
        let post = post.expecting("a new post")?;
        Ok::<_, StepError>(SentMessage { kind, id: post.id, text })
    };
    Ok([say("D", &direct.id).await?, say("G", &group.id).await?])
}

async fn reads(place: &Place, id: &str, text: &str) -> Result<(), StepError> {
    let seen = place.bob().read_post(id).await.expecting("the message")?;
    place.ensure(seen.message == text, format!("\"{text}\""), format!("\"{}\"", seen.message))
}

async fn hears(socket: &mut Socket, sent: &[SentMessage], deadline: Instant) -> Result<(), StepError> {
    for message in sent {
        let what = format!("the event posted for a channel of kind {} within five seconds", message.kind);
        let frame = socket.wait_for(deadline, |frame| {
            frame.event == "posted" && frame.post().is_some_and(|post| post["id"] == message.id.as_str())
        });
        let kind = &frame.await.expecting(&what)?.data["channel_type"];
        let expected = format!("channel_type {}", message.kind);
        ensure(socket.node(), *kind == message.kind, expected, kind.to_string())?;
    }
    Ok(())
}
