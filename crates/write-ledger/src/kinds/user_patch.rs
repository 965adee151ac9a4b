//! Somebody's nickname.

use mattermost_client::Client;
use serde::Deserialize;
use serde_json::json;

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::RowId;

pub(super) struct UserPatch;

#[derive(Deserialize)]
struct Nicknamed {
    id: String,
    #[serde(default)]
    nickname: String,
}

impl WriteKind for UserPatch {
    fn name(&self) -> &'static str {
        "user patch"
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

    fn prepare<'a>(&'a self, premises: &'a mut Premises, _: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async { Ok(PreparedWrite::Ready(RowId::of(&premises.other.id).into_iter().collect())) })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let path = format!("/api/v4/users/{}/patch", act.row());
            let other = act.premises.other.client.at(act.node);
            act.changed(&other.put(&path, &json!({ "nickname": act.text })).await?)
        })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let ids = json!([reading.premises.other.id]);
            let reply = reading.author().post("/api/v4/users/ids", &ids).await?;
            let users: Vec<Nicknamed> = reading.attested(reply).json()?;
            Ok(reading.sightings(users.iter().map(|user| (user.id.as_str(), user.nickname.as_str()))))
        })
    }
}
