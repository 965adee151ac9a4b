//! Posts in lists: the pages of a channel, threads, pinned posts, search.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use crate::db::posts::Post;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, ok, read, tagged, text, uncached};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::posts::post::readable;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/channels/{channel_id}/posts", get(signed_in(page)))
        .route("/channels/{channel_id}/pinned", get(signed_in(pinned)))
        .route("/posts/{post_id}/thread", get(signed_in(thread)))
        .route("/teams/{team_id}/posts/search", post(signed_in(search)))
}

/// `order` and `posts`, as every list of posts has them.
pub(crate) fn listing(tables: &Tables, posts: &[&Post]) -> Value {
    let order: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    let by_id: Map<String, Value> =
        posts.iter().map(|post| (post.id.clone(), tables.post_json(post))).collect();
    json!({
        "order": order, "posts": by_id, "next_post_id": "", "prev_post_id": "",
        "first_inaccessible_post_time": 0,
    })
}

/// What a list of posts is known by: its first and last, and when one of them changed last.
fn list_etag(node: &NodeCore, posts: &[&Post]) -> String {
    let id = |post: Option<&&Post>| post.map_or("", |post| post.id.as_str()).to_owned();
    let changed = posts.iter().map(|post| post.update_at).max().unwrap_or(0);
    format!("{}.{}.{}.{changed}", node.reported.version, id(posts.first()), id(posts.last()))
}

fn page(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    caller.reading(node, tables, &id)?;
    let since = query.get("since").and_then(|value| value.parse::<i64>().ok());
    let etag = format!("{}.{}", node.reported.version, last_change(node, tables, &id));
    let said = headers.get(header::IF_NONE_MATCH);
    let known = said.is_some_and(|value| {
        (value.as_bytes() == etag.as_bytes() && !node.has("known-page-again"))
            || node.has("new-page-kept-back")
    });
    if known && since.is_none() {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let posts = of_channel(tables, &id);
    let list = match since {
        Some(since) => {
            let changed: Vec<&Post> = posts.into_iter().filter(|post| post.update_at > since).collect();
            listing(tables, &changed)
        }
        None => {
            let posts = posts.into_iter().filter(|post| post.delete_at == 0).collect();
            window(tables, posts, &query, Slip::of(node))
        }
    };
    let packs = headers.get(header::ACCEPT_ENCODING).is_some_and(|kinds| kinds.as_bytes() == b"gzip");
    let answer = if packs { packed(node, list) } else { ok(&list) };
    if since.is_none() { tagged(answer, &etag) } else { answer }
}

/// An answer as it goes to who can unpack it. Simpler than the product: it packs pages of posts alone, and small ones too.
fn packed(node: &NodeCore, mut list: Value) -> Answer {
    if node.has("packed-page-short")
        && let Some(order) = list["order"].as_array_mut()
    {
        order.pop();
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    let written = packed.write_all(list.to_string().as_bytes()).and_then(|()| packed.finish());
    let Ok(bytes) = written else { return ok(&list) };
    let kind = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_ENCODING, "gzip")];
    Ok((StatusCode::OK, kind, bytes).into_response())
}

/// How pages may fail to meet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slip {
    None,
    /// Each page but the first begins with the last one of the page before.
    Overlap,
    /// What comes right before a message is left out.
    Gap,
    /// What comes right after a message is left out.
    GapAfter,
}

impl Slip {
    fn of(node: &NodeCore) -> Self {
        let known = [
            ("pages-overlap", Self::Overlap),
            ("cursor-skips", Self::Gap),
            ("later-cursor-skips", Self::GapAfter),
        ];
        known.into_iter().find(|(name, _)| node.has(name)).map_or(Self::None, |(_, slip)| slip)
    }
}

/// All posts of a channel, newest first.
fn of_channel<'a>(tables: &'a Tables, channel: &str) -> Vec<&'a Post> {
    let ids = tables.channel_posts.get(channel).map_or(&[][..], Vec::as_slice);
    let mut posts: Vec<&Post> = ids.iter().filter_map(|id| tables.posts.get(id)).collect();
    posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
    posts
}

/// The part that `page`, `per_page`, `before` and `after` ask for, of posts that are newest first.
fn window(tables: &Tables, posts: Vec<&Post>, query: &HashMap<String, String>, slip: Slip) -> Value {
    let number =
        |key: &str, default: usize| query.get(key).map_or(default, |value| value.parse().unwrap_or(default));
    let (page, size) = (number("page", 0), number("per_page", 60).clamp(1, 200));
    let at = |key: &str| {
        let wanted = query.get(key)?;
        posts.iter().position(|post| post.id == *wanted)
    };
    let part: &[&Post] = match (at("after"), at("before")) {
        (Some(index), _) => {
            let end = index.saturating_sub(usize::from(slip == Slip::GapAfter));
            &posts[end.saturating_sub(size)..end]
        }
        (_, Some(index)) => posts.get(index + 1 + usize::from(slip == Slip::Gap)..).unwrap_or_default(),
        (None, None) => {
            let begin = page.saturating_mul(size);
            posts.get(begin.saturating_sub(usize::from(slip == Slip::Overlap))..).unwrap_or_default()
        }
    };
    let part = &part[..part.len().min(size)];
    let mut list = listing(tables, part);
    let beside = |post: Option<&&Post>| post.map_or("", |post| post.id.as_str()).to_owned();
    if let (Some(first), Some(last)) = (part.first(), part.last()) {
        let place = |wanted: &Post| posts.iter().position(|post| post.id == wanted.id);
        let newer = place(first).and_then(|index| index.checked_sub(1)).and_then(|index| posts.get(index));
        let older = place(last).and_then(|index| posts.get(index + 1));
        list["next_post_id"] = json!(beside(newer));
        list["prev_post_id"] = json!(beside(older));
    }
    list
}

/// When something in a channel changed last, as this node remembers it.
fn last_change(node: &NodeCore, tables: &Tables, channel: &str) -> i64 {
    let mut memory = node.caches.locked();
    if let Some(time) = memory.page_times.get(channel) {
        return *time;
    }
    let ids = tables.channel_posts.get(channel).map_or(&[][..], Vec::as_slice);
    let time = ids.iter().filter_map(|id| tables.posts.get(id)).map(|post| post.update_at).max().unwrap_or(0);
    memory.page_times.insert(channel.to_owned(), time);
    time
}

fn pinned(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.reading(node, tables, &id)?;
    let posts: Vec<&Post> =
        of_channel(tables, &id).into_iter().filter(|post| post.is_pinned && post.delete_at == 0).collect();
    tagged(ok(&listing(tables, &posts)), &list_etag(node, &posts))
}

fn thread(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    let post = readable(node, tables, &caller, &id, false)?;
    let root = if post.root_id.is_empty() { id } else { post.root_id };
    let bare = node.has("thread-without-replies");
    let mut posts: Vec<&Post> = of_channel(tables, &post.channel_id)
        .into_iter()
        .filter(|post| post.id == root || (post.root_id == root && !bare))
        .filter(|post| post.delete_at == 0)
        .collect();
    posts.reverse();
    let mut list = listing(tables, &posts);
    list["has_next"] = json!(false);
    tagged(ok(&list), &list_etag(node, &posts))
}

fn search(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(team_id): Path<String>,
    body: Bytes,
) -> Answer {
    must_be_id(&team_id, "team_id")?;
    let body = read(&body, "search_params")?;
    let terms = text(&body, "terms").to_lowercase();
    let any = body["is_or_search"].as_bool().unwrap_or_default();
    let fits = |post: &Post| {
        let message = post.message.to_lowercase();
        let mut words = terms.split_whitespace();
        let found = |word: &str| message.contains(word.trim_matches('"'));
        if any { words.any(found) } else { words.all(found) }
    };
    let here = |post: &Post| {
        let channel = tables.channels.get(&post.channel_id);
        channel.is_some_and(|channel| channel.team_id == team_id || channel.is_personal())
            && tables.in_channel(&post.channel_id, &caller.user_id)
    };
    let mut posts: Vec<&Post> = tables
        .posts
        .values()
        .filter(|post| post.delete_at == 0 && post.kind.is_empty() && !terms.is_empty())
        .filter(|post| fits(post) && here(post))
        .collect();
    posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
    let mut list = listing(tables, &posts);
    list["matches"] = Value::Null;
    uncached(ok(&list))
}
