//! OAuth apps. Simpler than the product: nobody ever logs in by one.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::get;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::kept::take_over;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

/// What its owner may say of an app.
const TOLD: [&str; 5] = ["name", "description", "icon_url", "callback_urls", "homepage"];

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/oauth/apps", get(signed_in(list)).post(signed_in(create)))
        .route("/oauth/apps/{app_id}", get(signed_in(one)).put(signed_in(change)).delete(signed_in(remove)))
        .route("/oauth/apps/{app_id}/info", get(signed_in(info)))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    caller.must_be_admin("manage_oauth")?;
    let body = read(&body, "oauth_app")?;
    let (id, now) = (ids::new_id(), node.world.tick());
    let mut row = json!({
        "id": id, "creator_id": caller.user_id, "create_at": now, "update_at": now,
        "client_secret": ids::new_id(), "name": "", "description": "", "icon_url": "", "callback_urls": [],
        "homepage": "", "is_trusted": false, "mattermost_app_id": "",
    });
    take_over(&mut row, &body, &TOLD);
    if text(&row, "name").is_empty() {
        return Err(Refusal::body("name"));
    }
    tables.kept.oauth_apps.insert(id, row.clone());
    created(&row)
}

fn list(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("manage_oauth")?;
    let list: Vec<Value> = tables.kept.oauth_apps.values().cloned().collect();
    ok(&list.into())
}

fn row<'t>(tables: &'t mut Tables, id: &str) -> Result<&'t mut Value, Refusal> {
    let missing =
        || Refusal::missing("app.oauth.get_app.find.app_error", "Unable to find the app.", "OAuthApp", id);
    tables.kept.oauth_apps.get_mut(id).ok_or_else(missing)
}

fn one(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("manage_oauth")?;
    ok(row(tables, &id)?)
}

/// Without what only its owner may know.
fn info(_node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller, Path(id): Path<String>) -> Answer {
    let mut told = row(tables, &id)?.clone();
    told["client_secret"] = "".into();
    ok(&told)
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    caller.must_be_admin("manage_oauth")?;
    let (body, now) = (read(&body, "oauth_app")?, node.world.tick());
    let row = row(tables, &id)?;
    take_over(row, &body, &TOLD);
    row["update_at"] = now.into();
    ok(row)
}

fn remove(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("manage_oauth")?;
    row(tables, &id)?;
    tables.kept.oauth_apps.shift_remove(&id);
    done()
}
