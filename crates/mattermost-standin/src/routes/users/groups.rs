//! Custom groups, which need a licence. Simpler than the product: members are those it was made with.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, put};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::kept::take_over;
use crate::db::rows::Viewer;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/groups", get(signed_in(list)).post(signed_in(create)))
        .route("/groups/{group_id}", get(signed_in(one)).delete(signed_in(remove)))
        .route("/groups/{group_id}/patch", put(signed_in(change)))
        .route("/groups/{group_id}/members", get(signed_in(members)))
}

fn licensed(node: &NodeCore) -> Result<(), Refusal> {
    if node.world.clustered() {
        return Ok(());
    }
    Err(Refusal::new(403, "api.custom_groups.license_error", "not licensed for custom groups"))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    licensed(node)?;
    caller.must_be_admin("create_custom_group")?;
    let body = read(&body, "group")?;
    let (id, now) = (ids::new_id(), node.world.tick());
    let row = json!({
        "id": id, "name": text(&body, "name"), "display_name": text(&body, "display_name"), "description": "",
        "source": text(&body, "source"), "remote_id": null, "create_at": now, "update_at": now, "delete_at": 0,
        "has_syncables": false, "allow_reference": body["allow_reference"], "member_ids": body["user_ids"],
    });
    tables.kept.groups.insert(id, row.clone());
    created(&row)
}

fn list(node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller) -> Answer {
    licensed(node)?;
    let there = tables.kept.groups.values().filter(|row| row["delete_at"] == 0);
    let list: Vec<Value> = there.cloned().collect();
    ok(&list.into())
}

fn row<'t>(node: &NodeCore, tables: &'t mut Tables, id: &str) -> Result<&'t mut Value, Refusal> {
    licensed(node)?;
    let missing = || Refusal::missing("app.group.no_rows", "No matching group found.", "Group", id);
    tables.kept.groups.get_mut(id).ok_or_else(missing)
}

fn one(node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller, Path(id): Path<String>) -> Answer {
    ok(row(node, tables, &id)?)
}

fn members(node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller, Path(id): Path<String>) -> Answer {
    let ids = row(node, tables, &id)?["member_ids"].clone();
    let ids = ids.as_array().into_iter().flatten().filter_map(Value::as_str);
    let members: Vec<Value> =
        ids.filter_map(|id| tables.users.get(id)).map(|user| user.json(Viewer::Other)).collect();
    ok(&json!({"members": members, "total_member_count": members.len()}))
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    caller.must_be_admin("edit_custom_group")?;
    let (body, now) = (read(&body, "group")?, node.world.tick());
    let row = row(node, tables, &id)?;
    take_over(row, &body, &["display_name", "name", "allow_reference"]);
    row["update_at"] = now.into();
    ok(row)
}

fn remove(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("delete_custom_group")?;
    let now = node.world.tick();
    let row = row(node, tables, &id)?;
    row["delete_at"] = now.into();
    ok(row)
}
