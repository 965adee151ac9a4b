//! The one who comes and goes: put into a place, taken out of it, and whether they are in the list of its members.

use mattermost_client::ApiError;
use serde::Deserialize;
use serde_json::Value;

use crate::act::{Done, ON, WriteAct};
use crate::reading::{BulkReading, Sightings};

/// The most members that a page has.
const PAGE: usize = 200;

#[derive(Deserialize)]
struct Listed {
    user_id: String,
    #[serde(default)]
    delete_at: i64,
}

/// Puts them into the place whose list of members is at `path`, with this body, or takes them out.
pub(crate) async fn turn(act: &WriteAct<'_>, path: &str, body: &Value) -> Result<Done, ApiError> {
    let reply = if act.on {
        act.admin().post(path, body).await?
    } else {
        act.admin().delete(&format!("{path}/{}", act.premises.other.id)).await?
    };
    act.changed(&reply)
}

/// In which of the wanted places they are; `places` is how these are called in the API.
pub(crate) async fn sightings(reading: &BulkReading<'_>, places: &str) -> Result<Sightings, ApiError> {
    let mut rows = Vec::new();
    for row in reading.wanted {
        if has(reading, &format!("/api/v4/{places}/{row}/members")).await? {
            rows.push((row.as_str(), ON));
        }
    }
    Ok(reading.sightings(rows))
}

/// Whether they are in the list at `path`. A system admin asks: the author is not in every place.
async fn has(reading: &BulkReading<'_>, path: &str) -> Result<bool, ApiError> {
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
