//! `integrations.webhooks`: messages come in through webhooks of any node, and go out to programs that answer.

use super::fixtures::{Fixtures, called, same, wait_for_message};
use crate::checks::channel;
use crate::checks::prelude::*;
use crate::sinks::{CannedAnswer, HttpSink};

pub(in crate::checks) const CHECK: Check = Check::new(
    "integrations.webhooks",
    "incoming webhooks of each node take messages on another until they are deleted, outgoing ones call a program whose answer is posted",
    &["S2.8"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Sinks]);

/// An outgoing webhook that was made on stable.
#[derive(Debug, Clone)]
struct OutgoingWebhook {
    word: String,
    token: String,
    endpoint: String,
}

/// The incoming webhook of stable.
const INCOMING: Entry<String> = Entry::new("an incoming webhook");

/// The outgoing webhook of stable.
const OUTGOING: Entry<OutgoingWebhook> = Entry::new("an outgoing webhook");

async fn run(cx: &Context<'_>) {
    let channel = cx.prepare("there is a channel to post in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    let Ok(fixtures) = Fixtures::of(cx).await else { return };
    if let Some(reason) = fixtures.off("EnableIncomingWebhooks") {
        INCOMING.none(cx, &reason);
        cx.not_applicable("messages come in through webhooks", reason);
    } else {
        cx.each_version(async |walk| incoming(cx, &channel, &walk).await).await;
        // A program that knows a webhook from before the upgrade must not notice the upgrade.
        if let Some(hook) = INCOMING.old(cx) {
            let name = "takes a message for a webhook from stable";
            cx.on_each_at_once(cx.places, name, async |place| {
                let text = format!("through {} for the webhook of stable in {}", place.name, cx.nonce);
                comes_in(cx, &hook, place, place, &channel, &text).await
            })
            .await;
        }
    }
    match (fixtures.off("EnableOutgoingWebhooks"), fixtures.sink()) {
        (Some(reason), _) | (None, Err(reason)) => {
            OUTGOING.none(cx, &reason);
            cx.not_applicable("messages go out through webhooks", reason);
        }
        (None, Ok(sink)) => {
            cx.each_version(async |walk| outgoing(cx, sink, &channel, &walk).await).await;
            if let Some(hook) = OUTGOING.old(cx) {
                let name = "a message on {node} sets off an outgoing webhook from stable";
                cx.on_each_at_once(cx.places, name, |place| {
                    goes_out(cx, sink, &hook, &channel, place, place)
                })
                .await;
            }
        }
    }
}

/// Made on one node, posted through on two, deleted, refused.
async fn incoming(cx: &Context<'_>, channel: &str, walk: &Walk<'_>) -> Result<(), Reported> {
    let (actor, through, admin) = (walk.actor, walk.remote_reader(), walk.admin());
    let made =
        async { admin.create_incoming_hook(channel, &cx.nonce).await.expecting("a new incoming webhook") };
    let hook = walk.step("make an incoming webhook on {node}", made).await?.id;
    let text = format!("through {} for a webhook of {} in {}", through.name, actor.name, cx.nonce);
    let name = format!("{through} takes a message for it, {actor} shows it");
    cx.verify(name, comes_in(cx, &hook, through, actor, channel, &text)).await;
    if INCOMING.keep(cx, &hook) {
        return Ok(());
    }
    cx.step(format!("{actor} deletes it, {through} refuses messages for it"), async {
        admin.delete_incoming_hook(&hook).await.expecting("the webhook to go")?;
        let refused = cx.until_replicated(through, async || {
            match through.client.post_through(&hook, "too late").await {
                Err(error) if error.status() == Some(400) => Ok(()),
                Err(error) => Err(error).expecting("400 for a deleted webhook"),
                Ok(_) => Err(through.failed("400 for a deleted webhook", "200")),
            }
        });
        refused.await
    })
    .await
}

async fn comes_in(
    cx: &Context<'_>,
    hook: &str,
    through: &Place,
    reader: &Place,
    channel: &str,
    text: &str,
) -> Result<(), StepError> {
    through.client.post_through(hook, text).await.expecting("the webhook to take a message")?;
    wait_for_message(cx, reader, channel, text).await.map(drop)
}

/// Made on one node, set off on another, answered by the gate.
async fn outgoing(cx: &Context<'_>, sink: &HttpSink, channel: &str, walk: &Walk<'_>) -> Result<(), Reported> {
    let (actor, writer) = (walk.actor, walk.remote_reader());
    let endpoint = format!("/{}-out-{}", cx.nonce, actor.name);
    serve(sink, &endpoint);
    let word = format!("{}-{}", cx.nonce, actor.name);
    let made = async {
        let url = sink.url(&endpoint);
        let made = walk.admin().create_outgoing_hook(&cx.home.team_id, channel, &word, &url).await;
        made.expecting("a new outgoing webhook")
    };
    let token = walk.step("make an outgoing webhook on {node}", made).await?.token;
    let hook = OutgoingWebhook { word, token, endpoint };
    OUTGOING.keep(cx, &hook);
    let name = format!("a message on {writer} goes out, the answer is posted");
    cx.step(name, goes_out(cx, sink, &hook, channel, writer, actor)).await
}

/// A stateless program, so that an answer never depends on what was asked before.
fn serve(sink: &HttpSink, endpoint: &str) {
    sink.serve(endpoint, |request| {
        let asked = request.json();
        let text = format!("answer to: {}", asked["text"].as_str().unwrap_or_default());
        CannedAnswer::json(&json!({ "text": text, "response_type": "comment" }))
    });
}

async fn goes_out(
    cx: &Context<'_>,
    sink: &HttpSink,
    hook: &OutgoingWebhook,
    channel: &str,
    writer: &Place,
    reader: &Place,
) -> Result<(), StepError> {
    let text = format!("{} said on {} in {}", hook.word, writer.name, cx.nonce);
    let post = writer.alice().create_post(channel, &text, &[]).await.expecting("a new post")?;
    let call = called(cx, sink, &hook.endpoint, writer, |request| request.json()["text"] == text).await?;
    let told = call.json();
    same(writer, "the token", &hook.token, told["token"].as_str())?;
    same(writer, "the post", &post.id, told["post_id"].as_str())?;
    same(writer, "the trigger word", &hook.word, told["trigger_word"].as_str())?;
    let answer = wait_for_message(cx, reader, channel, &format!("answer to: {text}")).await?;
    let got = format!("a reply to \"{}\"", answer.root_id);
    reader.ensure(answer.root_id == post.id, "the answer as a reply to the message", got)
}
