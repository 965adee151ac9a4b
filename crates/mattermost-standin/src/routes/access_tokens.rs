//! Personal access tokens. A request with one is a request of its user, as with a session.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal, done, ok, read, text};
use crate::bus::Stale;
use crate::core::NodeCore;
use crate::identity::Caller;
use crate::ids;
use crate::invitations::AccessToken;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/tokens", post(create).get(list))
        .route("/users/tokens/revoke", post(revoke))
}

fn json_of(token: &AccessToken) -> Value {
    json!({"id": token.id, "user_id": token.user_id, "description": token.description, "is_active": true})
}

async fn create(
    State(node): State<Arc<NodeCore>>,
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
        user_id: node.user(&user)?.id,
        description: description.into(),
        create_at: node.world.tick(),
    };
    let mut shown = json_of(&token);
    shown["token"] = json!(token.token);
    node.world.tables().access_tokens.insert(token.token.clone(), token);
    ok(&shown)
}

async fn list(State(node): State<Arc<NodeCore>>, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.resolve(&user)?;
    caller.must_be(&user, "read_user_access_token")?;
    let tables = node.world.tables();
    let list: Vec<Value> =
        tables.access_tokens.values().filter(|token| token.user_id == user).map(json_of).collect();
    ok(&list.into())
}

async fn revoke(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "token_id")?;
    let id = text(&body, "token_id");
    let token = node.world.tables().access_tokens.values().find(|token| token.id == id).cloned();
    let token = token.ok_or_else(|| Refusal::body("token_id"))?;
    caller.must_be(&token.user_id, "revoke_user_access_token")?;
    node.world.tables().access_tokens.shift_remove(&token.token);
    node.invalidate(&Stale::Sessions(token.user_id));
    done()
}
