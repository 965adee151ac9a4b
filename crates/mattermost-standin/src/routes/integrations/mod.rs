//! Programs of others: webhooks, slash commands, dialogs, bots, and the retired apps.

pub(crate) mod apps;
pub(crate) mod bots;
pub(crate) mod commands;
pub(crate) mod dialogs;
pub(crate) mod hook_payloads;
pub(crate) mod oauth_apps;
pub(crate) mod webhooks;

use std::sync::Arc;

use axum::Router;

use crate::node::core::NodeCore;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .merge(webhooks::routes())
        .merge(commands::routes())
        .merge(dialogs::routes())
        .merge(bots::routes())
        .merge(oauth_apps::routes())
}

/// What is served outside the API.
pub(super) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().merge(hook_payloads::outside()).merge(commands::outside()).merge(apps::outside())
}
