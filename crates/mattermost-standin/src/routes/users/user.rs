//! Accounts.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::rows::{User, Viewer};
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated};
use crate::node::answer::{Answer, Refusal, created, done, ok, read, read_ids, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, Token};
use crate::node::transaction::{anyone, signed_in};
use crate::outside::notices;
use crate::routes::page::LARGEST;
use crate::routes::teams::invites::WayIn;
use crate::routes::users::sessions::end_sessions;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users", post(anyone(create)).get(signed_in(list)))
        .route("/users/ids", post(signed_in(by_ids)))
        .route("/users/usernames", post(signed_in(by_usernames)))
        .route("/users/search", post(signed_in(search)))
        .route("/users/username/{name}", get(signed_in(by_username)))
        .route("/users/email/{email}", get(signed_in(by_email)))
        .route("/users/{user_id}", get(signed_in(by_id)).delete(signed_in(deactivate)))
        .route("/users/{user_id}/patch", put(signed_in(patch)))
        .route("/users/{user_id}/active", put(signed_in(activate)))
        .route("/users/{user_id}/roles", put(signed_in(roles)))
}

fn create(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    token: Token,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Answer {
    let caller = token.caller(node, tables).ok();
    let body = read(&body, "user")?;
    let (email, username, password) = (
        text(&body, "email").to_lowercase(),
        text(&body, "username").to_lowercase(),
        text(&body, "password"),
    );
    let first = tables.users.is_empty();
    must_have_room(node, tables)?;
    let trusted = first || caller.is_some_and(|caller| caller.admin);
    let way_in = WayIn::of(tables, &query)?;
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
        Some(way_in) => way_in.must_fit(node, &email)?,
        None if first => ("system_admin system_user", false),
        None => ("system_user", false),
    };
    // Who logs in elsewhere has no password here; only an admin can say so of an account.
    let outside = trusted && !text(&body, "auth_service").is_empty() && !text(&body, "auth_data").is_empty();
    validate(&email, &username, if outside { OUTSIDE } else { password })?;
    let now = node.world.tick();
    let id = ids::new_id();
    let user = User {
        password_hash: if outside { String::new() } else { ids::password_hash(&id, password) },
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
        custom_status: String::new(),
        picture_at: 0,
    };
    taken(&tables.users, &user)?;
    tables.personal.welcome(&user.id);
    tables.users.insert(user.id.clone(), user.clone());
    if let Some(way_in) = way_in {
        way_in.enter(node, tables, &user);
    }
    node.tell(tables, "new_user", Audience::All, json!({"user_id": user.id}));
    if body["disable_welcome_email"] != true {
        notices::of_welcome(node, &user.email);
    }
    created(&user.json(Viewer::Owner))
}

/// Without a licence so many accounts are the most that a server takes. Bots are none of them.
pub(crate) const MOST_USERS: usize = 250;

fn must_have_room(node: &NodeCore, tables: &Tables) -> Result<(), Refusal> {
    if node.world.clustered() || tables.active_users() < MOST_USERS {
        return Ok(());
    }
    let message = "Can't create user. Server exceeds safe user limit. Contact your administrator with: ERROR_SAFETY_LIMITS_EXCEEDED.";
    Err(Refusal::new(400, "api.user.create_user.user_limits.exceeded", message))
}

/// In place of the password of somebody who has none.
const OUTSIDE: &str = "logs in elsewhere";

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
    let keys = ["nickname", "first_name", "last_name", "position", "locale", "notify_props"];
    keys.into_iter().filter_map(|key| Some((key.to_owned(), body.get(key)?.clone()))).collect()
}

fn by_id(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let user = node.user(tables, &caller.resolve(&id)?)?;
    shown(node, &caller, &user, &headers)
}

fn by_username(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let user = tables.users.values().find(|user| user.username == name).cloned();
    shown(node, &caller, &user.ok_or_else(|| missing(&name))?, &headers)
}

fn by_email(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(email): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let user = tables.users.values().find(|user| user.email == email).cloned();
    shown(node, &caller, &user.ok_or_else(|| missing(&email))?, &headers)
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

/// Everybody, or who is in a channel, by name.
fn list(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let number = |key: &str, default: usize| query.get(key).map_or(default, |v| v.parse().unwrap_or(default));
    let (page, size) = (number("page", 0), number("per_page", 60).clamp(1, LARGEST));
    let channel = query.get("in_channel").filter(|id| !id.is_empty());
    if let Some(id) = channel {
        caller.reading(node, tables, id)?;
    }
    let asked = |user: &&User| channel.is_none_or(|id| tables.in_channel(id, &user.id));
    let mut users: Vec<&User> = tables.users.values().filter(asked).collect();
    users.sort_by(|a, b| a.username.cmp(&b.username));
    let early = usize::from(page > 0 && channel.is_some() && node.has("member-pages-overlap"));
    let page = users.into_iter().skip(page.saturating_mul(size) - early).take(size);
    let list: Vec<Value> = page.map(|user| user.json(listed(&caller))).collect();
    ok(&list.into())
}

/// Lists never show what only the owner sees.
fn listed(caller: &Caller) -> Viewer {
    if caller.admin { Viewer::Admin } else { Viewer::Other }
}

fn by_ids(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let ids = read_ids(&body, "user_ids")?;
    let users = ids.iter().filter_map(|id| node.user(tables, id).ok());
    let list: Vec<Value> = users.map(|user| user.json(listed(&caller))).collect();
    ok(&list.into())
}

fn by_usernames(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let names = read_ids(&body, "usernames")?;
    let found = tables.users.values().filter(|user| names.contains(&user.username));
    let list: Vec<Value> = found.map(|user| user.json(listed(&caller))).collect();
    ok(&list.into())
}

fn search(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "term")?;
    let term = text(&body, "term").to_lowercase();
    let found = tables.users.values().filter(|user| user.delete_at == 0 && user.username.starts_with(&term));
    let list: Vec<Value> = found.take(100).map(|user| user.json(listed(&caller))).collect();
    ok(&list.into())
}

fn patch(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let id = caller.owning(&id, "edit_other_users")?;
    let body = read(&body, "user")?;
    let now = node.world.tick();
    let user = tables.users.get_mut(&id).ok_or_else(|| missing(&id))?;
    user.profile.extend(profile_in(&body));
    let before = user.email.clone();
    if let Some(email) = body["email"].as_str() {
        user.email = email.to_lowercase();
    }
    user.update_at = now;
    let user = user.clone();
    if user.email != before {
        notices::of_another_address(node, &before, &user.email);
    }
    node.invalidate(tables, &Outdated::User(id));
    node.tell(tables, "user_updated", Audience::All, json!({"user": user.json(Viewer::Other)}));
    ok(&user.json(caller.viewer(&user)))
}

/// Only the built-in roles of users: others need a licence.
fn roles(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
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
    tables.users.get_mut(&id).ok_or_else(|| missing(&id))?.roles = roles.to_owned();
    node.invalidate(tables, &Outdated::User(id));
    done()
}

fn activate(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "active")?;
    let active = body["active"].as_bool().ok_or_else(|| Refusal::body("active"))?;
    let address = node.user(tables, &caller.user_id)?.email;
    let answer = set_active(node, tables, &caller, &id, active)?;
    // By this call alone: who deletes themselves is told nothing.
    if !active && caller.resolve(&id)? == caller.user_id {
        notices::of_leaving(node, &address);
    }
    Ok(answer)
}

fn deactivate(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    set_active(node, tables, &caller, &id, false)
}

/// An admin may, and who wants to go themselves, where that is switched on.
fn set_active(node: &NodeCore, tables: &mut Tables, caller: &Caller, id: &str, active: bool) -> Answer {
    let id = caller.resolve(id)?;
    let leaves = !active && caller.user_id == id;
    if leaves && !caller.admin && !node.settings().on("TeamSettings", "EnableUserDeactivation") {
        let message = "Unable to complete the action: people may not deactivate their accounts here.";
        return Err(Refusal::new(401, "api.user.update_active.not_enable.app_error", message));
    }
    if !leaves {
        caller.must_be_admin("edit_other_users")?;
    }
    let now = node.world.tick();
    let user = tables.users.get_mut(&id).ok_or_else(|| missing(&id))?;
    user.delete_at = if active { 0 } else { now };
    user.update_at = now;
    if !active {
        end_sessions(node, tables, &id);
    }
    node.invalidate(tables, &Outdated::User(id));
    done()
}
