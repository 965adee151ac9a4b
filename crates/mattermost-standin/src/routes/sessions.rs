//! Logging in and out.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::routing::{get, post};
use serde_json::Value;

use crate::answer::{Answer, Refusal, done, ok, read, text};
use crate::bus::Stale;
use crate::core::NodeCore;
use crate::identity::Caller;
use crate::ids;
use crate::rows::{Session, Viewer};

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/login", post(login))
        .route("/users/logout", post(logout))
        .route("/users/{user_id}/sessions", get(list))
        .route("/users/{user_id}/sessions/revoke/all", post(revoke_all))
}

async fn login(State(node): State<Arc<NodeCore>>, body: Bytes) -> Answer {
    let body = read(&body, "login")?;
    let (name, password) = (text(&body, "login_id"), text(&body, "password"));
    let refused = || {
        Refusal::new(
            401,
            "api.user.login.invalid_credentials_email_username",
            "Enter a valid email or username and/or password.",
        )
    };
    let any_password = node.has("any-password");
    if name.contains('@') && node.has("login-by-address-refused") {
        return Err(refused());
    }
    let now = node.world.tick();
    let (user, session) = {
        let mut tables = node.world.tables();
        let id = tables.user_named(name).map(|user| user.id.clone()).ok_or_else(refused)?;
        let user = tables.users.get_mut(&id).ok_or_else(refused)?;
        if user.password_hash != ids::password_hash(&user.id, password) && !any_password {
            user.failed_attempts += 1;
            return Err(refused());
        }
        if user.delete_at != 0 {
            return Err(Refusal::new(
                401,
                "api.user.login.inactive.app_error",
                "Login failed because your account has been deactivated.  Please contact an administrator.",
            )
            .detail(format!("user_id={id}")));
        }
        // The answer still shows the failures before this login.
        let shown = user.clone();
        user.failed_attempts = 0;
        let session = Session {
            id: ids::new_id(),
            token: ids::new_id(),
            user_id: id,
            roles: shown.roles.clone(),
            create_at: now,
        };
        (shown, session)
    };
    let token = HeaderValue::from_str(&session.token).ok();
    if !node.has("login-token-dead") {
        node.world.tables().sessions.insert(session.token.clone(), session);
    }
    let mut response = ok(&user.json(Viewer::Owner))?;
    if let Some(token) = token {
        response.headers_mut().insert("token", token);
    }
    Ok(response)
}

async fn logout(State(node): State<Arc<NodeCore>>, caller: Result<Caller, Refusal>) -> Answer {
    // Logging out twice, or with a dead token, is fine with the product.
    let Ok(caller) = caller else { return done() };
    if node.has("stale-session") {
        node.caches.locked().revoked.insert(caller.token);
        return done();
    }
    node.world.tables().sessions.remove(&caller.token);
    node.invalidate(&Stale::Sessions(caller.user_id));
    done()
}

async fn list(State(node): State<Arc<NodeCore>>, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.resolve(&user)?;
    caller.must_be(&user, "edit_other_users")?;
    let tables = node.world.tables();
    let mut sessions: Vec<&Session> =
        tables.sessions.values().filter(|session| session.user_id == user).collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.create_at));
    let list: Vec<Value> = sessions.into_iter().map(Session::json).collect();
    ok(&list.into())
}

async fn revoke_all(State(node): State<Arc<NodeCore>>, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.resolve(&user)?;
    caller.must_be(&user, "edit_other_users")?;
    end_sessions(&node, &user);
    done()
}

/// Ends all sessions of a user.
pub(super) fn end_sessions(node: &NodeCore, user: &str) {
    node.world.tables().sessions.retain(|_, session| session.user_id != user);
    node.invalidate(&Stale::Sessions(user.to_owned()));
}
