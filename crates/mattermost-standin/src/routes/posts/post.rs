//! Posts, one at a time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::posts::Post;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated};
use crate::events::publish_post::publish_post;
use crate::node::answer::{Answer, Refusal, created, done, ok, read, read_ids, tagged, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::outside::{notices, push};
use crate::routes::posts::outgoing_webhooks;
use crate::routes::posts::post_actions;

/// The product's `MaxPostSize` in characters.
pub(crate) const MAX_MESSAGE: usize = 16383;
/// What the column of old databases took.
const SHORT_MESSAGE: usize = 4000;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/posts", post(signed_in(create)))
        .route("/posts/ids", post(signed_in(by_ids)))
        .route("/posts/{post_id}", get(signed_in(by_id)).delete(signed_in(remove)))
        .route("/posts/{post_id}/patch", put(signed_in(patch)))
        .route("/posts/{post_id}/edit_history", get(signed_in(edits)))
        .route("/posts/{post_id}/info", get(signed_in(info)))
        .route("/posts/{post_id}/pin", post(signed_in(pin)))
        .route("/posts/{post_id}/unpin", post(signed_in(unpin)))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "post")?;
    let channel_id = text(&body, "channel_id");
    must_be_id(channel_id, "channel_id").map_err(|_| Refusal::body("channel_id"))?;
    let channel =
        node.channel(tables, channel_id).map_err(|_| Refusal::permission(&caller.user_id, "create_post"))?;
    caller.must_write(node, tables, &channel)?;
    if channel.delete_at > 0 {
        let message = "Can not post to deleted channel.";
        return Err(Refusal::new(400, "api.post.create_post.can_not_post_to_deleted.error", message));
    }
    let message = text(&body, "message");
    let id = ids::new_id();
    if message.chars().count() > most(node) {
        return Err(Refusal::new(
            400,
            "model.post.is_valid.message_length.app_error",
            "Post Message property is longer than the maximum permitted length.",
        )
        .detail(format!("id={id}")));
    }
    let pending = text(&body, "pending_post_id").to_owned();
    if let Some(known) = repeated(node, tables, &pending) {
        return created(&known);
    }
    let mut post = Post::new(id, node.world.tick(), &caller.user_id, channel_id, message, "");
    post.root_id = root(tables, channel_id, text(&body, "root_id"))?;
    if body["props"].is_object() {
        post.props = post_actions::keep(tables, &post.id, &body["props"]);
    }
    if tables.integrations.bots.contains_key(&caller.user_id) {
        post.props["from_bot"] = json!("true");
    }
    post.file_ids = attach(tables, &caller, &post, &body["file_ids"]);
    keep_priority(node, tables, &post.id, &body["metadata"]["priority"])?;
    if node.has("long-post-cut") {
        post.message = post.message.chars().take(SHORT_MESSAGE).collect();
    }
    if node.has("text-mangled") {
        post.message = post.message.replace(|letter: char| !letter.is_ascii(), "?");
    }
    if !pending.is_empty() {
        let mut known = node.pending.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(pending.clone(), post.id.clone());
    }
    let username = node.user(tables, &caller.user_id)?.username;
    if channel.is_personal() && node.has("direct-message-lost") {
        return created(&post.json(0, json!({})));
    }
    if node.has("duplicate-post") {
        let again = Post { id: ids::new_id(), create_at: node.world.tick(), ..post.clone() };
        tables.add_post(again);
    }
    let mut shown = publish_post(node, tables, post.clone(), &format!("@{username}"));
    outgoing_webhooks::send(node, tables, &post, &username);
    push::send(node, tables, &post, &username);
    notices::of_post(node, tables, &post, &username);
    shown["pending_post_id"] = json!(pending);
    created(&shown)
}

/// How many characters a message may have.
fn most(node: &NodeCore) -> usize {
    if node.has("long-post-refused") {
        SHORT_MESSAGE
    } else if node.has("longer-post-taken") {
        usize::MAX
    } else {
        MAX_MESSAGE
    }
}

/// What a post says of its urgency. To ask for an acknowledgement needs a licence, to be urgent does not.
fn keep_priority(node: &NodeCore, tables: &mut Tables, post: &str, given: &Value) -> Result<(), Refusal> {
    if !given.is_object() {
        return Ok(());
    }
    let asks = given["requested_ack"] == true;
    if asks && !node.world.clustered() {
        let message = "Your license does not support post acknowledgements.";
        return Err(Refusal::new(501, "license_error.feature_unavailable", message));
    }
    let priority = json!({
        "priority": given["priority"], "requested_ack": asks, "persistent_notifications": null,
    });
    tables.kept.priorities.insert(post.to_owned(), priority);
    Ok(())
}

/// The post that this very request already made on this node.
fn repeated(node: &NodeCore, tables: &Tables, pending: &str) -> Option<Value> {
    let known = node.pending.lock().unwrap_or_else(PoisonError::into_inner).get(pending).cloned()?;
    let mut shown = tables.posts.get(&known).map(|post| tables.post_json(post))?;
    // Recorded: the second answer lacks what only the writing one gathers.
    shown.as_object_mut()?.shift_remove("metadata");
    Some(shown)
}

fn root(tables: &Tables, channel: &str, root: &str) -> Result<String, Refusal> {
    let known = tables.posts.get(root).is_some_and(|post| post.channel_id == channel);
    if root.is_empty() || known {
        return Ok(root.to_owned());
    }
    Err(Refusal::new(400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter."))
}

/// Attaches the caller's own loose files of the same channel; others are left out without a word.
fn attach(tables: &mut Tables, caller: &Caller, post: &Post, file_ids: &Value) -> Vec<String> {
    let mut attached = Vec::new();
    for id in file_ids.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if let Some(file) = tables.files.get_mut(id)
            && file.post_id.is_empty()
            && file.user_id == caller.user_id
            && file.channel_id == post.channel_id
        {
            file.post_id.clone_from(&post.id);
            attached.push(id.to_owned());
        }
    }
    attached
}

/// A post that is there and that the caller may read.
pub(crate) fn readable(
    node: &NodeCore,
    tables: &Tables,
    caller: &Caller,
    id: &str,
    deleted: bool,
) -> Result<Post, Refusal> {
    must_be_id(id, "post_id")?;
    let post = tables.posts.get(id).cloned();
    let post = post
        .filter(|post| post.delete_at == 0 || deleted)
        .ok_or_else(|| Refusal::missing("app.post.get.app_error", "Unable to get the post.", "Post", id))?;
    caller.must_read(node, tables, &node.channel(tables, &post.channel_id)?)?;
    Ok(post)
}

fn by_id(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let deleted = query.get("include_deleted").is_some_and(|value| value == "true") && caller.admin;
    let post = readable(node, tables, &caller, &id, deleted)?;
    let etag = format!("{}.{}.{}", node.reported.version, post.id, post.update_at);
    tagged(ok(&tables.post_json(&post)), &etag)
}

fn by_ids(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let ids = read_ids(&body, "post_ids")?;
    let mut posts: Vec<Post> =
        ids.iter().filter_map(|id| readable(node, tables, &caller, id, false).ok()).collect();
    posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
    let list: Vec<Value> = posts.iter().map(|post| tables.post_json(post)).collect();
    ok(&list.into())
}

fn patch(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "post")?;
    let before = readable(node, tables, &caller, &id, false)?;
    caller.must_be(&before.user_id, "edit_others_posts")?;
    let now = node.world.tick();
    let mut after = before.clone();
    if let Some(message) = body["message"].as_str().filter(|message| *message != before.message) {
        message.clone_into(&mut after.message);
        after.edit_at = now;
    }
    if body["props"].is_object() {
        after.props = body["props"].clone();
    }
    after.update_at = now;
    if after.edit_at == now {
        tables.keep_former(before, now);
    }
    tables.posts.insert(id, after.clone());
    let shown = tables.post_json(&after);
    changed(node, tables, &after, "post_edited", json!({"post": shown.to_string()}));
    ok(&shown)
}

fn changed(node: &NodeCore, tables: &Tables, post: &Post, event: &'static str, data: Value) {
    node.invalidate(tables, &Outdated::Post { post: post.id.clone(), channel: post.channel_id.clone() });
    node.tell(tables, event, Audience::Channel(post.channel_id.clone()), data);
}

fn edits(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    let post = readable(node, tables, &caller, &id, false)?;
    caller.must_be(&post.user_id, "edit_post")?;
    let former = tables.edits.get(&id).cloned().unwrap_or_default();
    if former.is_empty() {
        return Err(Refusal::missing("app.post.get.app_error", "Unable to get the post.", "Post", &id));
    }
    let list: Vec<Value> = former.iter().map(|post| post.json(0, json!({}))).collect();
    ok(&list.into())
}

/// What a client asks for when somebody follows a link to a post.
fn info(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    let post = readable(node, tables, &caller, &id, false)?;
    let channel = node.channel(tables, &post.channel_id)?;
    let team = tables.teams.get(&channel.team_id);
    ok(&json!({
        "channel_id": channel.id, "channel_type": channel.kind, "channel_display_name": channel.display_name,
        "has_joined_channel": tables.in_channel(&channel.id, &caller.user_id),
        "team_id": channel.team_id, "team_type": team.map_or("", |team| &team.kind),
        "team_display_name": team.map_or("", |team| &team.display_name),
        "has_joined_team": tables.in_team(&channel.team_id, &caller.user_id),
    }))
}

fn pin(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    set_pinned(node, tables, &caller, &id, true)
}

fn unpin(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    set_pinned(node, tables, &caller, &id, false)
}

fn set_pinned(node: &NodeCore, tables: &mut Tables, caller: &Caller, id: &str, pinned: bool) -> Answer {
    let mut post = readable(node, tables, caller, id, false)?;
    let before = post.clone();
    let now = node.world.tick();
    post.is_pinned = pinned;
    post.update_at = now;
    // A change of state, and kept like one of text: recorded.
    tables.keep_former(before, now);
    tables.posts.insert(id.to_owned(), post.clone());
    let shown = tables.post_json(&post);
    changed(node, tables, &post, "post_edited", json!({"post": shown.to_string()}));
    done()
}

fn remove(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    let post = readable(node, tables, &caller, &id, false)?;
    caller.must_be(&post.user_id, "delete_others_posts")?;
    let shown = tables.post_json(&post).to_string();
    let now = node.world.tick();
    tables.delete_post(&post, &caller.user_id, now);
    changed(node, tables, &post, "post_deleted", json!({"delete_by": caller.user_id, "post": shown}));
    done()
}
