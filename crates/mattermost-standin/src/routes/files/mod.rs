//! Files and pictures: sent, shown smaller, linked to, and kept.

pub(crate) mod emoji;
pub(crate) mod file;
pub(crate) mod file_bytes;
pub(crate) mod file_search;
pub(crate) mod pictures;
pub(crate) mod previews_and_links;
pub(crate) mod uploads;

use std::sync::Arc;

use axum::Router;

use crate::node::core::NodeCore;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .merge(file::routes())
        .merge(file_search::routes())
        .merge(previews_and_links::routes())
        .merge(uploads::routes())
        .merge(pictures::routes())
        .merge(emoji::routes())
}

/// What is served outside the API.
pub(super) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().merge(previews_and_links::outside())
}
