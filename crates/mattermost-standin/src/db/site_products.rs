//! What products have in a copy of somebody's site: boards with cards, playbooks and their runs.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::tables::{Tables, pair};
use crate::products::templates::TEMPLATES;

/// Somebody or something with a name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DumpedName {
    pub(super) name: String,
    pub(super) create_at: i64,
}

/// An old row: its table, its key, when it was made, and its columns that must not change.
pub type OldRow = (&'static str, String, i64, Vec<(&'static str, String)>);

/// An open board of somebody's with a card.
pub(super) fn board(
    tables: &mut Tables,
    DumpedName { name, create_at }: &DumpedName,
    team: &str,
    user: &str,
) {
    let (id, card) = (format!("b{}", ids::new_id()), format!("c{}", ids::new_id()));
    let board = json!({
        "id": id, "teamId": team, "channelId": "", "createdBy": user, "modifiedBy": user, "type": "O",
        "minimumRole": "", "title": name, "description": "", "icon": "", "showDescription": false,
        "isTemplate": false, "templateVersion": 0, "properties": null, "cardProperties": [],
        "createAt": create_at, "updateAt": create_at, "deleteAt": 0,
    });
    let card_row = json!({
        "id": card, "boardId": id, "createdBy": user, "modifiedBy": user, "title": name, "contentOrder": [],
        "icon": "", "isTemplate": false, "properties": {}, "createAt": create_at, "updateAt": create_at,
        "deleteAt": 0,
    });
    tables.products.board_members.insert(pair(&id, user));
    tables.products.cards.insert(card, card_row);
    tables.products.boards.insert(id, board);
}

/// A run of somebody's, and its playbook.
pub(super) fn run(
    tables: &mut Tables,
    DumpedName { name, create_at }: &DumpedName,
    (team, channel): (&str, &str),
    user: &str,
) {
    let (id, playbook) = (ids::new_id(), ids::new_id());
    let mut row = TEMPLATES.playbook.clone();
    filled(
        &mut row,
        [
            ("id", json!(playbook)),
            ("title", json!(name)),
            ("team_id", json!(team)),
            ("create_at", json!(create_at)),
            ("update_at", json!(create_at)),
            ("checklists", json!([])),
            ("members", json!([])),
        ],
    );
    tables.products.playbooks.insert(playbook.clone(), row);
    let mut row = TEMPLATES.run.clone();
    filled(
        &mut row,
        [
            ("id", json!(id)),
            ("name", json!(name)),
            ("summary", json!("")),
            ("owner_user_id", json!(user)),
            ("reporter_user_id", json!(user)),
            ("team_id", json!(team)),
            ("channel_id", json!(channel)),
            ("create_at", json!(create_at)),
            ("update_at", json!(create_at)),
            ("last_status_update_at", json!(create_at)),
            ("playbook_id", json!(playbook)),
            ("checklists", json!([])),
            ("status_posts", json!([])),
            ("timeline_events", json!([])),
            ("participant_ids", json!([user])),
        ],
    );
    tables.products.runs.insert(id, row);
}

fn filled<const N: usize>(row: &mut Value, fields: [(&str, Value); N]) {
    for (key, value) in fields {
        row[key] = value;
    }
}

/// All rows of products, old and new.
pub(super) fn rows(tables: &Tables) -> Vec<OldRow> {
    let products = &tables.products;
    let boards =
        products.boards.values().map(|row| old("focalboard_boards", row, "createAt", &[("title", "title")]));
    let cards = products
        .cards
        .values()
        .map(|row| old("focalboard_blocks", row, "createAt", &[("title", "title"), ("board_id", "boardId")]));
    let playbooks =
        products.playbooks.values().map(|row| old("ir_playbook", row, "create_at", &[("title", "title")]));
    let runs = products.runs.values().map(|row| old("ir_incident", row, "create_at", &[("name", "name")]));
    boards.chain(cards).chain(playbooks).chain(runs).collect()
}

/// A row by the names of its columns and of the fields that they are on the wire.
fn old(table: &'static str, row: &Value, made: &str, columns: &[(&'static str, &str)]) -> OldRow {
    let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let columns = columns.iter().map(|(column, field)| (*column, text(field))).collect();
    (table, text("id"), row[made].as_i64().unwrap_or_default(), columns)
}
