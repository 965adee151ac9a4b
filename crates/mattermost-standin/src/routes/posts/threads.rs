//! Threads that somebody follows: those they wrote in, until they follow them no more.
//!
//! Simpler than the product: nobody follows a thread without having written in it, and none is ever read.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, put};
use serde_json::{Value, json};

use crate::db::posts::Post;
use crate::db::tables::{Tables, pair};
use crate::node::answer::{Answer, Refusal, done, ok};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/teams/{team_id}/threads", get(signed_in(list)))
        .route("/users/{user_id}/teams/{team_id}/threads/{post_id}", get(signed_in(one)))
        .route(
            "/users/{user_id}/teams/{team_id}/threads/{post_id}/following",
            put(signed_in(follow)).delete(signed_in(unfollow)),
        )
}

fn answers<'t>(tables: &'t Tables, root: &Post) -> Vec<&'t Post> {
    let ids = tables.channel_posts.get(&root.channel_id).map_or(&[][..], Vec::as_slice);
    let posts = ids.iter().filter_map(|id| tables.posts.get(id));
    posts.filter(|post| post.root_id == root.id && post.delete_at == 0).collect()
}

/// The thread of a root as a follower sees it; nothing for whoever does not follow it.
fn thread(tables: &Tables, root: &Post, user: &str) -> Option<Value> {
    let answers = answers(tables, root);
    let wrote = root.user_id == user || answers.iter().any(|post| post.user_id == user);
    if answers.is_empty() || !wrote || tables.kept.unfollowed.contains(&pair(&root.id, user)) {
        return None;
    }
    let name = tables.users.get(user).map(|user| format!("@{}", user.username)).unwrap_or_default();
    let unread: Vec<&&Post> = answers.iter().filter(|post| post.user_id != user).collect();
    let mentions = unread.iter().filter(|post| post.message.contains(&name)).count();
    let mut writers: Vec<&str> = answers.iter().map(|post| post.user_id.as_str()).collect();
    writers.sort_unstable();
    writers.dedup();
    // All but the id is empty: recorded.
    let participant = |id: &&str| {
        json!({
            "id": id, "delete_at": 0, "username": "", "auth_data": "", "auth_service": "", "email": "",
            "nickname": "", "first_name": "", "last_name": "", "position": "", "roles": "", "locale": "",
            "timezone": null, "disable_welcome_email": false,
        })
    };
    let participants: Vec<Value> = writers.iter().map(participant).collect();
    Some(json!({
        "id": root.id, "reply_count": answers.len(), "last_reply_at": answers.last().map(|post| post.create_at),
        "last_viewed_at": 0, "participants": participants, "post": tables.post_json(root),
        "unread_replies": unread.len(), "unread_mentions": mentions, "is_urgent": false, "delete_at": 0,
    }))
}

fn list(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, team)): Path<(String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let here = |root: &&Post| {
        root.root_id.is_empty()
            && root.delete_at == 0
            && tables.in_channel(&root.channel_id, &user)
            && tables.channels.get(&root.channel_id).is_some_and(|channel| channel.team_id == team)
    };
    let mut roots: Vec<&Post> = tables.posts.values().filter(here).collect();
    roots.sort_by_key(|root| std::cmp::Reverse(root.create_at));
    let threads: Vec<Value> = roots.into_iter().filter_map(|root| thread(tables, root, &user)).collect();
    let sum = |field: &str| threads.iter().filter_map(|one| one[field].as_i64()).sum::<i64>();
    ok(&json!({
        "total": threads.len(), "total_unread_threads": threads.len(),
        "total_unread_mentions": sum("unread_mentions"), "total_unread_urgent_mentions": 0, "threads": threads,
    }))
}

fn one(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, _team, id)): Path<(String, String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let root = tables.posts.get(&id).filter(|root| root.delete_at == 0);
    let found = root.and_then(|root| thread(tables, root, &user));
    let missing = || Refusal::new(404, "app.user.get_threads_for_user.not_found", "Thread does not exist.");
    ok(&found.ok_or_else(missing)?)
}

fn follow(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, _team, id)): Path<(String, String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    tables.kept.unfollowed.remove(&pair(&id, &user));
    done()
}

fn unfollow(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, _team, id)): Path<(String, String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    tables.kept.unfollowed.insert(pair(&id, &user));
    done()
}
