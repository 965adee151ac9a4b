//! `mails.held`: where mails of messages are held back to be sent together, each message is in one of them, once.
//!
//! With `EnableEmailBatching` a node keeps in its memory whom it has to tell of what, and looks twice a minute at most who has waited long
//! enough: a quarter of an hour, unless they want it otherwise. What a node holds when it stops is never mailed (12.0, and so it is meant),
//! and servers that form a cluster refuse the setting. So nothing of it crosses an upgrade, and what is verified is that the release
//! mails what it held. It takes a minute: the input `reminders` has it waited for, which is there for what comes by the clock.

use std::time::Duration;

use super::MailBook;
use super::rules::{HELD, Rules};
use crate::checks::channel;
use crate::checks::correspondent::Correspondent;
use crate::checks::prelude::*;
use crate::mattermost::address_of;
use crate::sinks::MailSink;

pub(in crate::checks) const CHECK: Check = Check::new(
    "mails.held",
    "where mails of messages are held back and sent together, each message is in one of them, once: from the node that it was written on",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Release)
.needs(&[Need::Sinks])
.awaits_a_look()
.alone();

/// How long who is written to wants to wait, in seconds: as little as makes servers hold anything back.
const WAITS: u64 = 31;
/// The rarest that servers look, where nobody set it otherwise.
const LOOKS: u64 = 30;
/// What the step proves.
const STEP: &str = "messages are mailed together";

async fn run(cx: &Context<'_>) {
    let sink = match sink(cx) {
        Ok(sink) => sink,
        Err(end) => return cx.judge(STEP, Err(end)),
    };
    let settings = cx.step("the settings say what is mailed", settings(cx)).await;
    let Ok(was) = settings else { return };
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    let reader = cx.step("make somebody who waits", reader(cx, &channel)).await;
    let Ok(reader) = reader else { return };
    if !was {
        let on = cx.step("have mails held back", hold(cx, true)).await;
        if on.is_err() {
            return;
        }
    }
    cx.part(mailed(cx, sink, &channel, &reader)).await;
    if !was {
        cx.verify("have no mails held back any more", hold(cx, false)).await;
    }
}

/// Where mail comes; else why it is not waited for.
fn sink<'c>(cx: &Context<'c>) -> Result<&'c MailSink, StepError> {
    if !cx.reminders {
        let reason = "mails that are held back come after a minute: the input reminders has them waited for";
        return Err(StepError::NotApplicable(reason.into()));
    }
    if cx.clustered() {
        let reason =
            "servers that form a cluster hold no mails back: Mattermost refuses EnableEmailBatching there";
        return Err(StepError::NotApplicable(reason.into()));
    }
    cx.mail.as_ref().copied().map_err(StepError::from)
}

/// Whether mails are held back already.
async fn settings(cx: &Context<'_>) -> Result<bool, StepError> {
    let first = &cx.places[0];
    let rules = Rules::of(first).await?;
    if let Some(why) = rules.messages {
        return if why == HELD { Ok(true) } else { Err(StepError::NotApplicable(why.into())) };
    }
    let owned = first.admin().config_environment().await.expecting("what the environment owns")?;
    if owned["EmailSettings"]["EnableEmailBatching"] == true {
        let reason = "EmailSettings.EnableEmailBatching is set by the environment to false";
        return Err(StepError::NotApplicable(reason.into()));
    }
    Ok(false)
}

/// Somebody who wants their mails together, and soon.
async fn reader(cx: &Context<'_>, channel: &str) -> Result<Correspondent, StepError> {
    let reader = Correspondent::make(cx, "waiting", channel).await?;
    let wish = json!([{
        "user_id": reader.id, "category": "notifications", "name": "email_interval", "value": WAITS.to_string(),
    }]);
    let set = cx.actor().admin().put(&format!("/api/v4/users/{}/preferences", reader.id), &wish).await;
    set.expecting("200 for how long somebody waits")?;
    Ok(reader)
}

/// Has every node hold mails back, or no node.
async fn hold(cx: &Context<'_>, on: bool) -> Result<(), StepError> {
    for (n, place) in cx.places.iter().enumerate() {
        let config = if n == 0 {
            let patch = json!({ "EmailSettings": { "EnableEmailBatching": on } });
            place.admin().patch_config(&patch).await
        } else {
            cx.refresh(place).await?;
            place.admin().config().await
        };
        let config = config.expecting("the configuration")?;
        let is = &config["EmailSettings"]["EnableEmailBatching"];
        place.ensure(*is == on, format!("EmailSettings.EnableEmailBatching {on}"), is.to_string())?;
    }
    Ok(())
}

/// Two messages on each node, and the mails of them.
async fn mailed(
    cx: &Context<'_>,
    sink: &MailSink,
    channel: &str,
    reader: &Correspondent,
) -> Result<(), Reported> {
    let mut book = MailBook::new(sink);
    let address = address_of(&reader.name);
    for place in cx.places {
        let written = async {
            for n in 1..=2 {
                let text = format!("@{} for later: {n} on {} in {}", reader.name, place.name, cx.nonce);
                let post = cx.as_member(place, || place.alice().create_post(channel, &text, &[])).await;
                book.held(place, &post.expecting("a new post")?.id, &address);
            }
            Ok(())
        };
        cx.step(format!("write on {place} what is mailed later"), written).await?;
    }
    // Who is late by one look waits for the next one; played servers look more often for everything.
    let patience = Duration::from_secs(WAITS + LOOKS).min(cx.looks_for_due);
    cx.step(STEP, book.all_come(cx, patience)).await?;
    cx.judge("each came once, and nothing else", book.judged());
    Ok(())
}
