//! Schemes of permissions, which need a licence. Simpler than the product: their roles are names alone.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, put};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::kept::take_over;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/schemes", get(signed_in(list)).post(signed_in(create)))
        .route("/schemes/{scheme_id}", get(signed_in(one)).delete(signed_in(remove)))
        .route("/schemes/{scheme_id}/patch", put(signed_in(change)))
}

fn licensed(node: &NodeCore) -> Result<(), Refusal> {
    if node.world.clustered() {
        return Ok(());
    }
    let message = "Your license does not support creating permissions schemes.";
    Err(Refusal::new(501, "api.scheme.create_scheme.license.error", message))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    licensed(node)?;
    caller.must_be_admin("sysconsole_write_user_management_permissions")?;
    let body = read(&body, "scheme")?;
    let (id, now) = (ids::new_id(), node.world.tick());
    let mut row = json!({
        "id": id, "name": text(&body, "name"), "display_name": text(&body, "display_name"), "description": "",
        "create_at": now, "update_at": now, "delete_at": 0, "scope": text(&body, "scope"),
    });
    for role in ["team_admin", "team_user", "channel_admin", "channel_user", "team_guest", "channel_guest"] {
        row[format!("default_{role}_role")] = ids::new_id().into();
    }
    tables.kept.schemes.insert(id, row.clone());
    created(&row)
}

fn list(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_user_management_permissions")?;
    let list: Vec<Value> = tables.kept.schemes.values().cloned().collect();
    ok(&list.into())
}

fn row<'t>(tables: &'t mut Tables, id: &str) -> Result<&'t mut Value, Refusal> {
    let missing = || Refusal::missing("app.scheme.get.app_error", "Unable to get the scheme.", "Scheme", id);
    tables.kept.schemes.get_mut(id).ok_or_else(missing)
}

fn one(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("sysconsole_read_user_management_permissions")?;
    ok(row(tables, &id)?)
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    licensed(node)?;
    caller.must_be_admin("sysconsole_write_user_management_permissions")?;
    let (body, now) = (read(&body, "scheme")?, node.world.tick());
    let row = row(tables, &id)?;
    take_over(row, &body, &["name", "display_name", "description"]);
    row["update_at"] = now.into();
    ok(row)
}

fn remove(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    licensed(node)?;
    caller.must_be_admin("sysconsole_write_user_management_permissions")?;
    tables.kept.schemes.shift_remove(&id);
    done()
}
