//! `integrations.commands`: slash commands reach their program, which answers at once, to all, and later.

use crate::checks::ledger::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ground::{Ground, appears, called, far, same};
use crate::checks::channel;
use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::Socket;
use crate::sinks::{Answer, HttpSink};

pub(in crate::checks) const CHECK: Check = Check {
    id: "integrations.commands",
    title: "a slash command of each node runs on another: its program answers to one, to all, and later through a third",
    lines: &["S2.8"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Sinks],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A command of ours.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    trigger: String,
    token: String,
    endpoint: String,
}

/// A command of stable.
const OLD: Entry<Kept> = Entry::new("command", "a slash command");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.prepare("there is a channel to run commands in", channel::of_check(cx)).await?;
    let ground = Ground::of(cx).await?;
    let sink = match (ground.off("EnableCommands"), ground.sink()) {
        (Some(reason), _) | (None, Err(reason)) => {
            cx.not_applicable("slash commands reach their program", reason);
            return Ok(());
        }
        (None, Ok(sink)) => sink,
    };
    let mut halted = Ok(());
    for (actor, others) in cx.actors() {
        halted = halted.and(one_command(cx, sink, &channel, actor, far(actor, &others)).await);
    }
    if let Some(kept) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} runs a command from stable", place.label());
            let ran = cx.step(name, to_all(cx, sink, &kept, &channel, place, place)).await;
            halted = halted.and(ran.map(drop));
        }
    }
    halted
}

/// Made on `actor`, run on `runner`.
async fn one_command(
    cx: &Context<'_>,
    sink: &HttpSink,
    channel: &str,
    actor: &Place,
    runner: &Place,
) -> Result<(), Halt> {
    let endpoint = format!("/{}-{}", cx.nonce, actor.name);
    serve(sink, &endpoint);
    let trigger = format!("{}-{}", cx.nonce, actor.name);
    let made = cx
        .step(format!("make a slash command on {}", actor.label()), async {
            let admin = cx.home.admin.at(&actor.anyone);
            let made = admin.create_command(&cx.home.team_id, &trigger, &sink.url(&endpoint)).await;
            made.expecting("a new slash command")
        })
        .await?;
    let command = Kept { trigger, token: made.token, endpoint };
    OLD.keep(cx, &command);
    let name = format!("{} runs it and answers only to who ran it", runner.label());
    let alone = cx.step(name, to_one(cx, sink, &command, channel, runner)).await;
    let name = format!("{} runs it and answers to all, {} shows it", runner.label(), actor.label());
    let late = cx.step(name, to_all(cx, sink, &command, channel, runner, actor)).await;
    let name = format!("the program answers later through {}, {} shows it", actor.label(), runner.label());
    let answered = match &late {
        Ok(response_url) => cx.step(name, later(cx, response_url, channel, actor, runner)).await,
        Err(halt) => Err(*halt),
    };
    alone.and(answered)
}

/// The program: says back what it was given, to the audience that the first word names.
fn serve(sink: &HttpSink, endpoint: &str) {
    sink.serve(endpoint, |request| {
        let text = request.field("text").unwrap_or_default();
        let kind = if text.starts_with("all") { "in_channel" } else { "ephemeral" };
        Answer::json(&json!({ "response_type": kind, "text": format!("heard: {text}") }))
    });
}

/// Runs the command and looks at the call; gives the `response_url`.
async fn runs(
    cx: &Context<'_>,
    sink: &HttpSink,
    command: &Kept,
    channel: &str,
    runner: &Place,
    text: &str,
) -> Result<String, Stop> {
    let alice = cx.home.alice.at(&runner.anyone);
    let line = format!("/{} {text}", command.trigger);
    let answer = alice.execute(channel, &line).await.expecting("the answer of a slash command")?;
    let wanted = |request: &crate::sinks::Request| request.field("text").as_deref() == Some(text);
    let call = called(cx, sink, &command.endpoint, runner, wanted).await?;
    same(runner, "the token", &command.token, call.field("token").as_deref())?;
    same(runner, "the user", &cx.home.alice_id, call.field("user_id").as_deref())?;
    same(runner, "the channel", channel, call.field("channel_id").as_deref())?;
    if answer.text != format!("heard: {text}") {
        let got = format!("\"{}\"", answer.text);
        return Err(Stop::failed_at(&runner.name, format!("the answer \"heard: {text}\""), got));
    }
    Ok(call.field("response_url").unwrap_or_default())
}

async fn to_one(
    cx: &Context<'_>,
    sink: &HttpSink,
    command: &Kept,
    channel: &str,
    runner: &Place,
) -> Result<(), Stop> {
    let mut socket: Socket = cx.socket(&cx.home.alice, runner).await?;
    let text = format!("one on {} in {}", runner.name, cx.nonce);
    runs(cx, sink, command, channel, runner, &text).await?;
    let said = format!("heard: {text}");
    let whispered = socket.wait_for(cx.event_deadline(), |frame| {
        frame.event == "ephemeral_message" && frame.post().is_some_and(|post| post["message"] == said)
    });
    whispered.await.expecting("the event ephemeral_message within five seconds").map(drop)
}

async fn to_all(
    cx: &Context<'_>,
    sink: &HttpSink,
    command: &Kept,
    channel: &str,
    runner: &Place,
    reader: &Place,
) -> Result<String, Stop> {
    let text = format!("all on {} in {}", runner.name, cx.nonce);
    let response_url = runs(cx, sink, command, channel, runner, &text).await?;
    appears(cx, reader, channel, &format!("heard: {text}")).await?;
    Ok(response_url)
}

async fn later(
    cx: &Context<'_>,
    response_url: &str,
    channel: &str,
    through: &Place,
    reader: &Place,
) -> Result<(), Stop> {
    let text = format!("later through {} in {}", through.name, cx.nonce);
    let taken = through.anyone.respond_late(response_url, &text).await;
    taken.expecting("the later answer to be taken")?;
    appears(cx, reader, channel, &text).await.map(drop)
}
