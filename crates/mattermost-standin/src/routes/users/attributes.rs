//! What users tell of themselves in fields that an administrator made, and statuses that they set by hand.
//!
//! Simpler than the product: fields hold text, and everybody sees all of them.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{delete, get, patch};
use serde_json::{Map, Value, json};

use crate::db::ids;
use crate::db::tables::{Tables, pair};
use crate::node::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/custom_profile_attributes/fields", get(signed_in(list)).post(signed_in(create)))
        .route("/custom_profile_attributes/fields/{field_id}", delete(signed_in(remove)))
        .route("/custom_profile_attributes/values", patch(signed_in(say)))
        .route("/users/{user_id}/custom_profile_attributes", get(signed_in(said)))
        .route("/users/{user_id}/status", get(signed_in(presence)).put(signed_in(set_presence)))
}

fn licensed(node: &NodeCore) -> Result<(), Refusal> {
    if node.world.clustered() {
        return Ok(());
    }
    let message = "Your license does not support Custom Profile Attributes.";
    Err(Refusal::new(403, "api.custom_profile_attributes.license_error", message))
}

fn list(node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller) -> Answer {
    licensed(node)?;
    let list: Vec<Value> = tables.kept.fields.values().cloned().collect();
    ok(&list.into())
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    licensed(node)?;
    caller.must_be_admin("manage_system")?;
    let body = read(&body, "property_field")?;
    let (id, now) = (ids::new_id(), node.world.tick());
    let row = json!({
        "id": id, "group_id": "custom_profile_attributes", "name": text(&body, "name"),
        "type": text(&body, "type"), "attrs": body["attrs"], "target_id": "", "target_type": "",
        "create_at": now, "update_at": now, "delete_at": 0,
    });
    tables.kept.fields.insert(id, row.clone());
    created(&row)
}

fn remove(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    licensed(node)?;
    caller.must_be_admin("manage_system")?;
    tables.kept.fields.shift_remove(&id);
    tables.kept.values.retain(|(_, field), _| *field != id);
    done()
}

fn say(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    licensed(node)?;
    let body = read(&body, "value")?;
    for (field, value) in body.as_object().into_iter().flatten() {
        tables.kept.values.insert(pair(&caller.user_id, field), value.clone());
    }
    ok(&body)
}

fn said(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    licensed(node)?;
    let user = caller.resolve(&user)?;
    let own = tables.kept.values.iter().filter(|((owner, _), _)| *owner == user);
    let values: Map<String, Value> = own.map(|((_, field), value)| (field.clone(), value.clone())).collect();
    ok(&values.into())
}

fn presence(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.resolve(&user)?;
    ok(&presence_of(tables, &user))
}

/// Whether somebody is there.
pub(crate) fn presence_of(tables: &Tables, user: &str) -> Value {
    let known = tables.kept.presences.get(user).cloned();
    known.unwrap_or_else(|| {
        json!({"user_id": user, "status": "offline", "manual": false, "last_activity_at": 0, "dnd_end_time": 0})
    })
}

fn set_presence(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
    body: Bytes,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let body = read(&body, "status")?;
    let row = json!({
        "user_id": user, "status": text(&body, "status"), "manual": true, "last_activity_at": 0,
        "dnd_end_time": 0,
    });
    tables.kept.presences.insert(user, row.clone());
    ok(&row)
}
