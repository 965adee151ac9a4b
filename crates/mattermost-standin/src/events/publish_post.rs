//! A post becomes known: stored, and told to the members of its channel; or told to one user alone.

use serde_json::{Value, json};

use crate::db::ids;
use crate::db::kept::CallOfAll;
use crate::db::posts::Post;
use crate::db::rows::Channel;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated, SocketEvent};
use crate::node::core::NodeCore;
use crate::routes::page::LARGEST;

/// Stores a post and tells the members of its channel; gives it as readers see it.
pub(crate) fn publish_post(node: &NodeCore, tables: &mut Tables, post: Post, sender: &str) -> Value {
    tables.add_post(post.clone());
    if post.kind.is_empty() && ["all", "channel", "here"].iter().any(|name| mentioned(&post.message, name)) {
        call_all(node, tables, &post);
    }
    let mentions = tables
        .users
        .values()
        .filter(|user| {
            mentioned(&post.message, &user.username) && tables.in_channel(&post.channel_id, &user.id)
        })
        .map(|user| user.id.clone())
        .collect();
    let shown = tables.post_json(&post);
    node.invalidate(tables, &Outdated::Post { post: post.root_id.clone(), channel: post.channel_id.clone() });
    if let Some(channel) = tables.channels.get(&post.channel_id).cloned() {
        let data = json!({
            "channel_display_name": channel.display_name, "channel_name": channel.name,
            "channel_type": channel.kind, "post": shown.to_string(), "sender_name": sender,
            "set_online": true, "team_id": channel.team_id,
        });
        let mut event = SocketEvent::new("posted", Audience::Channel(channel.id), data);
        event.mentions = mentions;
        node.publish(tables, &event);
    }
    shown
}

/// Everybody in the channel but the author is mentioned.
fn call_all(node: &NodeCore, tables: &mut Tables, post: &Post) {
    let times = match ["crowd-unmentioned", "crowd-mentioned-twice"].map(|name| node.has(name)) {
        [true, _] => 0,
        [_, true] => 2,
        _ => 1,
    };
    let members = match ["crowd-mentioned-in-part", "crowd-mentioned-up-to-a-page"].map(|name| node.has(name))
    {
        [true, _] => 20,
        [_, true] => LARGEST,
        _ => usize::MAX,
    };
    let bots = !node.has("crowd-bots-unmentioned");
    let team = tables.channels.get(&post.channel_id).map(|channel| channel.team_id.clone());
    let strays = node.has("crowd-mentioned-elsewhere");
    let channels = tables.channels.values().filter(|channel| {
        channel.id == post.channel_id || (strays && Some(&channel.team_id) == team.as_ref())
    });
    let call = |channel: &Channel| CallOfAll {
        channel: channel.id.clone(),
        at: post.create_at,
        by: post.user_id.clone(),
        times,
        members,
        bots,
    };
    let calls: Vec<CallOfAll> = channels.map(call).collect();
    tables.kept.calls.extend(calls);
}

/// Whether a message mentions this name.
pub(crate) fn mentioned(message: &str, username: &str) -> bool {
    message.contains('@')
        && message.split_whitespace().any(|word| word.strip_prefix('@').is_some_and(|name| name == username))
}

/// Whether somebody is told of a post wherever they are: it is a direct message to them, or mentions them.
pub(crate) fn is_for(tables: &Tables, post: &Post, user: &str) -> bool {
    let personal = tables.channels.get(&post.channel_id).is_some_and(Channel::is_personal);
    let name = tables.users.get(user).map(|user| user.username.as_str()).unwrap_or_default();
    user != post.user_id
        && (personal || mentioned(&post.message, name))
        && tables.in_channel(&post.channel_id, user)
}

/// A message that only one user sees, once, and that nobody stores.
pub(crate) fn whisper(node: &NodeCore, tables: &Tables, user: &str, channel: &str, message: &str) {
    let now = node.world.tick();
    let mut post = Post::new(ids::new_id(), now, user, channel, message, "system_ephemeral");
    post.props = json!({"from_webhook": "true", "override_icon_url": ""});
    post.update_at = 0;
    let mut shown = post.json(0, json!({}));
    shown["file_ids"] = Value::Null;
    node.tell(tables, "ephemeral_message", Audience::User(user.into()), json!({"post": shown.to_string()}));
}
