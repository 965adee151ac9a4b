//! Messages that are sent later: by whom, and when, is `node/due.rs`.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::kept::take_over;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, json_response, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/posts/schedule", post(signed_in(create)))
        .route("/posts/schedule/{scheduled_id}", put(signed_in(change)).delete(signed_in(remove)))
        .route("/posts/scheduled/team/{team_id}", get(signed_in(list)))
}

/// Recorded: 400, where other features say 501.
fn licensed(node: &NodeCore) -> Result<(), Refusal> {
    if node.world.clustered() {
        return Ok(());
    }
    let message = "Scheduled posts feature requires a license";
    Err(Refusal::new(400, "api.scheduled_posts.license_error", message))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    licensed(node)?;
    let body = read(&body, "schedule_post")?;
    let channel = node.channel(tables, text(&body, "channel_id"))?;
    caller.must_write(node, tables, &channel)?;
    let (id, now) = (ids::new_id(), node.world.tick());
    let row = json!({
        "create_at": now, "update_at": now, "delete_at": 0, "user_id": caller.user_id, "channel_id": channel.id,
        "root_id": text(&body, "root_id"), "message": text(&body, "message"), "type": "", "props": {},
        "metadata": {}, "id": id, "scheduled_at": body["scheduled_at"], "processed_at": 0, "error_code": "",
    });
    tables.kept.scheduled.insert(id, row.clone());
    created(&row)
}

/// The caller's own, by team.
fn list(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(team): Path<String>) -> Answer {
    if !tables.in_team(&team, &caller.user_id) {
        caller.must_be_admin("view_team")?;
    }
    let own = tables.kept.scheduled.values().filter(|row| row["user_id"] == caller.user_id.as_str());
    let here = |row: &&Value| {
        tables.channels.get(text(row, "channel_id")).is_some_and(|channel| channel.team_id == team)
    };
    let list: Vec<Value> = own.filter(here).cloned().collect();
    ok(&json!({"directChannels": [], team: list}))
}

fn own<'t>(tables: &'t mut Tables, caller: &Caller, id: &str) -> Result<&'t mut Value, Refusal> {
    let missing =
        Refusal::new(404, "app.update_scheduled_post.existing_scheduled_post.not_exist", "No such post.");
    let row = tables.kept.scheduled.get_mut(id).ok_or(missing)?;
    if row["user_id"] != caller.user_id.as_str() {
        return Err(Refusal::new(403, "app.update_scheduled_post.update_permission.error", "Not yours."));
    }
    Ok(row)
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    licensed(node)?;
    let (body, now) = (read(&body, "schedule_post")?, node.world.tick());
    let row = own(tables, &caller, &id)?;
    take_over(row, &body, &["message", "scheduled_at"]);
    row["update_at"] = now.into();
    ok(row)
}

/// Answered with 201: so the source has it.
fn remove(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    licensed(node)?;
    let row = own(tables, &caller, &id)?.clone();
    tables.kept.scheduled.shift_remove(&id);
    Ok(json_response(StatusCode::CREATED, &row))
}
