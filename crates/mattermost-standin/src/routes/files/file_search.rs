//! The search for files by their names and by what is written in them.
//!
//! Simpler than the product: a text is read at each search, words are found wherever they stand, and nothing is ranked.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use serde_json::{Map, Value, json};

use crate::db::posts::FileInfo;
use crate::node::answer::{Answer, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::routes::files::file_bytes::fetch;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().route("/teams/{team_id}/files/search", post(search))
}

async fn search(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(team): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "terms")?;
    let words: Vec<&str> = text(&body, "terms").split_whitespace().collect();
    let candidates = node.transact(|tables| {
        caller.visiting(&node, tables, &team)?;
        let mine = |info: &&FileInfo| {
            let here = tables.channels.get(&info.channel_id).is_some_and(|channel| channel.team_id == team);
            here && !info.post_id.is_empty() && tables.in_channel(&info.channel_id, &caller.user_id)
        };
        let mut infos: Vec<FileInfo> = tables.files.values().filter(mine).cloned().collect();
        infos.sort_by_key(|info| std::cmp::Reverse(info.create_at));
        Ok(infos)
    })?;
    let (mut order, mut found) = (Vec::new(), Map::new());
    for info in candidates {
        let mut said = info.name.clone();
        if info.mime_type.starts_with("text/") {
            said.push_str(&String::from_utf8_lossy(&fetch(&node, &info.key).await?));
        }
        if !words.is_empty() && words.iter().all(|word| said.contains(word)) {
            order.push(Value::from(info.id.clone()));
            found.insert(info.id.clone(), info.json());
        }
    }
    ok(&json!({
        "order": order, "file_infos": found, "next_file_info_id": "", "prev_file_info_id": "",
        "first_inaccessible_file_time": 0,
    }))
}
