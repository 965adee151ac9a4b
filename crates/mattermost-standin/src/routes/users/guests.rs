//! Guests: members who see only the channels that they were put into. They need a licence.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::post;

use crate::db::tables::Tables;
use crate::events::bus::Outdated;
use crate::node::answer::{Answer, Refusal, done};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/demote", post(signed_in(demote)))
        .route("/users/{user_id}/promote", post(signed_in(promote)))
}

fn demote(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    if !node.world.clustered() {
        return Err(Refusal::new(
            501,
            "api.team.demote_user_to_guest.license.error",
            "Your license does not support guest accounts",
        ));
    }
    set_roles(node, tables, &caller, &user, "system_guest")
}

fn promote(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    set_roles(node, tables, &caller, &user, "system_user")
}

fn set_roles(node: &NodeCore, tables: &mut Tables, caller: &Caller, user: &str, roles: &str) -> Answer {
    caller.must_be_admin("demote_to_guest")?;
    let id = caller.resolve(user)?;
    let user = tables.users.get_mut(&id).ok_or_else(|| {
        let message = "Unable to find the user.";
        Refusal::missing("app.user.missing_account.const", message, "User", &id)
    })?;
    roles.clone_into(&mut user.roles);
    node.invalidate(tables, &Outdated::User(id));
    done()
}
