//! A setting of a user's own.

use mattermost_client::Client;
use serde::Deserialize;
use serde_json::json;

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::RowId;

/// How many settings writes share; servers keep thousands per user, and every client reads all of them.
const SETTINGS: usize = 60;

/// The category of all of them, which no client knows.
const CATEGORY: &str = "upgrade_gate_ledger";

pub(super) struct Preference;

#[derive(Deserialize)]
struct Setting {
    category: String,
    name: String,
    value: String,
}

fn path(premises: &Premises) -> String {
    format!("/api/v4/users/{}/preferences", premises.author.id)
}

fn body(premises: &Premises, name: &str, value: &str) -> serde_json::Value {
    json!([{ "user_id": premises.author.id, "category": CATEGORY, "name": name, "value": value }])
}

impl WriteKind for Preference {
    fn name(&self) -> &'static str {
        "preference"
    }

    fn share(&self) -> u32 {
        10
    }

    fn touches(&self) -> Touches {
        Touches::Words
    }

    fn events(&self) -> &'static [&'static str] {
        &["preferences_changed"]
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async {
            let rows: Vec<RowId> =
                (0..SETTINGS).filter_map(|n| RowId::of(&format!("{}-{n:02}", premises.nonce))).collect();
            let author = premises.author.client.at(node);
            let first = author.put(&path(premises), &body(premises, "first", "1")).await;
            PreparedWrite::by_attempt(first, rows)
        })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let body = body(act.premises, &act.row(), &act.text);
            act.changed(&act.author().put(&path(act.premises), &body).await?)
        })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let all: Vec<Setting> = reading.get(&path(reading.premises)).await?.json()?;
            let own = all.iter().filter(|setting| setting.category == CATEGORY);
            Ok(reading.sightings(own.map(|setting| (setting.name.as_str(), setting.value.as_str()))))
        })
    }
}
