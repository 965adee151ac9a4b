//! Posts: one at a time and in lists, reactions to them, drafts, and what a post sets in motion.

pub(crate) mod drafts;
pub(crate) mod kept_posts;
pub(crate) mod outgoing_webhooks;
pub(crate) mod post;
pub(crate) mod post_actions;
pub(crate) mod post_lists;
pub(crate) mod reactions;
pub(crate) mod scheduled;
pub(crate) mod threads;

use std::sync::Arc;

use axum::Router;

use crate::node::core::NodeCore;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .merge(post::routes())
        .merge(post_lists::routes())
        .merge(reactions::routes())
        .merge(drafts::routes())
        .merge(scheduled::routes())
        .merge(kept_posts::routes())
        .merge(threads::routes())
}
