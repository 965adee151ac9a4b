//! A message that is pinned to its channel, and taken down.

use serde_json::json;

use crate::act::{Done, ON, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::post_list;
use crate::post_sheet::PostSeen;
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::Fingerprint;
use mattermost_client::Client;

pub(super) struct PinKind;

impl WriteKind for PinKind {
    fn name(&self) -> &'static str {
        "pin"
    }

    fn share(&self) -> u32 {
        4
    }

    fn touches(&self) -> Touches {
        Touches::Switches
    }

    fn events(&self) -> &'static [&'static str] {
        &["post_edited"]
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, _: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async { Ok(PreparedWrite::Ready(premises.pinned.clone())) })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let action = if act.on { "pin" } else { "unpin" };
            let path = format!("/api/v4/posts/{}/{action}", act.row());
            act.changed(&act.author().post(&path, &json!({})).await?)
        })
    }

    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        act.switched()
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        let show = |post: &PostSeen| post.pinned.then(|| reading.sighting(ON));
        Box::pin(post_list::sightings(reading, self.name(), show))
    }
}
