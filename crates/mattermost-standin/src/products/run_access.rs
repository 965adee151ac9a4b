//! Who may see and change a playbook and a run.

use serde_json::{Value, json};

use crate::db::tables::Tables;
use crate::node::answer::text;
use crate::node::identity::Caller;
use crate::products::request::ProductRequest;

/// A status with a body, or the status and text of a refusal.
pub(super) type PlaybookAnswer = Result<(u16, Value), (u16, String)>;

pub(super) fn refused() -> (u16, String) {
    (403, "Not authorized".into())
}

/// Whether somebody may view a team: a system admin may any.
pub(super) fn may_view(tables: &Tables, caller: &Caller, row: &Value) -> bool {
    caller.admin || tables.in_team(text(row, "team_id"), &caller.user_id)
}

/// A run of a public playbook is for everybody in its team.
pub(super) fn run(tables: &Tables, caller: &Caller, id: &str) -> Result<Value, (u16, String)> {
    let run = tables.products.runs.get(id).cloned().ok_or_else(refused)?;
    if may_view(tables, caller, &run) { Ok(run) } else { Err(refused()) }
}

/// Those who take part may change a run.
pub(super) fn own_run(tables: &Tables, caller: &Caller, id: &str) -> Result<Value, (u16, String)> {
    let run = run(tables, caller, id)?;
    let part = run["participant_ids"].as_array().is_some_and(|ids| ids.contains(&json!(caller.user_id)));
    if part || caller.admin { Ok(run) } else { Err(refused()) }
}

pub(super) fn store(tables: &mut Tables, request: &ProductRequest<'_>, mut run: Value) {
    let now = request.node.world.tick();
    run["update_at"] = now.into();
    let id = text(&run, "id").to_owned();
    tables.products.runs.insert(id, run);
}
