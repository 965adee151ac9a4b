//! What somebody does with a message for themselves: save it, be reminded of it, acknowledge it.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use serde_json::json;
use std::collections::HashMap;

use crate::db::kept::Reminder;
use crate::db::posts::Post;
use crate::db::tables::Tables;
use crate::events::bus::Outdated;
use crate::node::answer::{Answer, Refusal, done, ok, read};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;
use crate::routes::posts::post::readable;
use crate::routes::posts::post_lists::listing;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/posts/flagged", get(signed_in(saved)))
        .route("/users/{user_id}/posts/{post_id}/reminder", post(signed_in(remind)))
        .route(
            "/users/{user_id}/posts/{post_id}/ack",
            post(signed_in(acknowledge)).delete(signed_in(take_back)),
        )
}

/// Those of the preference `flagged_post`, newest first.
fn saved(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let marked = tables.personal.preferences.keys();
    let marked = marked.filter(|(owner, category, _)| *owner == user && category == "flagged_post");
    let here = |post: &&Post| {
        let team = tables.channels.get(&post.channel_id).map(|channel| channel.team_id.as_str());
        let wanted = query.get("team_id").is_none_or(|wanted| team == Some(wanted) || team == Some(""));
        post.delete_at == 0 && wanted && tables.in_channel(&post.channel_id, &user)
    };
    let mut posts: Vec<&Post> = marked.filter_map(|(.., post)| tables.posts.get(post)).filter(here).collect();
    posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
    ok(&listing(tables, &posts))
}

fn remind(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, post)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    readable(node, tables, &caller, &post, false)?;
    let body = read(&body, "target_time")?;
    let target_time = body["target_time"].as_i64().ok_or_else(|| Refusal::body("target_time"))?;
    tables.kept.reminders.retain(|other| other.user != user || other.post != post || other.done);
    tables.kept.reminders.push(Reminder { user, post, target_time, done: false });
    done()
}

/// Recorded: the error has neither id nor message.
fn licensed(node: &NodeCore) -> Result<(), Refusal> {
    if node.world.clustered() {
        return Ok(());
    }
    let detail = "feature is not available for the current license";
    Err(Refusal::new(501, "<untranslated>", "<untranslated>").detail(detail))
}

fn acknowledge(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Answer {
    licensed(node)?;
    let user = caller.owning(&user, "edit_other_users")?;
    let post = readable(node, tables, &caller, &id, false)?;
    let row = json!({
        "user_id": user, "post_id": id, "acknowledged_at": node.world.tick(), "channel_id": post.channel_id,
        "remote_id": "",
    });
    let list = tables.kept.acknowledgements.entry(id.clone()).or_default();
    list.retain(|other| other["user_id"] != user.as_str());
    list.push(row.clone());
    touched(node, tables, post);
    ok(&row)
}

fn take_back(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Answer {
    licensed(node)?;
    let user = caller.owning(&user, "edit_other_users")?;
    let post = readable(node, tables, &caller, &id, false)?;
    if let Some(list) = tables.kept.acknowledgements.get_mut(&id) {
        list.retain(|other| other["user_id"] != user.as_str());
    }
    touched(node, tables, post);
    done()
}

fn touched(node: &NodeCore, tables: &mut Tables, post: Post) {
    let now = node.world.tick();
    if let Some(row) = tables.posts.get_mut(&post.id) {
        row.update_at = now;
    }
    node.invalidate(tables, &Outdated::Post { post: post.id, channel: post.channel_id });
}
