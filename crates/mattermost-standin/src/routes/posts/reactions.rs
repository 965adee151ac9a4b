//! Reactions to posts.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{delete, get, post};
use serde_json::{Value, json};

use crate::db::posts::Reaction;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated};
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;
use crate::routes::posts::post::readable;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/reactions", post(signed_in(add)))
        .route("/posts/{post_id}/reactions", get(signed_in(list)))
        .route("/users/{user_id}/posts/{post_id}/reactions/{emoji}", delete(signed_in(remove)))
}

fn add(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "reaction")?;
    let (user_id, post_id, emoji) =
        (text(&body, "user_id"), text(&body, "post_id"), text(&body, "emoji_name"));
    if user_id != caller.user_id {
        return Err(Refusal::new(
            403,
            "api.reaction.save_reaction.user_id.app_error",
            "You cannot save reaction for the other user.",
        ));
    }
    if emoji.is_empty() {
        return Err(Refusal::body("reaction"));
    }
    let post = readable(node, tables, &caller, post_id, false)?;
    let reaction = Reaction {
        user_id: user_id.into(),
        post_id: post_id.into(),
        emoji_name: emoji.into(),
        create_at: node.world.tick(),
        channel_id: post.channel_id.clone(),
    };
    let list = tables.reactions.entry(post_id.to_owned()).or_default();
    list.retain(|other| other.user_id != user_id || other.emoji_name != emoji);
    list.push(reaction.clone());
    changed(node, tables, "reaction_added", &reaction);
    // 200, not 201: recorded.
    ok(&reaction.json())
}

fn changed(node: &NodeCore, tables: &Tables, event: &'static str, reaction: &Reaction) {
    let Reaction { post_id, channel_id, .. } = reaction;
    node.invalidate(tables, &Outdated::Post { post: post_id.clone(), channel: channel_id.clone() });
    let data = json!({"reaction": reaction.json().to_string()});
    node.tell(tables, event, Audience::Channel(channel_id.clone()), data);
}

fn list(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    readable(node, tables, &caller, &id, false)?;
    let mut memory = node.caches.locked();
    let known = memory.reactions.entry(id.clone()).or_insert_with(|| {
        // Read once; from then on this node remembers.
        tables.reactions.get(&id).cloned().unwrap_or_default()
    });
    let list: Vec<Value> = known.iter().map(Reaction::json).collect();
    ok(&list.into())
}

fn remove(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, post, emoji)): Path<(String, String, String)>,
) -> Answer {
    let user = caller.owning(&user, "remove_others_reactions")?;
    let list = tables.reactions.entry(post).or_default();
    let place = list.iter().position(|one| one.user_id == user && one.emoji_name == emoji);
    let gone = place.map(|place| list.remove(place));
    if let Some(reaction) = gone {
        changed(node, tables, "reaction_removed", &reaction);
    }
    done()
}
