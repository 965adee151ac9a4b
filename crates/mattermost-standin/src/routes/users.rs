//! Accounts.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use super::invites::WayIn;
use super::sessions::end_sessions;
use crate::answer::{Answer, Refusal, created, done, ok, read, read_ids, text};
use crate::bus::{Audience, Stale};
use crate::core::NodeCore;
use crate::identity::{Caller, MaybeCaller};
use crate::ids;
use crate::rows::{User, Viewer};

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users", post(create).get(list))
        .route("/users/ids", post(by_ids))
        .route("/users/usernames", post(by_usernames))
        .route("/users/search", post(search))
        .route("/users/username/{name}", get(by_username))
        .route("/users/email/{email}", get(by_email))
        .route("/users/{user_id}", get(by_id).delete(deactivate))
        .route("/users/{user_id}/patch", put(patch))
        .route("/users/{user_id}/active", put(activate))
        .route("/users/{user_id}/roles", put(roles))
}

async fn create(
    State(node): State<Arc<NodeCore>>,
    MaybeCaller(caller): MaybeCaller,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "user")?;
    let (email, username, password) = (
        text(&body, "email").to_lowercase(),
        text(&body, "username").to_lowercase(),
        text(&body, "password"),
    );
    let first = node.world.tables().users.is_empty();
    let trusted = first || caller.is_some_and(|caller| caller.admin);
    let way_in = WayIn::of(&node, &query)?;
    if !trusted && way_in.is_none() && node.has("sign-up-500") {
        return Err(Refusal::new(500, "app.user.save.app_error", "Unable to save the account."));
    }
    if !trusted && way_in.is_none() && !node.settings().on("TeamSettings", "EnableOpenServer") {
        return Err(Refusal::new(
            403,
            "api.user.create_user.no_open_server",
            "This server does not allow open signups.  Please speak with your Administrator to receive an invitation.",
        ));
    }
    let (roles, email_verified) = match &way_in {
        Some(way_in) => way_in.must_fit(&node, &email)?,
        None if first => ("system_admin system_user", false),
        None => ("system_user", false),
    };
    validate(&email, &username, password)?;
    let now = node.world.tick();
    let id = ids::new_id();
    let user = User {
        password_hash: ids::password_hash(&id, password),
        id,
        create_at: now,
        update_at: now,
        delete_at: 0,
        username,
        email,
        profile: profile_in(&body),
        roles: roles.into(),
        password_at: now,
        failed_attempts: 0,
        email_verified,
        picture_at: 0,
    };
    let lost = node.has("user-lost");
    {
        let mut tables = node.world.tables();
        taken(&tables.users, &user)?;
        if !lost {
            tables.users.insert(user.id.clone(), user.clone());
        }
    }
    if let (Some(way_in), false) = (way_in, lost) {
        way_in.enter(&node, &user);
    }
    node.tell("new_user", Audience::All, json!({"user_id": user.id}));
    created(&user.json(Viewer::Owner))
}

fn validate(email: &str, username: &str, password: &str) -> Result<(), Refusal> {
    let refuse = |id: &str, message: &str| Err(Refusal::new(400, id, message));
    if password.len() < 8 {
        return refuse(
            "model.user.is_valid.pwd_min_length.app_error",
            "Your password must contain at least 8 characters.",
        );
    }
    if !email.contains('@') {
        return refuse("model.user.is_valid.email.app_error", "Please enter a valid email address.");
    }
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if username.len() < 3 || username.len() > 64 || !username.chars().all(fits) {
        return refuse(
            "model.user.is_valid.username.app_error",
            "Username must begin with a letter, and contain between 3 to 64 lowercase characters made up of numbers, letters, and the symbols \".\", \"-\", and \"_\".",
        );
    }
    Ok(())
}

fn taken(users: &indexmap::IndexMap<String, User>, user: &User) -> Result<(), Refusal> {
    let taken = |what: &str, value: &str| {
        Refusal::new(
            400,
            &format!("app.user.save.{what}_exists.app_error"),
            &format!("An account with that {what} already exists."),
        )
        .detail(format!("invalid input: entity: User field: {what} value: {value}"))
    };
    if users.values().any(|other| other.username == user.username) {
        return Err(taken("username", &user.username));
    }
    if users.values().any(|other| other.email == user.email) {
        return Err(taken("email", &user.email));
    }
    Ok(())
}

fn profile_in(body: &Value) -> serde_json::Map<String, Value> {
    let keys = ["nickname", "first_name", "last_name", "position", "locale"];
    keys.into_iter().filter_map(|key| Some((key.to_owned(), body.get(key)?.clone()))).collect()
}

async fn by_id(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let user = node.user(&caller.resolve(&id)?)?;
    shown(&node, &caller, &user, &headers)
}

async fn by_username(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let user = node.world.tables().users.values().find(|user| user.username == name).cloned();
    shown(&node, &caller, &user.ok_or_else(|| missing(&name))?, &headers)
}

async fn by_email(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(email): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let user = node.world.tables().users.values().find(|user| user.email == email).cloned();
    shown(&node, &caller, &user.ok_or_else(|| missing(&email))?, &headers)
}

fn missing(which: &str) -> Refusal {
    Refusal::missing("app.user.missing_account.const", "Unable to find the user.", "User", which)
}

/// An account with its `Etag`, or 304.
fn shown(node: &NodeCore, caller: &Caller, user: &User, headers: &HeaderMap) -> Answer {
    let etag = format!("{}.{}.{}..0.true.true.0", node.reported.version, user.id, user.update_at);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes());
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { ok(&user.json(caller.viewer(user)))? };
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

async fn list(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let number = |key: &str, default: usize| query.get(key).map_or(default, |v| v.parse().unwrap_or(default));
    let (page, size) = (number("page", 0), number("per_page", 60).max(1));
    let tables = node.world.tables();
    let mut users: Vec<&User> = tables.users.values().collect();
    users.sort_by(|a, b| a.username.cmp(&b.username));
    let page = users.into_iter().skip(page.saturating_mul(size)).take(size);
    let list: Vec<Value> = page.map(|user| user.json(listed(&caller))).collect();
    ok(&list.into())
}

/// Lists never show what only the owner sees.
fn listed(caller: &Caller) -> Viewer {
    if caller.admin { Viewer::Admin } else { Viewer::Other }
}

async fn by_ids(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let ids = read_ids(&body, "user_ids")?;
    let users = ids.iter().filter_map(|id| node.user(id).ok());
    let list: Vec<Value> = users.map(|user| user.json(listed(&caller))).collect();
    ok(&list.into())
}

async fn by_usernames(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let names = read_ids(&body, "usernames")?;
    let tables = node.world.tables();
    let found = tables.users.values().filter(|user| names.contains(&user.username));
    let list: Vec<Value> = found.map(|user| user.json(listed(&caller))).collect();
    ok(&list.into())
}

async fn search(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "term")?;
    let term = text(&body, "term").to_lowercase();
    let tables = node.world.tables();
    let found = tables.users.values().filter(|user| user.delete_at == 0 && user.username.starts_with(&term));
    let list: Vec<Value> = found.take(100).map(|user| user.json(listed(&caller))).collect();
    ok(&list.into())
}

async fn patch(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = caller.owning(&id, "edit_other_users")?;
    let body = read(&body, "user")?;
    let now = node.world.tick();
    let user = {
        let mut tables = node.world.tables();
        let user = tables.users.get_mut(&id).ok_or_else(|| missing(&id))?;
        user.profile.extend(profile_in(&body));
        if let Some(email) = body["email"].as_str() {
            user.email = email.to_lowercase();
        }
        user.update_at = now;
        user.clone()
    };
    node.invalidate(&Stale::User(id));
    node.tell("user_updated", Audience::All, json!({"user": user.json(Viewer::Other)}));
    ok(&user.json(caller.viewer(&user)))
}

/// Only the built-in roles of users: others need a licence.
async fn roles(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = caller.resolve(&id)?;
    caller.must_be_admin("manage_roles")?;
    let body = read(&body, "roles")?;
    let roles = text(&body, "roles");
    if !roles.split(' ').all(|role| matches!(role, "system_user" | "system_admin")) {
        return Err(Refusal::new(
            400,
            "api.user.update_user_roles.license.app_error",
            "Custom Permission Schemes not supported by current license",
        ));
    }
    let mut tables = node.world.tables();
    tables.users.get_mut(&id).ok_or_else(|| missing(&id))?.roles = roles.to_owned();
    drop(tables);
    node.invalidate(&Stale::User(id));
    done()
}

async fn activate(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "active")?;
    let active = body["active"].as_bool().ok_or_else(|| Refusal::body("active"))?;
    set_active(&node, &caller, &id, active)
}

async fn deactivate(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    set_active(&node, &caller, &id, false)
}

fn set_active(node: &NodeCore, caller: &Caller, id: &str, active: bool) -> Answer {
    let id = caller.resolve(id)?;
    caller.must_be_admin("edit_other_users")?;
    let now = node.world.tick();
    {
        let mut tables = node.world.tables();
        let user = tables.users.get_mut(&id).ok_or_else(|| missing(&id))?;
        user.delete_at = if active { 0 } else { now };
        user.update_at = now;
    }
    if !active {
        end_sessions(node, &id);
    }
    node.invalidate(&Stale::User(id));
    done()
}
