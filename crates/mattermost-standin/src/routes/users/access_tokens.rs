//! Personal access tokens. A request with one is a request of its user, as with a session.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::invitations::AccessToken;
use crate::db::tables::Tables;
use crate::events::bus::Outdated;
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/tokens", post(signed_in(create)).get(signed_in(list)))
        .route("/users/tokens/revoke", post(signed_in(revoke)))
        .route("/users/tokens/disable", post(signed_in(disable)))
        .route("/users/tokens/{token_id}", get(signed_in(one)))
}

fn json_of(tables: &Tables, token: &AccessToken) -> Value {
    let active = !tables.kept.inactive_tokens.contains(&token.id);
    json!({"id": token.id, "user_id": token.user_id, "description": token.description, "is_active": active})
}

fn create(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
    body: Bytes,
) -> Answer {
    let user = caller.resolve(&user)?;
    caller.must_be_admin("create_user_access_token")?;
    if !node.settings().on("ServiceSettings", "EnableUserAccessTokens") {
        return Err(Refusal::new(
            501,
            "app.user_access_token.disabled",
            "Personal access tokens are disabled on this server.",
        ));
    }
    let body = read(&body, "user_access_token")?;
    let description = text(&body, "description");
    if description.is_empty() {
        return Err(Refusal::body("description"));
    }
    let token = AccessToken {
        id: ids::new_id(),
        token: ids::new_id(),
        user_id: node.user(tables, &user)?.id,
        description: description.into(),
        create_at: node.world.tick(),
    };
    let mut shown = json_of(tables, &token);
    shown["token"] = json!(token.token);
    tables.access_tokens.insert(token.token.clone(), token);
    ok(&shown)
}

fn list(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.resolve(&user)?;
    caller.must_be(&user, "read_user_access_token")?;
    let own = tables.access_tokens.values().filter(|token| token.user_id == user);
    let list: Vec<Value> = own.map(|token| json_of(tables, token)).collect();
    ok(&list.into())
}

fn one(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("read_user_access_token")?;
    let token = tables.access_tokens.values().find(|token| token.id == id);
    let missing = || Refusal::new(404, "app.user_access_token.get_by_user.app_error", "No such token.");
    ok(&json_of(tables, token.ok_or_else(missing)?))
}

/// It is kept, and opens nothing.
fn disable(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "token_id")?;
    let id = text(&body, "token_id");
    let token = tables.access_tokens.values().find(|token| token.id == id).cloned();
    let token = token.ok_or_else(|| Refusal::body("token_id"))?;
    caller.must_be(&token.user_id, "revoke_user_access_token")?;
    tables.kept.inactive_tokens.insert(token.id);
    node.invalidate(tables, &Outdated::Sessions(token.user_id));
    done()
}

fn revoke(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "token_id")?;
    let id = text(&body, "token_id");
    let token = tables.access_tokens.values().find(|token| token.id == id).cloned();
    let token = token.ok_or_else(|| Refusal::body("token_id"))?;
    caller.must_be(&token.user_id, "revoke_user_access_token")?;
    tables.access_tokens.shift_remove(&token.token);
    node.invalidate(tables, &Outdated::Sessions(token.user_id));
    done()
}
