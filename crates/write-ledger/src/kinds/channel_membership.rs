//! Somebody's place in a channel, given and taken away.

use mattermost_client::Client;
use serde_json::json;

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::members;
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::{Fingerprint, RowId};

pub(super) struct ChannelMembership;

impl WriteKind for ChannelMembership {
    fn name(&self) -> &'static str {
        "channel membership"
    }

    fn share(&self) -> u32 {
        2
    }

    fn touches(&self) -> Touches {
        Touches::Switches
    }

    fn events(&self) -> &'static [&'static str] {
        &["user_added", "user_removed"]
    }

    fn told_by(&self, act: &WriteAct<'_>, _: RowId) -> String {
        // Which channel it is stands beside what the event carries.
        act.premises.other.id.clone()
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, _: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async { Ok(PreparedWrite::Ready(premises.side.clone())) })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let body = json!({ "user_id": act.premises.other.id });
            members::turn(act, &format!("/api/v4/channels/{}/members", act.row()), &body).await
        })
    }

    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        act.switched()
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(members::sightings(reading, "channels"))
    }
}
