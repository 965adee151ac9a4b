//! `integrations.webhooks`: messages come in through webhooks of any node, and go out to programs that answer.

use crate::checks::ledger::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ground::{Ground, appears, called, far, same};
use crate::checks::channel;
use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::sinks::{Answer, HttpSink};

pub(in crate::checks) const CHECK: Check = Check {
    id: "integrations.webhooks",
    title: "incoming webhooks of each node take messages on another until they are deleted, outgoing ones call a program whose answer is posted",
    lines: &["S2.8"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Sinks],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// An outgoing webhook that was made on stable.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    word: String,
    token: String,
    endpoint: String,
}

/// The incoming webhook of stable.
const INCOMING: Entry<String> = Entry::new("incoming", "an incoming webhook");

/// The outgoing webhook of stable.
const OUTGOING: Entry<Kept> = Entry::new("outgoing", "an outgoing webhook");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.prepare("there is a channel to post in", channel::of_check(cx)).await?;
    let ground = Ground::of(cx).await?;
    let mut halted = Ok(());
    if let Some(reason) = ground.off("EnableIncomingWebhooks") {
        INCOMING.none(cx, &reason);
        cx.not_applicable("messages come in through webhooks", reason);
    } else {
        for (actor, others) in cx.actors() {
            halted = halted.and(incoming(cx, &channel, actor, &others).await);
        }
        halted = halted.and(old_incoming(cx, &channel).await);
    }
    match (ground.off("EnableOutgoingWebhooks"), ground.sink()) {
        (Some(reason), _) | (None, Err(reason)) => {
            OUTGOING.none(cx, &reason);
            cx.not_applicable("messages go out through webhooks", reason);
        }
        (None, Ok(sink)) => {
            for (actor, others) in cx.actors() {
                halted = halted.and(outgoing(cx, sink, &channel, actor, far(actor, &others)).await);
            }
            halted = halted.and(old_outgoing(cx, sink, &channel).await);
        }
    }
    halted
}

/// Made on one node, posted through on two, deleted, refused.
async fn incoming(cx: &Context<'_>, channel: &str, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let admin = cx.home.admin.at(&actor.anyone);
    let through = far(actor, others);
    let hook = cx
        .step(format!("make an incoming webhook on {}", actor.label()), async {
            admin.create_incoming_hook(channel, &cx.nonce).await.expecting("a new incoming webhook")
        })
        .await?;
    let text = format!("through {} for a webhook of {} in {}", through.name, actor.name, cx.nonce);
    let name = format!("{} takes a message for it, {} shows it", through.label(), actor.label());
    let taken = cx.step(name, comes_in(cx, &hook.id, through, actor, channel, &text)).await;
    if INCOMING.keep(cx, &hook.id) {
        return taken;
    }
    let deleted = cx
        .step(format!("{} deletes it, {} refuses messages for it", actor.label(), through.label()), async {
            admin.delete_incoming_hook(&hook.id).await.expecting("the webhook to go")?;
            cx.crossed(through, || async {
                match through.anyone.post_through(&hook.id, "too late").await {
                    Err(error) if error.status() == Some(400) => Ok(()),
                    Err(error) => Err(error).expecting("400 for a deleted webhook"),
                    Ok(_) => Err(Stop::failed_at(&through.name, "400 for a deleted webhook", "200")),
                }
            })
            .await
        })
        .await;
    taken.and(deleted)
}

async fn comes_in(
    cx: &Context<'_>,
    hook: &str,
    through: &Place,
    reader: &Place,
    channel: &str,
    text: &str,
) -> Result<(), Stop> {
    through.anyone.post_through(hook, text).await.expecting("the webhook to take a message")?;
    appears(cx, reader, channel, text).await.map(drop)
}

/// A program that knows a webhook from before the upgrade must not notice the upgrade.
async fn old_incoming(cx: &Context<'_>, channel: &str) -> Result<(), Halt> {
    let Some(hook) = INCOMING.old(cx) else {
        return Ok(());
    };
    let mut halted = Ok(());
    for place in cx.places {
        let text = format!("through {} for the webhook of stable in {}", place.name, cx.nonce);
        let name = format!("{} takes a message for a webhook from stable", place.label());
        halted = halted.and(cx.step(name, comes_in(cx, &hook, place, place, channel, &text)).await);
    }
    halted
}

/// Made on one node, set off on another, answered by the gate.
async fn outgoing(
    cx: &Context<'_>,
    sink: &HttpSink,
    channel: &str,
    actor: &Place,
    writer: &Place,
) -> Result<(), Halt> {
    let endpoint = format!("/{}-out-{}", cx.nonce, actor.name);
    serve(sink, &endpoint);
    let word = format!("{}-{}", cx.nonce, actor.name);
    let hook = cx
        .step(format!("make an outgoing webhook on {}", actor.label()), async {
            let admin = cx.home.admin.at(&actor.anyone);
            let url = sink.url(&endpoint);
            let made = admin.create_outgoing_hook(&cx.home.team_id, channel, &word, &url);
            made.await.expecting("a new outgoing webhook")
        })
        .await?;
    let kept = Kept { word, token: hook.token, endpoint };
    OUTGOING.keep(cx, &kept);
    let name = format!("a message on {} goes out, the answer is posted", writer.label());
    cx.step(name, goes_out(cx, sink, &kept, channel, writer, actor)).await
}

/// A stateless program, so that an answer never depends on what was asked before.
fn serve(sink: &HttpSink, endpoint: &str) {
    sink.serve(endpoint, |request| {
        let asked = request.json();
        let text = format!("answer to: {}", asked["text"].as_str().unwrap_or_default());
        Answer::json(&json!({ "text": text, "response_type": "comment" }))
    });
}

async fn goes_out(
    cx: &Context<'_>,
    sink: &HttpSink,
    hook: &Kept,
    channel: &str,
    writer: &Place,
    reader: &Place,
) -> Result<(), Stop> {
    let text = format!("{} said on {} in {}", hook.word, writer.name, cx.nonce);
    let alice = cx.home.alice.at(&writer.anyone);
    let post = alice.create_post(channel, &text, &[]).await.expecting("a new post")?;
    let call = called(cx, sink, &hook.endpoint, writer, |request| request.json()["text"] == text).await?;
    let told = call.json();
    same(writer, "the token", &hook.token, told["token"].as_str())?;
    same(writer, "the post", &post.id, told["post_id"].as_str())?;
    same(writer, "the trigger word", &hook.word, told["trigger_word"].as_str())?;
    let answer = appears(cx, reader, channel, &format!("answer to: {text}")).await?;
    if answer.root_id != post.id {
        let got = format!("a reply to \"{}\"", answer.root_id);
        return Err(Stop::failed_at(&reader.name, "the answer as a reply to the message", got));
    }
    Ok(())
}

async fn old_outgoing(cx: &Context<'_>, sink: &HttpSink, channel: &str) -> Result<(), Halt> {
    let Some(kept) = OUTGOING.old(cx) else {
        return Ok(());
    };
    let mut halted = Ok(());
    for place in cx.places {
        let name = format!("a message on {} sets off an outgoing webhook from stable", place.label());
        halted = halted.and(cx.step(name, goes_out(cx, sink, &kept, channel, place, place)).await);
    }
    halted
}
