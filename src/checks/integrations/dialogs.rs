//! `integrations.dialogs`: a dialog is opened through another node than the command's, filled in on a third; and buttons
//! of messages are pressed.

use crate::checks::ledger::Entry;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ground::{Ground, called, far, same};
use crate::checks::channel;
use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::explained;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::Frame;
use crate::sinks::{Answer, HttpSink, Request};

pub(in crate::checks) const CHECK: Check = Check {
    id: "integrations.dialogs",
    title: "a command's dialog opens through another node and is submitted, and buttons of messages reach their program",
    lines: &["S2.8"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Sinks],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A message with a button that was written on stable.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    post: String,
    endpoint: String,
}

/// The message with a button of stable.
const OLD: Entry<Kept> = Entry::new("button", "a message with a button");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.prepare("there is a channel for dialogs", channel::of_check(cx)).await?;
    let ground = Ground::of(cx).await?;
    let sink = match ground.sink() {
        Ok(sink) => sink,
        Err(reason) => {
            cx.not_applicable("dialogs and buttons reach their program", reason);
            return Ok(());
        }
    };
    let endpoint = format!("/{}", cx.nonce);
    serve(sink, &endpoint);
    let mut halted = Ok(());
    for (actor, others) in cx.actors() {
        if let Some(reason) = ground.off("EnableCommands") {
            cx.not_applicable("a command's dialog opens", reason);
        } else {
            halted = halted.and(dialog(cx, sink, &endpoint, &channel, actor, &others).await);
        }
        halted = halted.and(button(cx, sink, &endpoint, &channel, actor, far(actor, &others)).await);
    }
    if let Some(kept) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} takes the press of a button from stable", place.label());
            halted = halted.and(cx.step(name, presses(cx, sink, &kept, place)).await.map(drop));
        }
    }
    halted
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
        Answer::json(&answer)
    });
}

fn pressed_by(asked: &Value) -> String {
    format!("pressed by {}", asked["user_name"].as_str().unwrap_or_default())
}

/// The command runs on `actor`; the dialog is opened through another node, and submitted on that or a third.
async fn dialog(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    channel: &str,
    actor: &Place,
    others: &[&Place],
) -> Result<(), Halt> {
    let opener = far(actor, others);
    let third = others.iter().find(|other| other.name != opener.name).copied().unwrap_or(opener);
    let name = format!("a command on {} hands a trigger to its program", actor.label());
    let trigger = cx.step(name, trigger(cx, sink, endpoint, channel, actor)).await?;
    let hearing =
        if cx.clustered() && actor.name != opener.name { vec![opener, actor] } else { vec![opener] };
    let names: Vec<String> = hearing.iter().map(|place| place.label()).collect();
    let name = format!(
        "{} opens a dialog with it, seen on the websocket of {}",
        opener.label(),
        names.join(" and ")
    );
    let mut across = false;
    let opening = Opening { trigger: &trigger, actor, opener, hearing: &hearing };
    let mut opened = cx.step(name, opens(cx, sink, endpoint, opening, &mut across)).await;
    if across {
        // What the two versions refuse each other must go within one.
        let name = format!("{} opens a dialog with it itself, seen on its websocket", actor.label());
        let opening = Opening { trigger: &trigger, actor, opener: actor, hearing: &[actor] };
        opened = cx.step(name, opens(cx, sink, endpoint, opening, &mut across)).await;
    }
    if !cx.clustered() && actor.name != opener.name {
        let name = format!("the dialog is seen on the websocket of {}", actor.label());
        cx.not_applicable(name, cx.why_not_clustered());
    }
    let name = format!("{} sends what was filled in", third.label());
    opened.and(cx.step(name, submits(cx, sink, endpoint, channel, third)).await)
}

async fn trigger(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    channel: &str,
    actor: &Place,
) -> Result<String, Stop> {
    let word = format!("{}-{}", cx.nonce, actor.name);
    let admin = cx.home.admin.at(&actor.anyone);
    let made = admin.create_command(&cx.home.team_id, &word, &sink.url(endpoint)).await;
    made.expecting("a new slash command")?;
    let alice = cx.home.alice.at(&actor.anyone);
    alice.execute(channel, &format!("/{word}")).await.expecting("the answer of a slash command")?;
    let command = format!("/{word}");
    let wanted = |request: &Request| request.field("command").as_deref() == Some(&command);
    let call = called(cx, sink, endpoint, actor, wanted).await?;
    let trigger = call.field("trigger_id").filter(|trigger| !trigger.is_empty());
    trigger.ok_or_else(|| Stop::failed_at(&actor.name, "a trigger_id in the call", "none"))
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
) -> Result<(), Stop> {
    let mut sockets = Vec::new();
    for place in hearing {
        sockets.push(cx.socket(&cx.home.alice, place).await?);
    }
    let callback = format!("{}-{}", cx.nonce, opener.name);
    let dialog = json!({
        "callback_id": callback, "title": "Upgrade gate", "submit_label": "Send", "state": "kept as it is",
        "elements": [{ "display_name": "Name", "name": "name", "type": "text", "optional": true }],
    });
    let opened = opener.anyone.open_dialog(trigger, &sink.url(endpoint), &dialog).await;
    if let Err(error) = &opened
        && let Some(stop) = explained::refusal(cx, (actor, opener), "dialog-trigger", error)
    {
        *across = true;
        return Err(stop);
    }
    opened.expecting("the dialog to open")?;
    for socket in &mut sockets {
        let ours = |frame: &Frame| frame.event == "open_dialog" && frame.data.to_string().contains(&callback);
        let told = socket.wait_for(cx.event_deadline(), ours).await;
        if told.is_err() {
            cx.was_late();
        }
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
) -> Result<(), Stop> {
    let alice = cx.home.alice.at(&place.anyone);
    let callback = format!("{}-{}-sent", cx.nonce, place.name);
    let filled = |name: &str| {
        json!({
            "url": sink.url(endpoint), "callback_id": callback, "state": "kept as it is", "user_id": cx.home.alice_id,
            "channel_id": channel, "team_id": cx.home.team_id, "submission": { "name": name },
        })
    };
    let done = alice.submit_dialog(&filled("Alice")).await.expecting("the submission to be taken")?;
    if !done.error.is_empty() || !done.errors.is_empty() {
        return Err(Stop::failed_at(&place.name, "the program's empty answer", format!("{done:?}")));
    }
    let ours = |request: &Request| {
        let told = request.json();
        told["callback_id"] == callback && told["submission"]["name"] == "Alice"
    };
    let told = called(cx, sink, endpoint, place, ours).await?.json();
    same(place, "the name", "Alice", told["submission"]["name"].as_str())?;
    same(place, "the state", "kept as it is", told["state"].as_str())?;
    same(place, "the user", &cx.home.alice_id, told["user_id"].as_str())?;
    let refused = alice.submit_dialog(&filled("")).await.expecting("the submission to be taken")?;
    if refused.errors.get("name").map(String::as_str) != Some("is empty") {
        let expected = "the program's complaint about the field name";
        return Err(Stop::failed_at(&place.name, expected, format!("{:?}", refused.errors)));
    }
    Ok(())
}

/// Written on `writer`, pressed on `presser`, changed by the program, read on `writer`.
async fn button(
    cx: &Context<'_>,
    sink: &HttpSink,
    endpoint: &str,
    channel: &str,
    writer: &Place,
    presser: &Place,
) -> Result<(), Halt> {
    let alice = cx.home.alice.at(&writer.anyone);
    let make = async |kept: bool| {
        let integration = json!({ "url": sink.url(endpoint), "context": { "kept": kept } });
        let action = json!({ "id": "go", "name": "Go", "type": "button", "integration": integration });
        let props = json!({ "attachments": [{ "text": "a button", "actions": [action] }] });
        let post = alice.create_post_with(channel, "press it", &props).await;
        Ok::<_, Stop>(Kept { post: post.expecting("a new post")?.id, endpoint: endpoint.to_owned() })
    };
    let name = format!("write a message with a button on {}", writer.label());
    let post = cx.step(name, make(false)).await?;
    if OLD.is_wanted(cx) {
        let kept = cx.step("write one to be pressed in later stages", make(true)).await?;
        OLD.keep(cx, &kept);
    }
    let name = format!("{} takes the press, {} shows the change", presser.label(), writer.label());
    cx.step(name, async {
        let user = presses(cx, sink, &post, presser).await?;
        let expected = format!("pressed by {user}");
        cx.crossed(writer, || async {
            let seen = alice.read_post(&post.post).await.expecting("the post by its id")?.message;
            if seen == expected {
                return Ok(());
            }
            Err(Stop::failed_at(&writer.name, format!("\"{expected}\""), format!("\"{seen}\"")))
        })
        .await
    })
    .await
}

/// Bob presses; gives his name as the program was told it.
async fn presses(cx: &Context<'_>, sink: &HttpSink, kept: &Kept, place: &Place) -> Result<String, Stop> {
    let bob = cx.home.bob.at(&place.anyone);
    bob.press(&kept.post, "go").await.expecting("the press to be taken")?;
    let ours = |request: &Request| request.json()["post_id"] == kept.post;
    let told = called(cx, sink, &kept.endpoint, place, ours).await?.json();
    same(place, "the user", &cx.home.bob_id, told["user_id"].as_str())?;
    Ok(told["user_name"].as_str().unwrap_or_default().to_owned())
}
