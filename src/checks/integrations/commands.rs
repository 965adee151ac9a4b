//! `integrations.commands`: slash commands reach their program, which answers at once, to all, and later.

use super::fixtures::{Fixtures, called, same, wait_for_message};
use crate::checks::channel;
use crate::checks::prelude::*;
use crate::sinks::{CannedAnswer, HttpSink};

pub(in crate::checks) const CHECK: Check = Check::new(
    "integrations.commands",
    "a slash command of each node runs on another: its program answers to one, to all, and later through a third",
    &["S2.8"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Sinks]);

/// A command of ours.
#[derive(Debug, Clone)]
struct OwnCommand {
    trigger: String,
    token: String,
    endpoint: String,
}

/// A command of stable.
const OLD: Entry<OwnCommand> = Entry::new("a slash command");

async fn run(cx: &Context<'_>) {
    let channel = cx.prepare("there is a channel to run commands in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    let Ok(fixtures) = Fixtures::of(cx).await else { return };
    let sink = match (fixtures.off("EnableCommands"), fixtures.sink()) {
        (Some(reason), _) | (None, Err(reason)) => {
            return cx.not_applicable("slash commands reach their program", reason);
        }
        (None, Ok(sink)) => sink,
    };
    cx.each_version(async |walk| one_command(cx, sink, &channel, &walk).await).await;
    if let Some(command) = OLD.old(cx) {
        let name = "runs a command from stable";
        cx.on_each_at_once(cx.places, name, |place| to_all(cx, sink, &command, &channel, place, place)).await;
    }
}

/// Made on one node, run on another.
async fn one_command(
    cx: &Context<'_>,
    sink: &HttpSink,
    channel: &str,
    walk: &Walk<'_>,
) -> Result<(), Reported> {
    let (actor, runner) = (walk.actor, walk.remote_reader());
    let endpoint = format!("/{}-{}", cx.nonce, actor.name);
    serve(sink, &endpoint);
    let trigger = format!("{}-{}", cx.nonce, actor.name);
    let made = async {
        let made = walk.admin().create_command(&cx.home.team_id, &trigger, &sink.url(&endpoint)).await;
        made.expecting("a new slash command")
    };
    let token = walk.step("make a slash command on {node}", made).await?.token;
    let command = OwnCommand { trigger, token, endpoint };
    OLD.keep(cx, &command);
    let name = format!("{runner} runs it and answers only to who ran it");
    cx.verify(name, to_one(cx, sink, &command, channel, runner)).await;
    let name = format!("{runner} runs it and answers to all, {actor} shows it");
    let response_url = cx.step(name, to_all(cx, sink, &command, channel, runner, actor)).await?;
    let name = format!("the program answers later through {actor}, {runner} shows it");
    cx.step(name, later(cx, &response_url, channel, actor, runner)).await
}

/// The program: says back what it was given, to the audience that the first word names.
fn serve(sink: &HttpSink, endpoint: &str) {
    sink.serve(endpoint, |request| {
        let text = request.field("text").unwrap_or_default();
        let kind = if text.starts_with("all") { "in_channel" } else { "ephemeral" };
        CannedAnswer::json(&json!({ "response_type": kind, "text": format!("heard: {text}") }))
    });
}

/// Runs the command and looks at the call; gives the `response_url`.
async fn runs(
    cx: &Context<'_>,
    sink: &HttpSink,
    command: &OwnCommand,
    channel: &str,
    runner: &Place,
    text: &str,
) -> Result<String, StepError> {
    let alice = runner.alice();
    let line = format!("/{} {text}", command.trigger);
    let answer = alice.execute(channel, &line).await.expecting("the answer of a slash command")?;
    let wanted = |request: &crate::sinks::Request| request.field("text").as_deref() == Some(text);
    let call = called(cx, sink, &command.endpoint, runner, wanted).await?;
    same(runner, "the token", &command.token, call.field("token").as_deref())?;
    same(runner, "the user", &cx.home.alice_id, call.field("user_id").as_deref())?;
    same(runner, "the channel", channel, call.field("channel_id").as_deref())?;
    let (right, got) = (answer.text == format!("heard: {text}"), format!("\"{}\"", answer.text));
    runner.ensure(right, format!("the answer \"heard: {text}\""), got)?;
    Ok(call.field("response_url").unwrap_or_default())
}

async fn to_one(
    cx: &Context<'_>,
    sink: &HttpSink,
    command: &OwnCommand,
    channel: &str,
    runner: &Place,
) -> Result<(), StepError> {
    let mut socket = cx.socket(runner.alice()).await?;
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
    command: &OwnCommand,
    channel: &str,
    runner: &Place,
    reader: &Place,
) -> Result<String, StepError> {
    let text = format!("all on {} in {}", runner.name, cx.nonce);
    let response_url = runs(cx, sink, command, channel, runner, &text).await?;
    wait_for_message(cx, reader, channel, &format!("heard: {text}")).await?;
    Ok(response_url)
}

async fn later(
    cx: &Context<'_>,
    response_url: &str,
    channel: &str,
    through: &Place,
    reader: &Place,
) -> Result<(), StepError> {
    let text = format!("later through {} in {}", through.name, cx.nonce);
    let taken = through.client.respond_late(response_url, &text).await;
    taken.expecting("the later answer to be taken")?;
    wait_for_message(cx, reader, channel, &text).await.map(drop)
}
