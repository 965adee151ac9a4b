//! Outgoing webhooks: a post that begins with a hook's word is sent out, and the answer becomes a post.
//!
//! Simpler than the product: JSON only, the first callback only, words at the beginning only.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::db::ids;
use crate::db::integrations::OutgoingHook;
use crate::db::posts::Post;
use crate::db::tables::Tables;
use crate::events::publish_post::publish_post;
use crate::node::core::NodeCore;
use crate::outside::call::Call;

/// Sends a post to every hook that it triggers. Nobody waits for them: what goes wrong is only logged.
pub(crate) fn send(node: &Arc<NodeCore>, tables: &mut Tables, post: &Post, username: &str) {
    let Some(channel) = tables.channels.get(&post.channel_id) else { return };
    let here = tables
        .integrations
        .outgoing
        .values()
        .filter(|hook| channel.kind == "O" && hook.team_id == channel.team_id);
    let hooks: Vec<(OutgoingHook, String)> = here
        .filter_map(|hook| Some((hook.clone(), hook.triggered_by(&channel.id, &post.message)?)))
        .collect();
    if hooks.is_empty() || node.has("outgoing-hook-never-sent") {
        return;
    }
    for (hook, word) in hooks {
        let payload = payload(tables, post, username, &hook, &word);
        let (sending, post) = (Arc::clone(node), post.clone());
        node.tasks.spawn(async move { deliver(&sending, &hook, &post, &payload).await });
    }
}

fn payload(tables: &Tables, post: &Post, username: &str, hook: &OutgoingHook, word: &str) -> Value {
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
    node.transact(|tables| publish_post(node, tables, reply, &hook.display_name));
}
