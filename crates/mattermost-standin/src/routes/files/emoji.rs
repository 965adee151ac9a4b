//! Emojis of people's own making.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::routing::get;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::posts::Emoji;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated};
use crate::files::media;
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::files::file_bytes::{DAY, PictureForm, fetch, keep, picture};

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/emoji", get(signed_in(list)).post(create))
        .route("/emoji/name/{name}", get(signed_in(by_name)))
        .route("/emoji/{emoji_id}", get(signed_in(by_id)).delete(remove))
        .route("/emoji/{emoji_id}/image", get(image))
}

async fn create(State(node): State<Arc<NodeCore>>, caller: Caller, request: Request) -> Answer {
    let form = PictureForm::read(request).await?;
    let told = read(form.emoji.as_bytes(), "emoji")?;
    let name = text(&told, "name").to_owned();
    if text(&told, "creator_id") != caller.user_id {
        return Err(Refusal::permission(&caller.user_id, "create_emojis"));
    }
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_-+".contains(letter);
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        return Err(Refusal::body("emoji"));
    }
    if node.transact(|tables| tables.emojis.values().any(|emoji| emoji.name == name)) {
        return Err(Refusal::new(
            400,
            "api.emoji.create.duplicate.app_error",
            "Unable to create emoji. Another emoji with the same name already exists.",
        ));
    }
    let mime_type = media::mime_type(if form.image.starts_with(b"GIF8") { "e.gif" } else { "e.png" }).into();
    let create_at = node.world.tick();
    let emoji = Emoji { id: ids::new_id(), create_at, creator_id: caller.user_id, name, mime_type };
    keep(&node, &emoji.key(), form.image).await?;
    node.transact(|tables| {
        tables.emojis.insert(emoji.id.clone(), emoji.clone());
        node.tell(tables, "emoji_added", Audience::All, json!({"emoji": emoji.json().to_string()}));
    });
    // 200, not 201: recorded.
    ok(&emoji.json())
}

fn list(_node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller) -> Answer {
    let list: Vec<Value> = tables.emojis.values().map(Emoji::json).collect();
    ok(&list.into())
}

fn by_name(node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller, Path(name): Path<String>) -> Answer {
    let mut memory = node.caches.locked();
    if let Some(known) = memory.emojis.values().find(|emoji| emoji.name == name) {
        return ok(&known.json());
    }
    let found = tables.emojis.values().find(|emoji| emoji.name == name).cloned();
    let found = found.ok_or_else(|| missing("app.emoji.get_by_name.no_result", &format!("Name={name}")))?;
    memory.emojis.insert(found.id.clone(), found.clone());
    ok(&found.json())
}

fn by_id(node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller, Path(id): Path<String>) -> Answer {
    ok(&known(node, tables, &id)?.json())
}

fn known(node: &NodeCore, tables: &Tables, id: &str) -> Result<Emoji, Refusal> {
    must_be_id(id, "emoji_id")?;
    if let Some(known) = node.caches.locked().emojis.get(id) {
        return Ok(known.clone());
    }
    let found = tables.emojis.get(id).cloned();
    found.ok_or_else(|| missing("app.emoji.get.no_result", &format!("Id={id}")))
}

fn missing(error: &str, which: &str) -> Refusal {
    Refusal::missing(error, "We couldn’t find the emoji.", "Emoji", which)
}

async fn image(
    State(node): State<Arc<NodeCore>>,
    _caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let emoji = node.transact(|tables| known(&node, tables, &id))?;
    picture(fetch(&node, &emoji.key()).await?, &emoji.mime_type, 30 * DAY, None, &headers)
}

/// The emoji goes; its picture is moved aside in the store, as recorded.
async fn remove(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    let emoji = node.transact(|tables| known(&node, tables, &id))?;
    caller.must_be(&emoji.creator_id, "delete_others_emojis")?;
    let (key, aside) = (emoji.key(), format!("{}_deleted", emoji.key()));
    keep(&node, &aside, fetch(&node, &key).await?).await?;
    let gone = node.world.options.files.delete(&key).await;
    gone.map_err(|error| Refusal::new(500, "api.file.move_file.app_error", &error.to_string()))?;
    node.transact(|tables| {
        tables.emojis.shift_remove(&id);
        node.invalidate(tables, &Outdated::Emoji(id));
    });
    done()
}
