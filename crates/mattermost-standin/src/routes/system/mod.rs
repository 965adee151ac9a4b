//! The server itself: its health, its configuration, its cluster, its plugins and its roles.

pub(crate) mod cloud;
pub(crate) mod cluster;
pub(crate) mod config;
pub(crate) mod health;
pub(crate) mod jobs;
pub(crate) mod plugins;
pub(crate) mod roles;
pub(crate) mod schemes;
pub(crate) mod webapp;

use std::sync::Arc;

use axum::Router;

use crate::node::core::NodeCore;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .merge(health::routes())
        .merge(jobs::routes())
        .merge(config::routes())
        .merge(cluster::routes())
        .merge(plugins::routes())
        .merge(roles::routes())
        .merge(schemes::routes())
        .merge(cloud::routes())
}

/// What is served outside the API.
pub(super) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().merge(plugins::outside()).merge(webapp::outside())
}
