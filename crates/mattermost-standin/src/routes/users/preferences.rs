//! Preferences: small settings of one user, which clients name as they like.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::db::tables::Tables;
use crate::events::bus::Audience;
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/preferences", get(signed_in(list)).put(signed_in(save)))
        .route("/users/{user_id}/preferences/delete", post(signed_in(remove)))
        .route("/users/{user_id}/preferences/{category}", get(signed_in(of_category)))
        .route("/users/{user_id}/preferences/{category}/name/{name}", get(signed_in(one)))
}

fn preference(user: &str, category: &str, name: &str, value: &str) -> Value {
    json!({"user_id": user, "category": category, "name": name, "value": value})
}

/// Those of a user, in the order of the table.
fn of_user(tables: &Tables, user: &str) -> Vec<Value> {
    let own = tables.personal.preferences.iter().filter(|((owner, ..), _)| owner == user);
    own.map(|((owner, category, name), value)| preference(owner, category, name, value)).collect()
}

fn list(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    ok(&of_user(tables, &user).into())
}

fn of_category(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, category)): Path<(String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let mut list = of_user(tables, &user);
    list.retain(|one| one["category"] == category.as_str());
    if list.is_empty() {
        let message = "Unable to get user preferences.";
        return Err(Refusal::new(404, "api.preference.preferences_category.get.app_error", message));
    }
    ok(&list.into())
}

fn one(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, category, name)): Path<(String, String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let found = tables.personal.preferences.get(&(user.clone(), category.clone(), name.clone()));
    let value = found.ok_or_else(|| {
        Refusal::new(
            400,
            "app.preference.get.app_error",
            "We encountered an error while finding preferences.",
        )
    })?;
    ok(&preference(&user, &category, &name, value))
}

/// The rows of a body, all of which must be the user's own.
fn rows(caller: &Caller, user: &str, body: &[u8]) -> Result<(String, Vec<Value>), Refusal> {
    let user = caller.owning(user, "edit_other_users")?;
    let body = read(body, "preferences")?;
    let rows = body.as_array().filter(|rows| !rows.is_empty()).ok_or_else(|| Refusal::body("preferences"))?;
    if rows.iter().any(|row| text(row, "user_id") != user) {
        return Err(Refusal::permission(&caller.user_id, "edit_other_users"));
    }
    Ok((user, rows.clone()))
}

/// Where a row of a body is kept.
fn place(user: &str, row: &Value) -> (String, String, String) {
    (user.to_owned(), text(row, "category").to_owned(), text(row, "name").to_owned())
}

fn save(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
    body: Bytes,
) -> Answer {
    let (user, rows) = rows(&caller, &user, &body)?;
    for row in &rows {
        tables.personal.preferences.insert(place(&user, row), text(row, "value").to_owned());
    }
    tell(node, tables, "preferences_changed", &user, &rows);
    done()
}

fn remove(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
    body: Bytes,
) -> Answer {
    let (user, rows) = rows(&caller, &user, &body)?;
    for row in &rows {
        tables.personal.preferences.remove(&place(&user, row));
    }
    tell(node, tables, "preferences_deleted", &user, &rows);
    done()
}

/// The sidebar may look otherwise now: recorded, whatever the preference is.
fn tell(node: &NodeCore, tables: &Tables, event: &'static str, user: &str, rows: &[Value]) {
    node.tell(tables, "sidebar_category_updated", Audience::User(user.into()), json!({}));
    node.tell(tables, event, Audience::User(user.into()), json!({"preferences": json!(rows).to_string()}));
}
