//! Logging in and out.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::routing::{get, post, put};
use serde_json::Value;

use crate::db::ids;
use crate::db::rows::{Session, Viewer};
use crate::db::tables::Tables;
use crate::events::bus::Outdated;
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, Token, csrf_of};
use crate::node::transaction::{anyone, signed_in};

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/login", post(anyone(login)))
        .route("/users/logout", post(anyone(logout)))
        .route("/users/sessions/device", put(signed_in(attach)))
        .route("/users/{user_id}/sessions", get(signed_in(list)))
        .route("/users/{user_id}/sessions/revoke/all", post(signed_in(revoke_all)))
}

fn login(node: &Arc<NodeCore>, tables: &mut Tables, headers: HeaderMap, body: Bytes) -> Answer {
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
    let now = node.world.tick();
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
        device_id: text(&body, "device_id").into(),
    };
    let token = HeaderValue::from_str(&session.token).ok();
    let cookies = cookies(node, &session);
    tables.sessions.insert(session.token.clone(), session);
    let mut response = ok(&shown.json(Viewer::Owner))?;
    if let Some(token) = token {
        response.headers_mut().insert("token", token);
    }
    // Only a script of the site's own page is a browser that is to keep them.
    let by_script = headers.get("X-Requested-With").is_some_and(|value| value == "XMLHttpRequest");
    for cookie in cookies.iter().filter(|_| by_script) {
        if let Ok(cookie) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// What a browser is to keep: the token out of reach of scripts, the other two for them.
fn cookies(node: &NodeCore, session: &Session) -> Vec<String> {
    // Source: server/channels/app/login.go (`AttachSessionCookies`).
    let path = match node.subpath.as_str() {
        _ if node.has("cookies-elsewhere") => "/elsewhere",
        "" => "/",
        path => path,
    };
    let kept = format!("Path={path}; Expires=Wed, 26 May 2027 18:06:25 GMT; Max-Age=15552000");
    let closed = if node.has("token-cookie-open") { "" } else { "; HttpOnly" };
    let mut cookies = vec![
        format!("MMAUTHTOKEN={}; {kept}{closed}", session.token),
        format!("MMUSERID={}; {kept}", session.user_id),
    ];
    if !node.has("csrf-cookie-lost") {
        cookies.push(format!("MMCSRF={}; {kept}", csrf_of(&session.token)));
    }
    cookies
}

/// The app tells which device has the session; another session of the same device ends.
fn attach(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "device")?;
    let device = text(&body, "device_id");
    tables
        .sessions
        .retain(|token, session| *token == caller.token || session.device_id != device || device.is_empty());
    if let Some(session) = tables.sessions.get_mut(&caller.token) {
        device.clone_into(&mut session.device_id);
    }
    node.invalidate(tables, &Outdated::Sessions(caller.user_id));
    done()
}

fn logout(node: &Arc<NodeCore>, tables: &mut Tables, token: Token) -> Answer {
    let caller = token.caller(node, tables);
    // Logging out twice, or with a dead token, is fine with the product.
    let Ok(caller) = caller else { return done() };
    if node.has("stale-session") {
        node.caches.locked().revoked.insert(caller.token);
        return done();
    }
    if let Some(ended) = tables.sessions.remove(&caller.token).filter(|session| !session.device_id.is_empty())
    {
        tables.kept.lost_devices.push((ended.user_id, ended.device_id));
    }
    node.invalidate(tables, &Outdated::Sessions(caller.user_id));
    done()
}

fn list(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.resolve(&user)?;
    caller.must_be(&user, "edit_other_users")?;
    let mut sessions: Vec<&Session> =
        tables.sessions.values().filter(|session| session.user_id == user).collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.create_at));
    let list: Vec<Value> = sessions.into_iter().map(Session::json).collect();
    ok(&list.into())
}

fn revoke_all(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.resolve(&user)?;
    caller.must_be(&user, "edit_other_users")?;
    end_sessions(node, tables, &user);
    done()
}

/// Ends all sessions of a user.
pub(crate) fn end_sessions(node: &NodeCore, tables: &mut Tables, user: &str) {
    tables.sessions.retain(|_, session| session.user_id != user);
    node.invalidate(tables, &Outdated::Sessions(user.to_owned()));
}
