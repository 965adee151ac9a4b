//! Outgoing webhooks: a post that begins with a hook's word is sent out, and the answer becomes a post.
//!
//! Simpler than the product: JSON only, the first callback only, words at the beginning only.

use std::sync::Arc;

use serde_json::{Value, json};

use super::announce::announce;
use super::core::NodeCore;
use super::ids;
use super::integrations::OutgoingHook;
use super::messages::Post;
use super::outgoing::Call;

/// Sends a post to every hook that it triggers. Nobody waits for them: what goes wrong is only logged.
pub(super) fn send(node: &Arc<NodeCore>, post: &Post, username: &str) {
    let hooks: Vec<(OutgoingHook, String)> = {
        let tables = node.world.tables();
        let Some(channel) = tables.channels.get(&post.channel_id) else { return };
        let here = tables
            .integrations
            .outgoing
            .values()
            .filter(|hook| channel.kind == "O" && hook.team_id == channel.team_id);
        here.filter_map(|hook| Some((hook.clone(), hook.triggered_by(&channel.id, &post.message)?))).collect()
    };
    if hooks.is_empty() || node.has("outgoing-hook-never-sent") {
        return;
    }
    for (hook, word) in hooks {
        let payload = payload(node, post, username, &hook, &word);
        let (sending, post) = (Arc::clone(node), post.clone());
        node.tasks.spawn(async move { deliver(&sending, &hook, &post, &payload).await });
    }
}

fn payload(node: &NodeCore, post: &Post, username: &str, hook: &OutgoingHook, word: &str) -> Value {
    let tables = node.world.tables();
    let team = tables.teams.get(&hook.team_id).map(|team| team.name.clone()).unwrap_or_default();
    let channel = tables.channels.get(&post.channel_id).map(|channel| channel.name.clone());
    json!({
        "token": hook.token, "team_id": hook.team_id, "team_domain": team, "channel_id": post.channel_id,
        "channel_name": channel.unwrap_or_default(), "timestamp": post.create_at, "user_id": post.user_id,
        "user_name": username, "post_id": post.id, "text": post.message, "trigger_word": word,
        "file_ids": post.file_ids.join(","),
    })
}

async fn deliver(node: &NodeCore, hook: &OutgoingHook, post: &Post, payload: &Value) {
    let Some(url) = hook.callback_urls.first() else { return };
    let answer = match Call::json(url, payload).send(node).await {
        Ok(reply) => serde_json::from_slice::<Value>(&reply.body).unwrap_or_default(),
        Err(why) => {
            node.log.info("Event POST failed.", "app/webhook.go:177", json!({"err": why}));
            return;
        }
    };
    let Some(text) = answer["text"].as_str().filter(|_| !node.has("outgoing-answer-ignored")) else { return };
    let now = node.world.tick();
    let mut reply = Post::new(ids::new_id(), now, &hook.creator_id, &post.channel_id, text, "");
    if answer["response_type"] == "comment" {
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        reply.root_id.clone_from(root);
    }
    reply.props = json!({"from_webhook": "true", "webhook_display_name": hook.display_name});
    announce(node, reply, &hook.display_name);
}
