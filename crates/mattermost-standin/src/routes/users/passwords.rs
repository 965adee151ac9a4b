//! Another password: by who knows the one that they have, and by a mailed link for who forgot it.
//!
//! Simpler than the product: links do not age.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{post, put};

use crate::db::tables::Tables;
use crate::db::{ids, invitations};
use crate::events::bus::Outdated;
use crate::node::answer::{Answer, Refusal, done, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::{anyone, signed_in};
use crate::outside::notices;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/password", put(signed_in(change)))
        .route("/users/password/reset/send", post(anyone(forgotten)))
        .route("/users/password/reset", post(anyone(reset)))
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "user")?;
    let id = caller.resolve(&id)?;
    let (current, new) = (text(&body, "current_password"), text(&body, "new_password"));
    let known = tables.users.get(&id).map(|user| user.password_hash.clone());
    if caller.user_id != id || known != Some(ids::password_hash(&id, current)) {
        return Err(Refusal::new(
            400,
            "api.user.update_password.incorrect.app_error",
            "The \"Current Password\" you entered is incorrect. Please check that Caps Lock is off and try again.",
        ));
    }
    set(node, tables, &id, new);
    done()
}

/// Mails a link; who nobody is gets none, and is answered alike.
fn forgotten(node: &Arc<NodeCore>, tables: &mut Tables, body: Bytes) -> Answer {
    let body = read(&body, "email")?;
    let email = text(&body, "email").to_lowercase();
    if email.is_empty() {
        return Err(Refusal::body("email"));
    }
    let known = tables.users.values().find(|user| user.email == email).map(|user| user.id.clone());
    if let Some(id) = known {
        let token = invitations::new_token();
        notices::of_forgotten_password(node, &email, &token);
        tables.kept.resets.insert(token, id);
    }
    done()
}

fn reset(node: &Arc<NodeCore>, tables: &mut Tables, body: Bytes) -> Answer {
    let body = read(&body, "token")?;
    let new = text(&body, "new_password");
    let Some(id) = tables.kept.resets.get(text(&body, "token")).cloned() else {
        let message = "The link to a new password does not appear to be valid.";
        return Err(Refusal::new(400, "api.user.reset_password.invalid_link.app_error", message));
    };
    if new.len() < 8 {
        let message = "Your password must contain at least 8 characters.";
        return Err(Refusal::new(400, "model.user.is_valid.pwd_min_length.app_error", message));
    }
    tables.kept.resets.remove(text(&body, "token"));
    set(node, tables, &id, new);
    done()
}

/// Sets a password, and tells its owner.
fn set(node: &Arc<NodeCore>, tables: &mut Tables, id: &str, password: &str) {
    let now = node.world.tick();
    let Some(user) = tables.users.get_mut(id) else { return };
    user.password_hash = ids::password_hash(id, password);
    user.password_at = now;
    user.update_at = now;
    notices::of_another_password(node, &user.email);
    node.invalidate(tables, &Outdated::User(id.to_owned()));
}
