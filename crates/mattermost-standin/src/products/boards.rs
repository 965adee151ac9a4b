//! Boards: open boards of a team, their members, cards and other blocks.

use axum::response::Response;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::tables::{Tables, pair};
use crate::node::answer::text;
use crate::node::identity::Caller;
use crate::products::board_access::{BoardAnswer, board, must_be_member};
use crate::products::board_files;
use crate::products::request::{self, ProductRequest};

/// What the plugin answers.
pub(crate) fn answer(tables: &mut Tables, request: &ProductRequest<'_>) -> Option<Response> {
    let (method, path) = (request.method.as_str(), request.path.as_slice());
    let path = match path {
        ["hello"] => return Some(request::json(200, &json!("Hello"))),
        ["api", "v2", path @ ..] => path,
        _ => return None,
    };
    if request.headers.get("x-requested-with").is_none_or(|value| value != "XMLHttpRequest") {
        return Some(refused(400, "checkCSRFToken FAILED"));
    }
    let Some(caller) = &request.caller else { return Some(refused(403, "access denied to team")) };
    if let Some(file) = board_files::answer(tables, request, caller, path) {
        return Some(file.unwrap_or_else(|(status, error)| refused(status, &error)));
    }
    let answer = match (method, path) {
        // An administrator switched shared boards on.
        ("GET", ["clientConfig"]) => Ok(json!({
            "telemetry": false, "telemetryid": "", "enablePublicSharedBoards": true,
            "teammateNameDisplay": "username", "featureFlags": {}, "maxFileSize": 104_857_600,
        })),
        ("GET", ["teams", team, "boards"]) => Ok(of_team(tables, caller, team)),
        ("POST", ["boards"]) => create(tables, request, caller),
        ("GET", ["boards", id]) => read(tables, caller, id),
        ("DELETE", ["boards", id]) => delete(tables, request, caller, id, true),
        ("POST", ["boards", id, "undelete"]) => delete(tables, request, caller, id, false),
        ("POST", ["boards", id, "join"]) => join(tables, caller, id),
        ("POST", ["boards", id, "cards"]) => create_card(tables, request, caller, id),
        ("GET", ["boards", id, "cards"]) => cards(tables, caller, id),
        ("GET", ["boards", id, "blocks"]) => blocks(tables, caller, id),
        ("POST", ["boards", id, "blocks"]) => add_blocks(tables, request, caller, id),
        ("PATCH", ["boards", id, "blocks", block]) => rename_block(tables, request, caller, id, block),
        ("DELETE", ["boards", id, "blocks", block]) => remove_block(tables, caller, id, block),
        ("GET", ["boards", id, "sharing"]) => sharing(tables, caller, id),
        ("POST", ["boards", id, "sharing"]) => share(tables, request, caller, id),
        ("GET", ["cards", id]) => card(tables, caller, id, "fetch"),
        ("PATCH", ["cards", id]) => change(tables, request, caller, id),
        _ => return None,
    };
    Some(match answer {
        Ok(body) => request::json(200, &body),
        Err((status, error)) => refused(status, &error),
    })
}

fn refused(status: u16, error: &str) -> Response {
    request::json(status, &json!({"error": error, "errorCode": status}))
}

fn of_team(tables: &Tables, caller: &Caller, team: &str) -> Value {
    let own = tables.products.boards.values().filter(|board| {
        board["teamId"] == team
            && board["deleteAt"] == 0
            && tables.products.board_members.contains(&pair(text(board, "id"), &caller.user_id))
    });
    own.cloned().collect()
}

fn create(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller) -> BoardAnswer {
    let given = &request.body;
    let team = text(given, "teamId");
    if !ids::is_id(team) || !tables.in_team(team, &caller.user_id) {
        return Err((403, "access denied to create public boards".into()));
    }
    let (id, now) = (format!("b{}", ids::new_id()), request.node.world.tick());
    let properties =
        if given["cardProperties"].is_array() { given["cardProperties"].clone() } else { json!([]) };
    let board = json!({
        "id": id, "teamId": team, "channelId": text(given, "channelId"), "createdBy": caller.user_id,
        "modifiedBy": caller.user_id, "type": text(given, "type"), "minimumRole": text(given, "minimumRole"),
        "title": text(given, "title"), "description": "", "icon": "", "showDescription": false,
        "isTemplate": false, "templateVersion": 0, "properties": null, "cardProperties": properties,
        "createAt": now, "updateAt": now, "deleteAt": 0,
    });
    tables.products.board_members.insert(pair(&id, &caller.user_id));
    tables.products.boards.insert(id, board.clone());
    Ok(board)
}

/// Whoever may view the team, and a system admin may any, may view its open boards; their cards are for members.
fn read(tables: &Tables, caller: &Caller, id: &str) -> BoardAnswer {
    let board = board(tables, id)?;
    if caller.admin || tables.in_team(text(&board, "teamId"), &caller.user_id) {
        return Ok(board);
    }
    Err((403, "access denied to board".into()))
}

fn delete(
    tables: &mut Tables,
    request: &ProductRequest<'_>,
    caller: &Caller,
    id: &str,
    gone: bool,
) -> BoardAnswer {
    if gone {
        must_be_member(tables, caller, &board(tables, id)?, "delete board")?;
    }
    let now = request.node.world.tick();
    if let Some(board) = tables.products.boards.get_mut(id) {
        board["deleteAt"] = if gone { now.into() } else { 0.into() };
    }
    Ok(json!({}))
}

fn join(tables: &mut Tables, caller: &Caller, id: &str) -> BoardAnswer {
    read(tables, caller, id)?;
    tables.products.board_members.insert(pair(id, &caller.user_id));
    Ok(json!({
        "boardId": id, "userId": caller.user_id, "roles": "", "minimumRole": "", "schemeAdmin": false,
        "schemeEditor": true, "schemeCommenter": false, "schemeViewer": false, "synthetic": false,
    }))
}

fn create_card(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller, id: &str) -> BoardAnswer {
    must_be_member(tables, caller, &board(tables, id)?, "create card")?;
    let (card_id, now) = (format!("c{}", ids::new_id()), request.node.world.tick());
    let given = &request.body;
    let properties = if given["properties"].is_object() { given["properties"].clone() } else { json!({}) };
    let card = json!({
        "id": card_id, "boardId": id, "createdBy": caller.user_id, "modifiedBy": caller.user_id,
        "title": text(given, "title"), "contentOrder": [], "icon": "", "isTemplate": false,
        "properties": properties, "createAt": now, "updateAt": now, "deleteAt": 0,
    });
    tables.products.cards.insert(card_id, card.clone());
    Ok(card)
}

fn cards(tables: &Tables, caller: &Caller, id: &str) -> BoardAnswer {
    must_be_member(tables, caller, &board(tables, id)?, "fetch cards")?;
    Ok(tables.products.cards.values().filter(|card| card["boardId"] == id).cloned().collect())
}

/// The same cards as the blocks that they are stored as.
fn blocks(tables: &Tables, caller: &Caller, id: &str) -> BoardAnswer {
    let cards = cards(tables, caller, id)?;
    let block = |card: &Value| {
        json!({
            "id": card["id"], "parentId": id, "createdBy": card["createdBy"], "modifiedBy": card["modifiedBy"],
            "schema": 1, "type": "card", "title": card["title"],
            "fields": {
                "contentOrder": [], "icon": "", "isTemplate": false, "properties": card["properties"],
            },
            "createAt": card["createAt"], "updateAt": card["updateAt"], "deleteAt": 0, "boardId": id,
        })
    };
    let others = tables.kept.blocks.values().filter(|block| block["boardId"] == id).cloned();
    Ok(cards.as_array().into_iter().flatten().map(block).chain(others).collect())
}

/// Views and the like; each gets an id of its own.
fn add_blocks(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller, id: &str) -> BoardAnswer {
    must_be_member(tables, caller, &board(tables, id)?, "modify board cards")?;
    let now = request.node.world.tick();
    let mut made = Vec::new();
    for given in request.body.as_array().into_iter().flatten() {
        let block_id = format!("v{}", ids::new_id());
        let mut block = given.clone();
        for (key, value) in [
            ("id", json!(block_id)),
            ("boardId", json!(id)),
            ("createdBy", json!(caller.user_id)),
            ("modifiedBy", json!(caller.user_id)),
            ("createAt", json!(now)),
            ("updateAt", json!(now)),
        ] {
            block[key] = value;
        }
        tables.kept.blocks.insert(block_id, block.clone());
        made.push(block);
    }
    Ok(made.into())
}

fn rename_block(
    tables: &mut Tables,
    request: &ProductRequest<'_>,
    caller: &Caller,
    id: &str,
    block: &str,
) -> BoardAnswer {
    must_be_member(tables, caller, &board(tables, id)?, "make board changes")?;
    let missing = || (404, format!("{{block ID={block}}} not found"));
    let row = tables.kept.blocks.get_mut(block).ok_or_else(missing)?;
    row["title"] = text(&request.body, "title").into();
    row["updateAt"] = request.node.world.tick().into();
    Ok(json!({}))
}

fn remove_block(tables: &mut Tables, caller: &Caller, id: &str, block: &str) -> BoardAnswer {
    must_be_member(tables, caller, &board(tables, id)?, "modify board cards")?;
    tables.kept.blocks.shift_remove(block);
    Ok(json!({}))
}

fn sharing(tables: &Tables, caller: &Caller, id: &str) -> BoardAnswer {
    must_be_member(tables, caller, &board(tables, id)?, "sharing board")?;
    let none = || json!({"id": "", "enabled": false, "token": ""});
    Ok(tables.kept.sharings.get(id).cloned().unwrap_or_else(none))
}

/// The product's settings allow it: `EnablePublicSharedBoards`.
fn share(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller, id: &str) -> BoardAnswer {
    must_be_member(tables, caller, &board(tables, id)?, "share board")?;
    let mut row = request.body.clone();
    row["modifiedBy"] = caller.user_id.clone().into();
    row["update_at"] = request.node.world.tick().into();
    tables.kept.sharings.insert(id.to_owned(), row);
    Ok(json!({}))
}

fn card(tables: &Tables, caller: &Caller, id: &str, purpose: &str) -> BoardAnswer {
    // Recorded: a card that is not there is a 400.
    let missing = || (400, format!("could not fetch card {id}: {{block ID={id}}} not found"));
    let card = tables.products.cards.get(id).cloned().ok_or_else(missing)?;
    let board = board(tables, text(&card, "boardId")).map_err(|_| missing())?;
    must_be_member(tables, caller, &board, &format!("{purpose} card"))?;
    Ok(card)
}

/// All properties are replaced by those of the request, as the product does it.
fn change(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller, id: &str) -> BoardAnswer {
    let mut card = card(tables, caller, id, "patch")?;
    if request.body["updatedProperties"].is_object() {
        card["properties"] = request.body["updatedProperties"].clone();
    }
    if let Some(title) = request.body["title"].as_str() {
        card["title"] = title.into();
    }
    card["modifiedBy"] = caller.user_id.clone().into();
    card["updateAt"] = request.node.world.tick().into();
    tables.products.cards.insert(id.to_owned(), card.clone());
    Ok(card)
}
