//! Teams: the places, who is in them, and how one is asked in.

pub(crate) mod invites;
pub(crate) mod members;
pub(crate) mod team;

use std::sync::Arc;

use axum::Router;

use crate::node::core::NodeCore;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().merge(invites::routes()).merge(team::routes()).merge(members::routes())
}
