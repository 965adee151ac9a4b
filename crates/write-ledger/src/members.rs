//! Whether the one who comes and goes is in a place, by the list of its members.

use mattermost_client::ApiError;
use serde::Deserialize;

use crate::reading::BulkReading;

/// The most members that a page has.
const PAGE: usize = 200;

#[derive(Deserialize)]
struct Listed {
    user_id: String,
    #[serde(default)]
    delete_at: i64,
}

/// Whether they are in the list at `path`. A system admin asks: the author is not in every place.
pub(crate) async fn has(reading: &BulkReading<'_>, path: &str) -> Result<bool, ApiError> {
    let admin = reading.premises.admin.at(reading.node);
    for page in 0_u32.. {
        let reply = admin.get(&format!("{path}?page={page}&per_page={PAGE}")).await?;
        let list: Vec<Listed> = reading.attested(reply).json()?;
        let is_other = |one: &Listed| one.user_id == reading.premises.other.id && one.delete_at == 0;
        if list.iter().any(is_other) {
            return Ok(true);
        }
        if list.len() < PAGE {
            break;
        }
    }
    Ok(false)
}
