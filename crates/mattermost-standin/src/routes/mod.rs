//! The REST routes of a node, one file per area.

mod access_tokens;
mod apps;
mod bots;
mod channel_life;
mod channel_members;
mod channels;
mod cloud;
mod cluster;
mod commands;
mod config;
mod dialogs;
mod emoji;
mod files;
mod guests;
mod hooks;
mod invites;
mod looks;
mod pages;
mod personal;
mod pictures;
mod plugins;
pub(super) mod posts;
mod reactions;
mod roles;
mod sessions;
mod stored;
mod system;
mod team_members;
mod teams;
mod typing;
mod uploads;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::answer::Refusal;
use super::core::NodeCore;
use super::socket;

/// Uploads are refused above this, as with the product's default `FileSettings.MaxFileSize`.
const MAX_BODY: usize = 100 * 1024 * 1024;

/// All routes of a node.
pub(super) fn router(node: Arc<NodeCore>) -> Router {
    let api = Router::new()
        .merge(system::routes())
        .merge(config::routes())
        .merge(cluster::routes())
        .merge(plugins::routes())
        .merge(users::routes())
        .merge(sessions::routes())
        .merge(access_tokens::routes())
        .merge(invites::routes())
        .merge(teams::routes())
        .merge(team_members::routes())
        .merge(channels::routes())
        .merge(channel_life::routes())
        .merge(channel_members::routes())
        .merge(personal::routes())
        .merge(typing::routes())
        .merge(posts::routes())
        .merge(pages::routes())
        .merge(reactions::routes())
        .merge(files::routes())
        .merge(roles::routes())
        .merge(looks::routes())
        .merge(guests::routes())
        .merge(uploads::routes())
        .merge(pictures::routes())
        .merge(emoji::routes())
        .merge(hooks::routes())
        .merge(commands::routes())
        .merge(dialogs::routes())
        .merge(bots::routes())
        .merge(cloud::routes())
        .route("/websocket", get(socket::open));
    Router::new()
        .nest("/api/v4", api)
        .merge(plugins::outside())
        .merge(looks::outside())
        .merge(hooks::outside())
        .merge(commands::outside())
        .merge(apps::outside())
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(node)
}

async fn unknown(uri: Uri) -> Response {
    Refusal::unknown_route(uri.path()).into_response()
}
