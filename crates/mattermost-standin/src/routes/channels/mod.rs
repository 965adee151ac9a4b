//! Channels of all four kinds: the places, who is in them, and what becomes of them.

pub(crate) mod bookmarks;
pub(crate) mod categories;
pub(crate) mod channel;
pub(crate) mod direct_channels;
pub(crate) mod life;
pub(crate) mod members;
pub(crate) mod typing;
pub(crate) mod unreads;

use std::sync::Arc;

use axum::Router;

use crate::node::core::NodeCore;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .merge(channel::routes())
        .merge(life::routes())
        .merge(members::routes())
        .merge(direct_channels::routes())
        .merge(typing::routes())
        .merge(categories::routes())
        .merge(bookmarks::routes())
        .merge(unreads::routes())
}
