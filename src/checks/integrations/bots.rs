//! `integrations.bots`: a bot is made on each version, and writes with a token of its own on every node.

use crate::checks::ledger::Entry;
use serde::{Deserialize, Serialize};

use super::ground::{Ground, appears, far};
use crate::checks::channel;
use crate::checks::check::{Check, Stages};
use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::Client;

pub(in crate::checks) const CHECK: Check = Check {
    id: "integrations.bots",
    title: "a bot made on each version writes with its own token on another node, and one from stable on every node",
    lines: &["S2.8"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A bot with its token.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    user: String,
    token: String,
}

/// A bot of stable.
const OLD: Entry<Kept> = Entry::new("bot", "a bot");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.prepare("there is a channel for bots", channel::of_check(cx)).await?;
    let ground = Ground::of(cx).await?;
    let mut halted = Ok(());
    if let Some(reason) = ground.off("EnableBotAccountCreation") {
        OLD.none(cx, &reason);
        cx.not_applicable("a bot is made and writes", reason);
    } else {
        for (actor, others) in cx.actors() {
            halted = halted.and(one_bot(cx, &channel, actor, far(actor, &others)).await);
        }
    }
    if let Some(kept) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} takes a message of a bot from stable", place.label());
            halted = halted.and(cx.step(name, writes(cx, &kept, &channel, place, place)).await);
        }
    }
    halted
}

/// Made on `actor`, writes on `writer`.
async fn one_bot(cx: &Context<'_>, channel: &str, actor: &Place, writer: &Place) -> Result<(), Halt> {
    let admin = cx.home.admin.at(&actor.anyone);
    let username = format!("{}-{}", cx.nonce, actor.name);
    let name = format!("make a bot with a token on {}", actor.label());
    let bot = cx.step(name, make(cx, &admin, &username, channel)).await?;
    OLD.keep(cx, &bot);
    let name = format!("the bot writes on {}, {} shows it", writer.label(), actor.label());
    cx.step(name, writes(cx, &bot, channel, writer, actor)).await
}

async fn make(cx: &Context<'_>, admin: &Client, username: &str, channel: &str) -> Result<Kept, Stop> {
    let bot = admin.create_bot(username).await.expecting("a new bot")?;
    if bot.username != username {
        let got = format!("\"{}\"", bot.username);
        return Err(Stop::failed_at(admin.node(), format!("a bot named \"{username}\""), got));
    }
    admin.add_to_team(&cx.home.team_id, &bot.user_id).await.expecting("the bot in the team")?;
    admin.add_to_channel(channel, &bot.user_id).await.expecting("the bot in the channel")?;
    let token = admin
        .create_access_token(&bot.user_id, "made by mattermost-upgrade-gate")
        .await
        .expecting("an access token of the bot")?
        .token;
    Ok(Kept { user: bot.user_id, token })
}

async fn writes(
    cx: &Context<'_>,
    bot: &Kept,
    channel: &str,
    writer: &Place,
    reader: &Place,
) -> Result<(), Stop> {
    let client = writer.anyone.with_token(&bot.token);
    let text = format!("a bot on {} in {}", writer.name, cx.nonce);
    let text = format!("{text}: {}", bot.user);
    client.create_post(channel, &text, &[]).await.expecting("a new post of the bot")?;
    appears(cx, reader, channel, &text).await.map(drop)
}
