//! Posts, one at a time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::announce::announce;
use crate::answer::{Answer, Refusal, created, done, ok, read, read_ids, tagged, text};
use crate::bus::{Audience, Stale};
use crate::buttons;
use crate::core::NodeCore;
use crate::identity::{Caller, must_be_id};
use crate::ids;
use crate::messages::Post;
use crate::triggers;

/// The product's `MaxPostSize` in characters.
const MAX_MESSAGE: usize = 16383;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/posts", post(create))
        .route("/posts/ids", post(by_ids))
        .route("/posts/{post_id}", get(by_id).delete(remove))
        .route("/posts/{post_id}/patch", put(patch))
        .route("/posts/{post_id}/edit_history", get(edits))
        .route("/posts/{post_id}/info", get(info))
        .route("/posts/{post_id}/pin", post(pin))
        .route("/posts/{post_id}/unpin", post(unpin))
}

async fn create(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "post")?;
    let channel_id = text(&body, "channel_id");
    must_be_id(channel_id, "channel_id").map_err(|_| Refusal::body("channel_id"))?;
    let channel =
        node.channel(channel_id).map_err(|_| Refusal::permission(&caller.user_id, "create_post"))?;
    caller.must_write(&node, &channel)?;
    if channel.delete_at > 0 {
        let message = "Can not post to deleted channel.";
        return Err(Refusal::new(400, "api.post.create_post.can_not_post_to_deleted.error", message));
    }
    let message = text(&body, "message");
    let id = ids::new_id();
    if message.chars().count() > MAX_MESSAGE {
        return Err(Refusal::new(
            400,
            "model.post.is_valid.message_length.app_error",
            "Post Message property is longer than the maximum permitted length.",
        )
        .detail(format!("id={id}")));
    }
    let pending = text(&body, "pending_post_id").to_owned();
    if let Some(known) = repeated(&node, &pending) {
        return created(&known);
    }
    let mut post = Post::new(id, node.world.tick(), &caller.user_id, channel_id, message, "");
    post.root_id = root(&node, channel_id, text(&body, "root_id"))?;
    if body["props"].is_object() {
        post.props = buttons::keep(&node, &post.id, &body["props"]);
    }
    if node.world.tables().integrations.bots.contains_key(&caller.user_id) {
        post.props["from_bot"] = json!("true");
    }
    post.file_ids = attach(&node, &caller, &post, &body["file_ids"]);
    if node.has("text-mangled") {
        post.message = post.message.replace(|letter: char| !letter.is_ascii(), "?");
    }
    if !pending.is_empty() {
        let mut known = node.pending.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(pending.clone(), post.id.clone());
    }
    let username = node.user(&caller.user_id)?.username;
    let lost = node.has("lost-post")
        || (node.has("reply-lost") && !post.root_id.is_empty())
        || (node.has("direct-message-lost") && channel.is_personal());
    if lost {
        return created(&post.json(0, json!({})));
    }
    if node.has("duplicate-post") {
        let again = Post { id: ids::new_id(), create_at: node.world.tick(), ..post.clone() };
        node.world.tables().add_post(again);
    }
    let mut shown = announce(&node, post.clone(), &format!("@{username}"));
    triggers::send(&node, &post, &username);
    shown["pending_post_id"] = json!(pending);
    created(&shown)
}

/// The post that this very request already made on this node.
fn repeated(node: &NodeCore, pending: &str) -> Option<Value> {
    let known = node.pending.lock().unwrap_or_else(PoisonError::into_inner).get(pending).cloned()?;
    let tables = node.world.tables();
    let mut shown = tables.posts.get(&known).map(|post| tables.post_json(post))?;
    // Recorded: the second answer lacks what only the writing one gathers.
    shown.as_object_mut()?.shift_remove("metadata");
    Some(shown)
}

fn root(node: &NodeCore, channel: &str, root: &str) -> Result<String, Refusal> {
    let known = node.world.tables().posts.get(root).is_some_and(|post| post.channel_id == channel);
    if root.is_empty() || known {
        return Ok(root.to_owned());
    }
    Err(Refusal::new(400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter."))
}

/// Attaches the caller's own loose files of the same channel; others are left out without a word.
fn attach(node: &NodeCore, caller: &Caller, post: &Post, file_ids: &Value) -> Vec<String> {
    let mut tables = node.world.tables();
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
pub(super) fn readable(node: &NodeCore, caller: &Caller, id: &str, deleted: bool) -> Result<Post, Refusal> {
    must_be_id(id, "post_id")?;
    let post = node.world.tables().posts.get(id).cloned();
    let post = post
        .filter(|post| post.delete_at == 0 || deleted)
        .ok_or_else(|| Refusal::missing("app.post.get.app_error", "Unable to get the post.", "Post", id))?;
    caller.must_read(node, &node.channel(&post.channel_id)?)?;
    Ok(post)
}

async fn by_id(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let deleted = query.get("include_deleted").is_some_and(|value| value == "true") && caller.admin;
    let post = readable(&node, &caller, &id, deleted)?;
    let etag = format!("{}.{}.{}", node.reported.version, post.id, post.update_at);
    tagged(ok(&node.world.tables().post_json(&post)), &etag)
}

async fn by_ids(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let ids = read_ids(&body, "post_ids")?;
    let mut posts: Vec<Post> = ids.iter().filter_map(|id| readable(&node, &caller, id, false).ok()).collect();
    posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
    let tables = node.world.tables();
    let list: Vec<Value> = posts.iter().map(|post| tables.post_json(post)).collect();
    ok(&list.into())
}

async fn patch(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "post")?;
    let before = readable(&node, &caller, &id, false)?;
    if !node.has("anyone-edits") {
        caller.must_be(&before.user_id, "edit_others_posts")?;
    }
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
    if node.has("edit-not-seen") {
        return ok(&node.world.tables().post_json(&after));
    }
    let lost_history = node.has("edit-history-lost");
    let shown = {
        let mut tables = node.world.tables();
        if after.edit_at == now && !lost_history {
            tables.keep_former(before, now);
        }
        tables.posts.insert(id, after.clone());
        tables.post_json(&after)
    };
    changed(&node, &after, "post_edited", json!({"post": shown.to_string()}));
    ok(&shown)
}

fn changed(node: &NodeCore, post: &Post, event: &'static str, data: Value) {
    node.invalidate(&Stale::Post { post: post.id.clone(), channel: post.channel_id.clone() });
    node.tell(event, Audience::Channel(post.channel_id.clone()), data);
}

async fn edits(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    let post = readable(&node, &caller, &id, false)?;
    caller.must_be(&post.user_id, "edit_post")?;
    let former = node.world.tables().edits.get(&id).cloned().unwrap_or_default();
    if former.is_empty() {
        return Err(Refusal::missing("app.post.get.app_error", "Unable to get the post.", "Post", &id));
    }
    let list: Vec<Value> = former.iter().map(|post| post.json(0, json!({}))).collect();
    ok(&list.into())
}

/// What a client asks for when somebody follows a link to a post.
async fn info(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    let post = readable(&node, &caller, &id, false)?;
    let channel = node.channel(&post.channel_id)?;
    let tables = node.world.tables();
    let team = tables.teams.get(&channel.team_id);
    ok(&json!({
        "channel_id": channel.id, "channel_type": channel.kind, "channel_display_name": channel.display_name,
        "has_joined_channel": tables.in_channel(&channel.id, &caller.user_id),
        "team_id": channel.team_id, "team_type": team.map_or("", |team| &team.kind),
        "team_display_name": team.map_or("", |team| &team.display_name),
        "has_joined_team": tables.in_team(&channel.team_id, &caller.user_id),
    }))
}

async fn pin(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    set_pinned(&node, &caller, &id, true)
}

async fn unpin(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    set_pinned(&node, &caller, &id, false)
}

fn set_pinned(node: &NodeCore, caller: &Caller, id: &str, pinned: bool) -> Answer {
    let mut post = readable(node, caller, id, false)?;
    if node.has("pin-lost") {
        return done();
    }
    let before = post.clone();
    let now = node.world.tick();
    post.is_pinned = pinned;
    post.update_at = now;
    let lost_history = node.has("edit-history-lost");
    let shown = {
        let mut tables = node.world.tables();
        if !lost_history {
            // A change of state, and kept like one of text: recorded.
            tables.keep_former(before, now);
        }
        tables.posts.insert(id.to_owned(), post.clone());
        tables.post_json(&post)
    };
    changed(node, &post, "post_edited", json!({"post": shown.to_string()}));
    done()
}

async fn remove(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    let post = readable(&node, &caller, &id, false)?;
    if !node.has("anyone-deletes") {
        caller.must_be(&post.user_id, "delete_others_posts")?;
    }
    if node.has("delete-not-done") {
        return done();
    }
    let shown = node.world.tables().post_json(&post).to_string();
    let now = node.world.tick();
    node.world.tables().delete_post(&post, &caller.user_id, now);
    changed(&node, &post, "post_deleted", json!({"delete_by": caller.user_id, "post": shown}));
    done()
}
