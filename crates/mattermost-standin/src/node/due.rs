//! What a node does when it is time: it reminds people of messages, sends those that were to be sent later, and mails what it held back.
//!
//! The leader looks, where the nodes form a cluster, else every node (11.x); who looks takes what is due out of its table in the same
//! transaction, so that nobody does it again. The product looks every five minutes, by the clock on the wall, and here that is
//! [`LOOKS_EVERY`].

use std::sync::Arc;
use std::time::Duration;

use basics::wait;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::db::ids;
use crate::db::integrations::Bot;
use crate::db::kept::Reminder;
use crate::db::posts::Post;
use crate::db::tables::Tables;
use crate::events::publish_post::publish_post;
use crate::node::core::NodeCore;
use crate::outside::held;
use crate::routes::channels::direct_channels;

/// How often a node looks, at full multiples of it.
pub const LOOKS_EVERY: Duration = Duration::from_secs(2);

/// Who reminds.
const BOT: &str = "system-bot";

/// How often a node sees what time it is.
const CLOCK: Duration = Duration::from_millis(100);

/// Looks until the node stops.
pub(crate) fn watch(node: &Arc<NodeCore>) {
    let watching = Arc::clone(node);
    node.tasks.spawn(async move {
        let mut last = look();
        let watched = wait::as_long_as_it_takes(CLOCK, || {
            let now = look();
            if std::mem::replace(&mut last, now) < now {
                held::mail(&watching);
                if looks(&watching) {
                    watching.transact(|tables| act(&watching, tables));
                }
            }
            std::future::ready(None::<()>)
        });
        tokio::select! {
            () = watching.stopping.cancelled() => {}
            () = watching.killed.cancelled() => {}
            () = watched => {}
        }
    });
}

/// The number of the last look, counted from 1970.
fn look() -> i128 {
    OffsetDateTime::now_utc().unix_timestamp_nanos() / LOOKS_EVERY.as_nanos().cast_signed()
}

/// Whether it is this node's: in a cluster that of the one that came up first.
fn looks(node: &NodeCore) -> bool {
    let first = node.world.bus.peers().first().map(|peer| peer.name().to_owned());
    !node.world.clustered() || first.as_deref() == Some(&node.name)
}

/// Does what is due.
pub(crate) fn act(node: &NodeCore, tables: &mut Tables) {
    let now = node.world.tick();
    let times = |fault: &str| if node.has(fault) { 2 } else { 1 };
    let due = |reminder: &&mut Reminder| !reminder.done && reminder.target_time * 1000 <= now;
    let mut taken: Vec<Reminder> = Vec::new();
    for reminder in tables.kept.reminders.iter_mut().filter(due) {
        reminder.done = true;
        taken.push(reminder.clone());
    }
    for reminder in taken {
        (0..times("reminder-doubled")).for_each(|_| remind(node, tables, &reminder));
    }
    let due = |row: &&Value| row["scheduled_at"].as_i64().is_some_and(|at| at <= now);
    let rows: Vec<Value> = tables.kept.scheduled.values().filter(due).cloned().collect();
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        tables.kept.scheduled.shift_remove(&text("id"));
        if node.has("scheduled-lost") {
            continue;
        }
        for _ in 0..times("scheduled-doubled") {
            let (user, channel) = (text("user_id"), text("channel_id"));
            let id = ids::new_id();
            let mut post = Post::new(id, node.world.tick(), &user, &channel, &text("message"), "");
            post.root_id = text("root_id");
            let name = tables.users.get(&user).map(|user| user.username.clone()).unwrap_or_default();
            publish_post(node, tables, post, &format!("@{name}"));
        }
    }
}

/// A direct message of the bot, with a link to what it is about.
fn remind(node: &NodeCore, tables: &mut Tables, reminder: &Reminder) {
    let Some(about) = tables.posts.get(&reminder.post).cloned() else { return };
    let bot = bot(node, tables);
    let channel = direct_channels::between(node, tables, &bot, &reminder.user).id;
    let author = tables.users.get(&about.user_id).map(|user| user.username.clone()).unwrap_or_default();
    let of_channel = tables.channels.get(&about.channel_id);
    let team = of_channel.and_then(|channel| tables.teams.get(&channel.team_id));
    let team = team.map(|team| team.name.clone()).unwrap_or_default();
    let text = format!("This is what you wanted to be reminded of, by @{author}: /{team}/pl/{}", about.id);
    let mut post = Post::new(ids::new_id(), node.world.tick(), &bot, &channel, &text, "reminder");
    post.props = json!({"team_name": team, "post_id": about.id, "username": author});
    publish_post(node, tables, post, &format!("@{BOT}"));
}

/// The bot's id: it is made when it is first needed.
fn bot(node: &NodeCore, tables: &mut Tables) -> String {
    if let Some(known) = tables.users.values().find(|user| user.username == BOT) {
        return known.id.clone();
    }
    let (id, now) = (ids::new_id(), node.world.tick());
    let bot = Bot {
        user_id: id.clone(),
        username: BOT.into(),
        display_name: "System".into(),
        description: String::new(),
        owner_id: id.clone(),
        create_at: now,
        update_at: now,
        delete_at: 0,
    };
    tables.users.insert(id.clone(), bot.account());
    tables.integrations.bots.insert(id.clone(), bot);
    id
}

/// What a release can do to reminders when it comes up.
pub(crate) fn rot(node: &NodeCore, tables: &mut Tables) {
    if node.has("reminders-forgotten") {
        tables.kept.reminders.retain(|reminder| reminder.done);
    }
    if node.has("reminders-again") {
        let pending: Vec<Reminder> =
            tables.kept.reminders.iter().filter(|reminder| !reminder.done).cloned().collect();
        tables.kept.reminders.extend(pending);
    }
}
