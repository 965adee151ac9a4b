//! Files of boards: uploaded to one, and read by the name that they got there.
//!
//! Simpler than the product: their bytes are rows and no objects of the file store.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::db::ids;
use crate::db::products::BoardFile;
use crate::db::tables::Tables;
use crate::files::media;
use crate::node::identity::Caller;
use crate::products::board_access::{board, must_be_member};
use crate::products::form;
use crate::products::request::{self, ProductRequest};

/// A response, or the status and text of a refusal.
type FileAnswer = Result<Response, (u16, String)>;

/// What the plugin answers about files; nothing where the path is of something else.
pub(super) fn answer(
    tables: &mut Tables,
    request: &ProductRequest<'_>,
    caller: &Caller,
    path: &[&str],
) -> Option<FileAnswer> {
    Some(match (request.method.as_str(), path) {
        ("POST", ["teams", _, board, "files"]) => upload(tables, request, caller, board),
        ("GET", ["files", "teams", _, board, name]) => file(tables, caller, board, name).map(|file| {
            let kind = media::mime_type(&file.name);
            (StatusCode::OK, [(header::CONTENT_TYPE, kind)], file.bytes.clone()).into_response()
        }),
        ("GET", ["files", "teams", _, board, name, "info"]) => {
            file(tables, caller, board, name).map(|file| {
                // The name without its first letter and what follows the dot.
                let id: String = name.chars().skip(1).take_while(|letter| *letter != '.').collect();
                let info = json!({
                    "id": id, "user_id": "boards", "channel_id": "", "create_at": file.create_at,
                    "update_at": file.create_at, "delete_at": 0, "name": file.name,
                    "extension": extension(&file.name), "size": file.bytes.len(),
                    "mime_type": media::mime_type(&file.name), "mini_preview": null, "remote_id": "",
                    "archived": false,
                });
                request::json(200, &info)
            })
        }
        _ => return None,
    })
}

fn upload(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller, id: &str) -> FileAnswer {
    let denied = || (403, "access denied to make board changes".to_owned());
    let board = board(tables, id).map_err(|_| denied())?;
    must_be_member(tables, caller, &board, "make board changes")?;
    let (name, bytes) =
        form::file(request.headers, request.bytes, "file").ok_or((400, "http: no such file".to_owned()))?;
    let known_as = format!("7{}{}", ids::new_id(), extension(&name));
    let file = BoardFile { board_id: id.to_owned(), name, create_at: request.node.world.tick(), bytes };
    tables.products.board_files.insert(known_as.clone(), file);
    Ok(request::json(200, &json!({"fileId": known_as})))
}

/// A file of this board and no other one.
fn file<'t>(
    tables: &'t Tables,
    caller: &Caller,
    id: &str,
    name: &str,
) -> Result<&'t BoardFile, (u16, String)> {
    let denied = || (403, "access denied to board".to_owned());
    let board = board(tables, id).map_err(|_| denied())?;
    must_be_member(tables, caller, &board, "board")?;
    let file = tables.products.board_files.get(name).ok_or((404, format!("{name} not found")))?;
    if file.board_id == id { Ok(file) } else { Err(denied()) }
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| format!(".{}", extension.to_lowercase())).unwrap_or_default()
}
