//! What somebody says they are doing: kept in their account's properties, as JSON in a text.

use mattermost_client::Client;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::act::{Done, WriteAct, word};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::RowId;

pub(super) struct CustomStatus;

#[derive(Deserialize)]
struct WithProperties {
    id: String,
    #[serde(default)]
    props: Value,
}

fn path(premises: &Premises) -> String {
    format!("/api/v4/users/{}/status/custom", premises.author.id)
}

fn body(text: &str) -> Value {
    json!({ "emoji": "hammer", "text": text, "duration": "" })
}

impl WriteKind for CustomStatus {
    fn name(&self) -> &'static str {
        "custom status"
    }

    fn share(&self) -> u32 {
        2
    }

    fn touches(&self) -> Touches {
        Touches::Words
    }

    fn events(&self) -> &'static [&'static str] {
        &["user_updated"]
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async {
            let author = premises.author.client.at(node);
            let first = author.put(&path(premises), &body("keeping a ledger")).await;
            PreparedWrite::by_attempt(first, RowId::of(&premises.author.id).into_iter().collect())
        })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move { act.changed(&act.author().put(&path(act.premises), &body(&act.text)).await?) })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let ids = json!([reading.premises.author.id]);
            let reply = reading.author().post("/api/v4/users/ids", &ids).await?;
            let users: Vec<WithProperties> = reading.attested(reply).json()?;
            let status = |user: &WithProperties| {
                let status: Value =
                    serde_json::from_str(word(&user.props, "customStatus")).unwrap_or_default();
                (user.id.clone(), word(&status, "text").to_owned())
            };
            let said: Vec<(String, String)> = users.iter().map(status).collect();
            Ok(reading.sightings(said.iter().map(|(id, text)| (id.as_str(), text.as_str()))))
        })
    }
}
