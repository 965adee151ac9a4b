//! Accounts: who is there, who is logged in and with what.

pub(crate) mod access_tokens;
pub(crate) mod attributes;
pub(crate) mod custom_status;
pub(crate) mod groups;
pub(crate) mod guests;
pub(crate) mod passwords;
pub(crate) mod preferences;
pub(crate) mod sessions;
pub(crate) mod start;
pub(crate) mod user;

use std::sync::Arc;

use axum::Router;

use crate::node::core::NodeCore;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .merge(user::routes())
        .merge(sessions::routes())
        .merge(passwords::routes())
        .merge(start::routes())
        .merge(access_tokens::routes())
        .merge(guests::routes())
        .merge(preferences::routes())
        .merge(custom_status::routes())
        .merge(attributes::routes())
        .merge(groups::routes())
}
