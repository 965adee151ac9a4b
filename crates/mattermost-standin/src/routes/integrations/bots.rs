//! Bots.
//!
//! Simpler than the product: a bot keeps its user name.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::Value;

use crate::db::ids;
use crate::db::integrations::Bot;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::page::Page;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/bots", get(signed_in(list)).post(signed_in(create)))
        .route("/bots/{bot_id}", get(signed_in(one)).put(signed_in(change)))
        .route("/bots/{bot_id}/disable", post(signed_in(disable)))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "bot")?;
    caller.must_be_admin("create_bot")?;
    if !node.settings().on("ServiceSettings", "EnableBotAccountCreation") {
        let message = "Bot account creation is disabled.";
        return Err(Refusal::new(403, "api.bot.create_disabled", message));
    }
    let (id, now, username) = (ids::new_id(), node.world.tick(), text(&body, "username").to_lowercase());
    let bot = Bot {
        user_id: id.clone(),
        username,
        display_name: text(&body, "display_name").into(),
        description: text(&body, "description").into(),
        owner_id: caller.user_id,
        create_at: now,
        update_at: now,
        delete_at: 0,
    };
    let shown = bot.json();
    if tables.user_named(&bot.username).is_some() {
        let message = "An account with that username already exists.";
        return Err(Refusal::new(400, "app.user.save.username_exists.app_error", message));
    }
    tables.users.insert(id.clone(), bot.account());
    tables.integrations.bots.insert(id, bot);
    created(&shown)
}

#[derive(Deserialize)]
struct WhichBots {
    #[serde(default)]
    include_deleted: bool,
}

fn list(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Query(page): Query<Page>,
    Query(which): Query<WhichBots>,
) -> Answer {
    caller.must_be_admin("read_bots")?;
    let asked = |bot: &&Bot| bot.delete_at == 0 || which.include_deleted;
    let bots: Vec<Value> = page.of(tables.integrations.bots.values().filter(asked)).map(Bot::json).collect();
    ok(&bots.into())
}

fn one(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    must_be_id(&id, "bot_user_id")?;
    caller.must_be_admin("read_bots")?;
    let bot = tables.integrations.bots.get(&id).cloned();
    let bot = bot.ok_or_else(|| {
        Refusal::missing("store.sql_bot.get.missing.app_error", "Bot does not exist.", "bot", &id)
    })?;
    ok(&bot.json())
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    caller.must_be_admin("manage_others_bots")?;
    let (body, now) = (read(&body, "bot")?, node.world.tick());
    let bot = tables.integrations.bots.get_mut(&id).ok_or_else(|| {
        Refusal::missing("store.sql_bot.get.missing.app_error", "Bot does not exist.", "bot", &id)
    })?;
    text(&body, "display_name").clone_into(&mut bot.display_name);
    text(&body, "description").clone_into(&mut bot.description);
    bot.update_at = now;
    ok(&bot.json())
}

/// Its account is deactivated with it.
fn disable(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    must_be_id(&id, "bot_user_id")?;
    caller.must_be_admin("manage_others_bots")?;
    let now = node.world.tick();
    let bot = tables.integrations.bots.get_mut(&id).ok_or_else(|| {
        Refusal::missing("store.sql_bot.get.missing.app_error", "Bot does not exist.", "bot", &id)
    })?;
    bot.delete_at = now;
    let shown = bot.json();
    if let Some(user) = tables.users.get_mut(&id) {
        user.delete_at = now;
    }
    ok(&shown)
}
