//! The products' own routes: Boards, Playbooks and Calls as far as their recorded exchanges go, on the shared database.
//!
//! Simpler than the real ones: no board templates, views and comments, no private boards and playbooks, no reminders, no
//! rate limit. A call lives while somebody's websocket is in it, media or not, and nobody is thrown out; a websocket that
//! ends leaves its call at once, where the product waits ten seconds for it to come back.

mod board_access;
mod board_files;
mod boards;
pub(crate) mod calls;
mod form;
mod playbooks;
pub(crate) mod request;
mod retrospective;
mod run_access;
pub(crate) mod templates;

use axum::response::Response;

use crate::db::tables::Tables;

use request::ProductRequest;

/// What a running plugin answers; nothing where it has no such route.
pub(crate) fn answer(plugin: &str, tables: &mut Tables, request: &ProductRequest<'_>) -> Option<Response> {
    match plugin {
        "focalboard" => boards::answer(tables, request),
        "playbooks" => playbooks::answer(tables, request),
        "com.mattermost.calls" => calls::answer(tables, request),
        _ => None,
    }
}
