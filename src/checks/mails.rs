//! `mails`: who is to be told by mail is told once, and nobody else.
//!
//! Servers mail a direct message and a mention to whoever is not there, from the node that it was written on, and to people what
//! became of their account (11.x): a welcome, a link to a new password, word of a new password or address, and a farewell to who
//! deactivates themselves; to nobody whom an admin deactivates, and word of a new address to the old one alone.

pub(super) mod book;
pub(super) mod held;
mod person;
mod rules;

use super::channel;
use super::correspondent::Correspondent;
use super::prelude::*;
use crate::mattermost::{Client, address_of};
use book::{MAILED, MailBook};
use rules::Rules;

pub(super) const CHECK: Check = Check::new(
    "mails",
    "a direct message and a mention written on a node of each version are mailed once to whom they are for, and to nobody else; so is what becomes of an account",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Sinks]);

/// Who is written to, and never comes.
const READER: Entry<Correspondent> = Entry::new("somebody who is not there");
/// What servers mail, by the settings of stable.
const RULES: Entry<Rules> = Entry::new("what is mailed");

async fn run(cx: &Context<'_>) {
    let sink = match &cx.mail {
        Ok(sink) => *sink,
        Err(absent) => {
            let end = StepError::from(absent);
            if let StepError::NotApplicable(reason) = &end {
                READER.none(cx, reason);
                RULES.none(cx, reason);
            }
            return cx.judge("people are told by mail", Err(end));
        }
    };
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    if READER.is_wanted(cx) {
        let rules = Rules::of(cx.actor()).await;
        if let Err(StepError::NotApplicable(reason)) = &rules {
            READER.none(cx, reason);
        }
        let rules = cx.step("the settings say what is mailed", async { rules }).await;
        let Ok(rules) = rules else { return };
        RULES.put(cx, rules);
        let made =
            cx.step("make somebody who is not there", Correspondent::make(cx, "reader", &channel)).await;
        let Ok(reader) = made else { return };
        READER.put(cx, reader);
    }
    let (Some(reader), Some(rules)) = (READER.kept(cx).or_else(|| READER.old(cx)), RULES.kept(cx)) else {
        return;
    };
    let mut book = MailBook::new(sink);
    for walk in cx.walks() {
        match rules.messages {
            None => cx.part(messages(cx, &walk, &mut book, &channel, &reader)).await,
            Some(why) => cx.not_applicable(format!("{} mails of messages", walk.actor), why),
        }
        cx.part(person::mailed(cx, &walk, &mut book, &rules)).await;
    }
    let verdict = book.judged();
    // Where a walk ended early, what it had begun may come late.
    if verdict.is_ok() && cx.all_well() {
        let mut mailed = MAILED.get(cx.carried, CHECK.id).unwrap_or_default();
        mailed.add(book.mailed);
        MAILED.set(cx.carried, CHECK.id, mailed);
    }
    // What comes later is met by `once`.
    cx.judge("each came once, and nothing else", verdict);
}

/// Messages on one node, and the mails of them.
async fn messages(
    cx: &Context<'_>,
    walk: &Walk<'_>,
    book: &mut MailBook<'_>,
    channel: &str,
    reader: &Correspondent,
) -> Result<(), Reported> {
    let actor = walk.actor;
    let address = address_of(&reader.name);
    let direct = say(cx, actor, book, &reader.direct, "a direct message", Some(&address));
    walk.step("a direct message on {node} is mailed", direct).await?;
    let mention = format!("@{} a mention in {}", reader.name, cx.nonce);
    let mentioned = say(cx, actor, book, channel, &mention, Some(&address));
    walk.step("a mention on {node} is mailed", mentioned).await?;
    let unasked = say(cx, actor, book, channel, "a message for nobody", None);
    walk.step("write on {node} what nobody is mailed of", unasked).await
}

/// Alice writes a message; waits for the mail of it, where somebody is to get one.
async fn say(
    cx: &Context<'_>,
    actor: &Place,
    book: &mut MailBook<'_>,
    channel: &str,
    text: &str,
    to: Option<&str>,
) -> Result<(), StepError> {
    let alice: &Client = actor.alice();
    let post = cx.as_member(actor, || alice.create_post(channel, text, &[])).await;
    book.message(cx, actor, &post.expecting("a new post")?.id, to).await
}
