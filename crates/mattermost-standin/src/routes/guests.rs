//! Guests: members who see only the channels that they were put into. They need a licence.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;

use crate::answer::{Answer, Refusal, done};
use crate::bus::Stale;
use crate::core::NodeCore;
use crate::identity::Caller;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/demote", post(demote))
        .route("/users/{user_id}/promote", post(promote))
}

async fn demote(State(node): State<Arc<NodeCore>>, caller: Caller, Path(user): Path<String>) -> Answer {
    if !node.world.clustered() {
        return Err(Refusal::new(
            501,
            "api.team.demote_user_to_guest.license.error",
            "Your license does not support guest accounts",
        ));
    }
    set_roles(&node, &caller, &user, "system_guest")
}

async fn promote(State(node): State<Arc<NodeCore>>, caller: Caller, Path(user): Path<String>) -> Answer {
    set_roles(&node, &caller, &user, "system_user")
}

fn set_roles(node: &NodeCore, caller: &Caller, user: &str, roles: &str) -> Answer {
    caller.must_be_admin("demote_to_guest")?;
    let id = caller.resolve(user)?;
    if !node.has("guest-is-member") {
        let mut tables = node.world.tables();
        let user = tables.users.get_mut(&id).ok_or_else(|| {
            let message = "Unable to find the user.";
            Refusal::missing("app.user.missing_account.const", message, "User", &id)
        })?;
        roles.clone_into(&mut user.roles);
    }
    node.invalidate(&Stale::User(id));
    done()
}
