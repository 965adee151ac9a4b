//! `config`: one setting changed through one node arrives on all, nothing else moves, nobody else may, and it goes back.
//!
//! Not in mixed stages: the configuration is one document, and an old node that saves it drops the keys of the new one.

use serde_json::{Value, json};

use super::check::{Check, Stages};
use super::context::Context;
use super::difference::unchanged;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use super::secrets;
use crate::mattermost::Socket;

pub(super) const CHECK: Check = Check {
    id: "config",
    title: "a setting changed through one node is so on every node, nothing else moves, secrets stay, and it can be put back",
    lines: &["S2.3"],
    stages: Stages::Ends,
    alone: true,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A text without any effect that clients see, so that `config/client` shows it without an admin's rights.
const SECTION: &str = "SupportSettings";
const KEY: &str = "HelpLink";

/// Settings that the environment often sets and that do no harm, should a server change them after all.
const OWNED: [(&str, &str); 4] = [
    ("AnnouncementSettings", "UserNoticesEnabled"),
    ("TeamSettings", "MaxUsersPerTeam"),
    ("ServiceSettings", "EnableLinkPreviews"),
    ("ServiceSettings", "EnableDeveloper"),
];

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let writer = &cx.places[0];
    let admin = cx.home.admin.at(&writer.anyone);
    let before = cx
        .step(format!("read the configuration on {}", writer.name), async {
            admin.config().await.expecting("the configuration")
        })
        .await?;
    let (mut sockets, mut halted) = listen(cx, writer).await;
    let changed = format!("https://upgrade-gate.example/{}", cx.nonce);
    let was = before[SECTION][KEY].clone();
    cx.step(format!("change {SECTION}.{KEY} through {}", writer.name), set(cx, writer, &json!(changed)))
        .await?;
    for reader in cx.places {
        let name = format!("{} has the change, and nothing else moved", reader.label());
        let seen = cx.crossed(reader, || differs_only_in(cx, reader, &before, &changed));
        halted = halted.and(cx.step(name, seen).await);
    }
    for (place, socket) in &mut sockets {
        let name = format!("{}'s websocket tells the change", place.label());
        let heard = cx.step(name, hears(cx, socket, &changed)).await;
        if heard.is_err() {
            cx.was_late();
        }
        halted = halted.and(heard);
    }
    if !cx.clustered() && cx.places.len() > 1 {
        cx.not_applicable("the websockets of other nodes tell the change", cx.why_not_clustered());
    }
    // Put back even when somebody did not see the change: the next check wants what was there.
    let back = cx.step(format!("put it back through {}", writer.name), set(cx, writer, &was)).await;
    for reader in cx.places {
        let name = format!("{} has it back", reader.label());
        let seen = cx.crossed(reader, || shows(cx, reader, &was));
        halted = halted.and(cx.step(name, seen).await);
    }
    halted = halted.and(back);
    halted = halted.and(cx.step("a member may not change it", refused(cx, writer, &was)).await);
    halted = halted.and(owned(cx, writer, &before).await);
    halted.and(secrets::outlive_their_masks(cx, writer).await)
}

/// A member's websocket on each node that must hear of a change on `writer`.
async fn listen<'a>(cx: &Context<'a>, writer: &Place) -> (Vec<(&'a Place, Socket)>, Result<(), Halt>) {
    let (mut sockets, mut halted) = (Vec::new(), Ok(()));
    for place in cx.places.iter().filter(|place| cx.clustered() || place.name == writer.name) {
        let name = format!("a member listens on {}", place.label());
        match cx.step(name, cx.socket(&cx.home.bob, place)).await {
            Ok(socket) => sockets.push((place, socket)),
            Err(halt) => halted = Err(halt),
        }
    }
    (sockets, halted)
}

async fn hears(cx: &Context<'_>, socket: &mut Socket, changed: &str) -> Result<(), Stop> {
    let frame = socket
        .wait_for(cx.event_deadline(), |frame| {
            frame.event == "config_changed" && frame.data["config"][KEY] == changed
        })
        .await;
    frame.map(drop).expecting(&format!("the event config_changed with {KEY} {changed} within five seconds"))
}

/// The answer must show the new value: a key that the environment owns answers 200 and stays.
async fn set(cx: &Context<'_>, place: &Place, value: &Value) -> Result<(), Stop> {
    let admin = cx.home.admin.at(&place.anyone);
    let patch = json!({ SECTION: { KEY: value } });
    let after = admin.patch_config(&patch).await.expecting("the changed configuration")?;
    must_be(place, (SECTION, KEY), value, &after)
}

async fn shows(cx: &Context<'_>, place: &Place, value: &Value) -> Result<(), Stop> {
    let config = cx.home.admin.at(&place.anyone).config().await.expecting("the configuration")?;
    must_be(place, (SECTION, KEY), value, &config)
}

fn must_be(place: &Place, (section, key): (&str, &str), value: &Value, config: &Value) -> Result<(), Stop> {
    let got = &config[section][key];
    if got == value {
        Ok(())
    } else {
        Err(Stop::failed_at(&place.name, format!("{section}.{key} {value}"), got.to_string()))
    }
}

async fn differs_only_in(cx: &Context<'_>, place: &Place, before: &Value, changed: &str) -> Result<(), Stop> {
    shows(cx, place, &json!(changed)).await?;
    let mut now = cx.home.admin.at(&place.anyone).config().await.expecting("the configuration")?;
    now[SECTION][KEY] = before[SECTION][KEY].clone();
    unchanged(place, before, &now)
}

async fn refused(cx: &Context<'_>, place: &Place, was: &Value) -> Result<(), Stop> {
    let patch = json!({ SECTION: { KEY: format!("https://upgrade-gate.example/{}-member", cx.nonce) } });
    match cx.home.alice.at(&place.anyone).patch_config(&patch).await {
        Err(error) if error.status() == Some(403) => shows(cx, place, was).await,
        Err(error) => Err(error).expecting("403 for a member"),
        Ok(_) => {
            // The failure is told below; what a member could change must not stay.
            let _ = set(cx, place, was).await;
            let got = "200 to PUT /api/v4/config/patch";
            Err(Stop::failed_at(&place.name, "403 for a member", got).of_safety())
        }
    }
}

/// What the environment sets is not the API's to change: the answer is 200, and nothing happens.
async fn owned(cx: &Context<'_>, place: &Place, before: &Value) -> Result<(), Halt> {
    const NAME: &str = "a setting of the environment stays as it is";
    let admin = cx.home.admin.at(&place.anyone);
    let told = admin.config_environment().await.expecting("the settings that the environment sets");
    let told = cx.judge(format!("{} tells what its environment sets", place.name), told)?;
    let Some(&(section, key)) = OWNED.iter().find(|(section, key)| told[section][key] == true) else {
        cx.not_applicable(NAME, "the environment sets none of the settings that would do no harm");
        return Ok(());
    };
    let was = &before[section][key];
    let other = match was {
        Value::Bool(on) => json!(!on),
        Value::Number(number) => json!(number.as_i64().unwrap_or_default() + 1),
        _ => json!("changed"),
    };
    cx.step(NAME, async {
        let patch = json!({ section: { key: other } });
        let answered = admin.patch_config(&patch).await.expecting("200 and the configuration as it was")?;
        let kept = admin.config().await.expecting("the configuration")?;
        let verdict = [answered, kept].iter().try_for_each(|seen| must_be(place, (section, key), was, seen));
        if verdict.is_err() {
            let _ = admin.patch_config(&json!({ section: { key: was } })).await;
        }
        verdict
    })
    .await
}
