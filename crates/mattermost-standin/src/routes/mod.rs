//! The REST routes of a node, by the families that clients and checks have too.

pub(crate) mod channels;
pub(crate) mod files;
pub(crate) mod integrations;
pub(crate) mod page;
pub(crate) mod posts;
pub(crate) mod system;
pub(crate) mod teams;
pub(crate) mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::events::socket;
use crate::node::answer::Refusal;
use crate::node::core::NodeCore;

/// Uploads are refused above this, as with the product's default `FileSettings.MaxFileSize`.
const MAX_BODY: usize = 100 * 1024 * 1024;

/// All routes of a node.
pub(crate) fn router(node: Arc<NodeCore>) -> Router {
    let api = Router::new()
        .merge(system::routes())
        .merge(users::routes())
        .merge(teams::routes())
        .merge(channels::routes())
        .merge(posts::routes())
        .merge(files::routes())
        .merge(integrations::routes())
        .route("/websocket", get(socket::open));
    Router::new()
        .nest("/api/v4", api)
        .merge(system::outside())
        .merge(files::outside())
        .merge(integrations::outside())
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(node)
}

async fn unknown(uri: Uri) -> Response {
    Refusal::unknown_route(uri.path()).into_response()
}
