//! `integrations.bots`: a bot is made on each version, and writes with a token of its own on every node.

use super::fixtures::{Fixtures, wait_for_message};
use crate::checks::channel;
use crate::checks::prelude::*;

pub(in crate::checks) const CHECK: Check = Check::new(
    "integrations.bots",
    "a bot made on each version writes with its own token on another node, and one from stable on every node",
    &["S2.8"],
    |cx| Box::pin(run(cx)),
);

/// A bot with its token.
#[derive(Debug, Clone)]
struct BotAccount {
    user: String,
    token: String,
}

/// A bot of stable.
const OLD: Entry<BotAccount> = Entry::new("a bot");

async fn run(cx: &Context<'_>) {
    let channel = cx.prepare("there is a channel for bots", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    let Ok(fixtures) = Fixtures::of(cx).await else { return };
    if let Some(reason) = fixtures.off("EnableBotAccountCreation") {
        OLD.none(cx, &reason);
        cx.not_applicable("a bot is made and writes", reason);
    } else {
        cx.each_version(async |walk| {
            let (actor, writer) = (walk.actor, walk.remote_reader());
            let bot = walk.step("make a bot with a token on {node}", make(cx, actor, &channel)).await?;
            OLD.keep(cx, &bot);
            let name = format!("the bot writes on {writer}, {actor} shows it");
            cx.step(name, writes(cx, &bot, &channel, writer, actor)).await
        })
        .await;
    }
    if let Some(bot) = OLD.old(cx) {
        let name = "takes a message of a bot from stable";
        cx.on_each_at_once(cx.places, name, |place| writes(cx, &bot, &channel, place, place)).await;
    }
}

async fn make(cx: &Context<'_>, actor: &Place, channel: &str) -> Result<BotAccount, StepError> {
    let (admin, username) = (actor.admin(), format!("{}-{}", cx.nonce, actor.name));
    let bot = admin.create_bot(&username).await.expecting("a new bot")?;
    let got = format!("\"{}\"", bot.username);
    actor.ensure(bot.username == username, format!("a bot named \"{username}\""), got)?;
    admin.add_to_team(&cx.home.team_id, &bot.user_id).await.expecting("the bot in the team")?;
    admin.add_to_channel(channel, &bot.user_id).await.expecting("the bot in the channel")?;
    let token = admin.create_access_token(&bot.user_id, "made by mattermost-upgrade-gate").await;
    let token = token.expecting("an access token of the bot")?.token;
    Ok(BotAccount { user: bot.user_id, token })
}

async fn writes(
    cx: &Context<'_>,
    bot: &BotAccount,
    channel: &str,
    writer: &Place,
    reader: &Place,
) -> Result<(), StepError> {
    let client = writer.client.with_token(&bot.token);
    let text = format!("a bot on {} in {}: {}", writer.name, cx.nonce, bot.user);
    client.create_post(channel, &text, &[]).await.expecting("a new post of the bot")?;
    wait_for_message(cx, reader, channel, &text).await.map(drop)
}
