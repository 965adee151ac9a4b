//! A post becomes known: stored, and told to the members of its channel; or told to one user alone.

use serde_json::{Value, json};

use super::bus::{Audience, SocketEvent, Stale};
use super::core::NodeCore;
use super::ids;
use super::messages::Post;
use super::rows::Channel;

/// Stores a post and tells the members of its channel; gives it as readers see it.
pub(super) fn announce(node: &NodeCore, post: Post, sender: &str) -> Value {
    let (shown, channel, mentions) = {
        let mut tables = node.world.tables();
        tables.add_post(post.clone());
        let mentions = tables
            .users
            .values()
            .filter(|user| {
                mentioned(&post.message, &user.username) && tables.in_channel(&post.channel_id, &user.id)
            })
            .map(|user| user.id.clone())
            .collect();
        (tables.post_json(&post), tables.channels.get(&post.channel_id).cloned(), mentions)
    };
    node.invalidate(&Stale::Post { post: post.root_id.clone(), channel: post.channel_id.clone() });
    let silent = |channel: &Channel| channel.is_personal() && node.has("direct-event-lost");
    if let Some(channel) = channel.filter(|channel| !silent(channel)) {
        let data = json!({
            "channel_display_name": channel.display_name, "channel_name": channel.name,
            "channel_type": channel.kind, "post": shown.to_string(), "sender_name": sender,
            "set_online": true, "team_id": channel.team_id,
        });
        let mut event = SocketEvent::new("posted", Audience::Channel(channel.id), data);
        event.mentions = mentions;
        node.publish(&event);
    }
    shown
}

fn mentioned(message: &str, username: &str) -> bool {
    message.contains('@')
        && message.split_whitespace().any(|word| word.strip_prefix('@').is_some_and(|name| name == username))
}

/// A message that only one user sees, once, and that nobody stores.
pub(super) fn whisper(node: &NodeCore, user: &str, channel: &str, message: &str) {
    let now = node.world.tick();
    let mut post = Post::new(ids::new_id(), now, user, channel, message, "system_ephemeral");
    post.props = json!({"from_webhook": "true", "override_icon_url": ""});
    post.update_at = 0;
    let mut shown = post.json(0, json!({}));
    shown["file_ids"] = Value::Null;
    node.tell("ephemeral_message", Audience::User(user.into()), json!({"post": shown.to_string()}));
}
