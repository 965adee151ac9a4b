//! A message that is not sent yet, below a post that it will answer.

use mattermost_client::Client;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};

pub(super) struct DraftKind;

#[derive(Deserialize)]
struct KeptDraft {
    channel_id: String,
    root_id: String,
    message: String,
}

fn body(premises: &Premises, root: &str, message: &str) -> Value {
    json!({
        "user_id": premises.author.id, "channel_id": premises.channel, "root_id": root, "message": message,
        "props": {}, "file_ids": [],
    })
}

impl WriteKind for DraftKind {
    fn name(&self) -> &'static str {
        "draft"
    }

    fn share(&self) -> u32 {
        4
    }

    fn touches(&self) -> Touches {
        Touches::Words
    }

    fn events(&self) -> &'static [&'static str] {
        &["draft_created"]
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async {
            // One for the channel itself, whose row no write shares.
            let author = premises.author.client.at(node);
            let first = author.post("/api/v4/drafts", &body(premises, "", "a first draft")).await;
            PreparedWrite::by_attempt(first, premises.drafted.clone())
        })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let body = body(act.premises, &act.row(), &act.text);
            act.changed(&act.author().post("/api/v4/drafts", &body).await?)
        })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let premises = reading.premises;
            let path = format!("/api/v4/users/{}/teams/{}/drafts", premises.author.id, premises.team);
            let all: Option<Vec<KeptDraft>> = reading.get(&path).await?.json()?;
            let all = all.unwrap_or_default();
            let own = all.iter().filter(|draft| draft.channel_id == premises.channel);
            Ok(reading.sightings(own.map(|draft| (draft.root_id.as_str(), draft.message.as_str()))))
        })
    }
}
