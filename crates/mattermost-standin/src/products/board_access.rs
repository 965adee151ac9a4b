//! Whom a board is for.

use serde_json::Value;

use crate::db::tables::{Tables, pair};
use crate::node::answer::text;
use crate::node::identity::Caller;

/// A response, or the status and text of a refusal.
pub(super) type BoardAnswer = Result<Value, (u16, String)>;

/// A board that is there, by id.
pub(super) fn board(tables: &Tables, id: &str) -> BoardAnswer {
    let board = tables.products.boards.get(id).cloned();
    board.filter(|board| board["deleteAt"] == 0).ok_or((404, "{boards} not found".into()))
}

/// Refuses whoever is no member; on a board with a minimum role all of its team are.
pub(super) fn must_be_member(
    tables: &Tables,
    caller: &Caller,
    board: &Value,
    what: &str,
) -> Result<(), (u16, String)> {
    let member = tables.products.board_members.contains(&pair(text(board, "id"), &caller.user_id));
    let by_role =
        !text(board, "minimumRole").is_empty() && tables.in_team(text(board, "teamId"), &caller.user_id);
    if member || by_role { Ok(()) } else { Err((403, format!("access denied to {what}"))) }
}
