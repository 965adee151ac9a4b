//! `integrations.dialogs`: a dialog is opened through another node than the command's, filled in on a third; and buttons
//! of messages are pressed.

use super::fixtures::{Fixtures, called, same};
use crate::checks::channel;
use crate::checks::explained;
use crate::checks::prelude::*;
use crate::mattermost::Frame;
use crate::sinks::{CannedAnswer, HttpSink, Request};

pub(in crate::checks) const CHECK: Check = Check::new(
    "integrations.dialogs",
    "a command's dialog opens through another node and is submitted, and buttons of messages reach their program",
    &["S2.8"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Sinks]);

/// A message with a button that was written on stable.
#[derive(Debug, Clone)]
struct ButtonMessage {
    post: String,
    endpoint: String,
}

/// The message with a button of stable.
const OLD: Entry<ButtonMessage> = Entry::new("a message with a button");

async fn run(cx: &Context<'_>) {
    let channel = cx.prepare("there is a channel for dialogs", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    let Ok(fixtures) = Fixtures::of(cx).await else { return };
    let sink = match fixtures.sink() {
        Ok(sink) => sink,
        Err(reason) => return cx.not_applicable("dialogs and buttons reach their program", reason),
    };
    let endpoint = format!("/{}", cx.nonce);
    serve(sink, &endpoint);
    cx.each_version(async |walk| {
        if let Some(reason) = fixtures.off("EnableCommands") {
            cx.not_applicable("a command's dialog opens", reason);
        } else {
            cx.part(dialog(cx, sink, &endpoint, &channel, &walk)).await;
        }
        button(cx, sink, &endpoint, &channel, &walk).await
    })
    .await;
    if let Some(message) = OLD.old(cx) {
        let name = "takes the press of a button from stable";
        cx.on_each_at_once(cx.places, name, |place| presses(cx, sink, &message, place)).await;
    }
}

/// The program behind command, dialog and button.
fn serve(sink: &HttpSink, endpoint: &str) {
    sink.serve(endpoint, |request| {
        let asked = request.json();
        let answer = match (asked["type"].as_str(), asked["submission"]["name"].as_str()) {
            (Some("dialog_submission"), Some("")) => json!({ "errors": { "name": "is empty" } }),
            (Some("dialog_submission"), _) => json!({}),
            (Some("button"), _) if asked["context"]["kept"] == true => json!({}),
            (Some("button"), _) => json!({ "update": { "message": pressed_by(&asked) } }),
            _ => json!({ "response_type": "ephemeral", "text": "" }),
        };
        CannedAnswer::json(&answer)
    });
}

fn pressed_by(asked: &Value) -> String {
    format!("pressed by {}", asked["user_name"].as_str().unwrap_or_default())
}

/// The command runs on one node; the dialog is opened through another node, and submitted on that or a third.
async fn dialog(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    channel: &str,
    walk: &Walk<'_>,
) -> Result<(), Reported> {
    let (actor, opener) = (walk.actor, walk.remote_reader());
    let third = walk.others().find(|other| other.name != opener.name).unwrap_or(opener);
    let trigger = trigger(cx, sink, endpoint, channel, actor);
    let trigger = walk.step("a command on {node} hands a trigger to its program", trigger).await?;
    let hearing =
        if cx.clustered() && actor.name != opener.name { vec![opener, actor] } else { vec![opener] };
    let names: Vec<String> = hearing.iter().map(ToString::to_string).collect();
    let name = format!("{opener} opens a dialog with it, seen on the websocket of {}", names.join(" and "));
    let mut across = false;
    let opening = Opening { trigger: &trigger, actor, opener, hearing: &hearing };
    cx.verify(name, opens(cx, sink, endpoint, opening, &mut across)).await;
    if across {
        // What the two versions refuse each other must go within one.
        let opening = Opening { trigger: &trigger, actor, opener: actor, hearing: &[actor] };
        let opened = opens(cx, sink, endpoint, opening, &mut across);
        walk.verify("{node} opens a dialog with it itself, seen on its websocket", opened).await;
    }
    if !cx.clustered() && actor.name != opener.name {
        let name = format!("the dialog is seen on the websocket of {actor}");
        cx.not_applicable(name, cx.why_not_clustered());
    }
    let name = format!("{third} sends what was filled in");
    cx.step(name, submits(cx, sink, endpoint, channel, third)).await
}

async fn trigger(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    channel: &str,
    actor: &Place,
) -> Result<String, StepError> {
    let word = format!("{}-{}", cx.nonce, actor.name);
    let made = actor.admin().create_command(&cx.home.team_id, &word, &sink.url(endpoint)).await;
    made.expecting("a new slash command")?;
    let command = format!("/{word}");
    actor.alice().execute(channel, &command).await.expecting("the answer of a slash command")?;
    let wanted = |request: &Request| request.field("command").as_deref() == Some(&command);
    let call = called(cx, sink, endpoint, actor, wanted).await?;
    let trigger = call.field("trigger_id").filter(|trigger| !trigger.is_empty());
    trigger.ok_or_else(|| actor.failed("a trigger_id in the call", "none"))
}

/// A trigger of `actor` that is used on `opener`, and who must hear of it.
#[derive(Clone, Copy)]
struct Opening<'a> {
    trigger: &'a str,
    actor: &'a Place,
    opener: &'a Place,
    hearing: &'a [&'a Place],
}

/// `across` becomes true where the other version refuses the trigger, as was announced.
async fn opens(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    Opening { trigger, actor, opener, hearing }: Opening<'_>,
    across: &mut bool,
) -> Result<(), StepError> {
    let mut sockets = Vec::new();
    for place in hearing {
        sockets.push(cx.socket(place.alice()).await?);
    }
    let callback = format!("{}-{}", cx.nonce, opener.name);
    let dialog = json!({
        "callback_id": callback, "title": "Upgrade gate", "submit_label": "Send", "state": "kept as it is",
        "elements": [{ "display_name": "Name", "name": "name", "type": "text", "optional": true }],
    });
    let opened = opener.client.open_dialog(trigger, &sink.url(endpoint), &dialog).await;
    if let Err(error) = &opened
        && let Some(stop) = explained::refusal(cx, (actor, opener), "dialog-trigger", error)
    {
        *across = true;
        return Err(stop);
    }
    opened.expecting("the dialog to open")?;
    for socket in &mut sockets {
        let ours = |frame: &Frame| frame.event == "open_dialog" && frame.data.to_string().contains(&callback);
        let told = cx.in_time(socket.wait_for(cx.event_deadline(), ours)).await;
        told.expecting("the event open_dialog within five seconds")?;
    }
    Ok(())
}

async fn submits(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    channel: &str,
    place: &Place,
) -> Result<(), StepError> {
    let alice = place.alice();
    let callback = format!("{}-{}-sent", cx.nonce, place.name);
    let filled = |name: &str| {
        json!({
            "url": sink.url(endpoint), "callback_id": callback, "state": "kept as it is", "user_id": cx.home.alice_id,
            "channel_id": channel, "team_id": cx.home.team_id, "submission": { "name": name },
        })
    };
    let done = alice.submit_dialog(&filled("Alice")).await.expecting("the submission to be taken")?;
    let empty = done.error.is_empty() && done.errors.is_empty();
    place.ensure(empty, "the program's empty answer", format!("{done:?}"))?;
    let ours = |request: &Request| {
        let told = request.json();
        told["callback_id"] == callback && told["submission"]["name"] == "Alice"
    };
    let told = called(cx, sink, endpoint, place, ours).await?.json();
    same(place, "the name", "Alice", told["submission"]["name"].as_str())?;
    same(place, "the state", "kept as it is", told["state"].as_str())?;
    same(place, "the user", &cx.home.alice_id, told["user_id"].as_str())?;
    let refused = alice.submit_dialog(&filled("")).await.expecting("the submission to be taken")?;
    let right = refused.errors.get("name").map(String::as_str) == Some("is empty");
    let expected = "the program's complaint about the field name";
    place.ensure(right, expected, format!("{:?}", refused.errors))
}

/// Written on one node, pressed on another, changed by the program, read where it was written.
async fn button(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    channel: &str,
    walk: &Walk<'_>,
) -> Result<(), Reported> {
    let (writer, presser) = (walk.actor, walk.remote_reader());
    let make = async |kept: bool| {
        let integration = json!({ "url": sink.url(endpoint), "context": { "kept": kept } });
        let action = json!({ "id": "go", "name": "Go", "type": "button", "integration": integration });
        let props = json!({ "attachments": [{ "text": "a button", "actions": [action] }] });
        let post = walk.alice().create_post_with(channel, "press it", &props).await;
        Ok(ButtonMessage { post: post.expecting("a new post")?.id, endpoint: endpoint.to_owned() })
    };
    let message = walk.step("write a message with a button on {node}", make(false)).await?;
    if OLD.is_wanted(cx) {
        let kept = cx.step("write one to be pressed in later stages", make(true)).await?;
        OLD.keep(cx, &kept);
    }
    cx.step(format!("{presser} takes the press, {writer} shows the change"), async {
        let user = presses(cx, sink, &message, presser).await?;
        let expected = format!("pressed by {user}");
        let changed = cx.until_replicated(writer, async || {
            let seen = writer.alice().read_post(&message.post).await;
            let seen = seen.expecting("the post by its id")?.message;
            writer.ensure(seen == expected, format!("\"{expected}\""), format!("\"{seen}\""))
        });
        changed.await
    })
    .await
}

/// Bob presses; gives his name as the program was told it.
async fn presses(
    cx: &Context<'_>,
    sink: &HttpSink,
    message: &ButtonMessage,
    place: &Place,
) -> Result<String, StepError> {
    place.bob().press(&message.post, "go").await.expecting("the press to be taken")?;
    let ours = |request: &Request| request.json()["post_id"] == message.post;
    let told = called(cx, sink, &message.endpoint, place, ours).await?.json();
    same(place, "the user", &cx.home.bob_id, told["user_id"].as_str())?;
    Ok(told["user_name"].as_str().unwrap_or_default().to_owned())
}
