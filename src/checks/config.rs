//! `config`: one setting changed through one node arrives on all, nothing else moves, nobody else may, and it goes back.
//!
//! Not in mixed stages: the configuration is one document, and an old node that saves it drops the keys of the new one.

use super::difference::unchanged;
use super::prelude::*;
use super::secrets;
use crate::mattermost::Socket;

pub(super) const CHECK: Check = Check::new(
    "config",
    "a setting changed through one node is so on every node, nothing else moves, secrets stay, and it can be put back",
    &["S2.3"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Ends)
.alone();

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

async fn run(cx: &Context<'_>) {
    // Without clustering a node saves what it believes, and only the first was there for every change.
    let writer = if cx.clustered() { cx.actor() } else { &cx.places[0] };
    let before = async { writer.admin().config().await.expecting("the configuration") };
    let before = cx.step(format!("read the configuration on {}", writer.name), before).await;
    let Ok(before) = before else { return };
    if one_setting(cx, writer, &before).await.is_err() {
        return;
    }
    cx.verify("a member may not change it", refused(cx, writer, &before[SECTION][KEY])).await;
    cx.part(owned(cx, writer, &before)).await;
    cx.part(secrets::outlive_their_masks(cx, writer)).await;
}

/// Changed through one node, seen on all, and put back.
async fn one_setting(cx: &Context<'_>, writer: &Place, before: &Value) -> Result<(), Reported> {
    let mut sockets = listen(cx, writer).await;
    let changed = format!("https://upgrade-gate.example/{}", cx.nonce);
    let was = &before[SECTION][KEY];
    let name = format!("change {SECTION}.{KEY} through {}", writer.name);
    cx.step(name, set(writer, &json!(changed))).await?;
    cx.on_each(cx.places, "has the change, and nothing else moved", |place| {
        differs_only_in(place, before, &changed)
    })
    .await;
    for (place, socket) in &mut sockets {
        let heard = cx.in_time(hears(cx, socket, &changed));
        cx.verify(format!("{place}'s websocket tells the change"), heard).await;
    }
    if !cx.clustered() && cx.places.len() > 1 {
        cx.not_applicable("the websockets of other nodes tell the change", cx.why_not_clustered());
    }
    // Put back even when somebody did not see the change: the next check wants what was there.
    cx.verify(format!("put it back through {}", writer.name), set(writer, was)).await;
    cx.on_each(cx.places, "has it back", |place| shows(place, was)).await;
    Ok(())
}

/// A member's websocket on each node that must hear of a change on `writer`.
async fn listen<'a>(cx: &Context<'a>, writer: &Place) -> Vec<(&'a Place, Socket)> {
    let mut sockets = Vec::new();
    for place in cx.places.iter().filter(|place| cx.clustered() || place.name == writer.name) {
        if let Ok(socket) = cx.step(format!("a member listens on {place}"), cx.socket(place.bob())).await {
            sockets.push((place, socket));
        }
    }
    sockets
}

async fn hears(cx: &Context<'_>, socket: &mut Socket, changed: &str) -> Result<(), StepError> {
    let frame = socket
        .wait_for(cx.event_deadline(), |frame| {
            frame.event == "config_changed" && frame.data["config"][KEY] == changed
        })
        .await;
    frame.map(drop).expecting(&format!("the event config_changed with {KEY} {changed} within five seconds"))
}

/// The answer must show the new value: a key that the environment owns answers 200 and stays.
async fn set(place: &Place, value: &Value) -> Result<(), StepError> {
    let patch = json!({ SECTION: { KEY: value } });
    let after = place.admin().patch_config(&patch).await.expecting("the changed configuration")?;
    must_be(place, (SECTION, KEY), value, &after)
}

async fn shows(place: &Place, value: &Value) -> Result<(), StepError> {
    let config = place.admin().config().await.expecting("the configuration")?;
    must_be(place, (SECTION, KEY), value, &config)
}

fn must_be(
    place: &Place,
    (section, key): (&str, &str),
    value: &Value,
    config: &Value,
) -> Result<(), StepError> {
    let got = &config[section][key];
    place.ensure(got == value, format!("{section}.{key} {value}"), got.to_string())
}

async fn differs_only_in(place: &Place, before: &Value, changed: &str) -> Result<(), StepError> {
    shows(place, &json!(changed)).await?;
    let mut now = place.admin().config().await.expecting("the configuration")?;
    now[SECTION][KEY] = before[SECTION][KEY].clone();
    unchanged(place, before, &now)
}

async fn refused(cx: &Context<'_>, place: &Place, was: &Value) -> Result<(), StepError> {
    let patch = json!({ SECTION: { KEY: format!("https://upgrade-gate.example/{}-member", cx.nonce) } });
    match place.alice().patch_config(&patch).await {
        Err(error) if error.status() == Some(403) => shows(place, was).await,
        Err(error) => Err(error).expecting("403 for a member"),
        Ok(_) => {
            // The failure is told below; what a member could change must not stay.
            let _ = set(place, was).await;
            Err(place.failed("403 for a member", "200 to PUT /api/v4/config/patch").of_safety())
        }
    }
}

/// What the environment sets is not the API's to change: the answer is 200, and nothing happens.
async fn owned(cx: &Context<'_>, place: &Place, before: &Value) -> Result<(), Reported> {
    const NAME: &str = "a setting of the environment stays as it is";
    let admin = place.admin();
    let told = async { admin.config_environment().await.expecting("the settings that the environment sets") };
    let told = cx.step(format!("{} tells what its environment sets", place.name), told).await?;
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
