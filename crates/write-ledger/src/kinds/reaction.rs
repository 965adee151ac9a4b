//! An emoji below a message, put there and taken away.

use serde_json::json;

use crate::act::{Done, ON, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::post_list;
use crate::post_sheet::{EMOJI, PostSeen};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::Fingerprint;
use mattermost_client::Client;

pub(super) struct ReactionKind;

impl WriteKind for ReactionKind {
    fn name(&self) -> &'static str {
        "reaction"
    }

    fn share(&self) -> u32 {
        8
    }

    fn touches(&self) -> Touches {
        Touches::Switches
    }

    fn events(&self) -> &'static [&'static str] {
        &["reaction_added", "reaction_removed"]
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, _: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async { Ok(PreparedWrite::Ready(premises.reacted.clone())) })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let (user, post) = (&act.premises.author.id, act.row());
            let reply = if act.on {
                let body = json!({ "user_id": user, "post_id": post, "emoji_name": EMOJI });
                act.author().post("/api/v4/reactions", &body).await?
            } else {
                act.author().delete(&format!("/api/v4/users/{user}/posts/{post}/reactions/{EMOJI}")).await?
            };
            act.changed(&reply)
        })
    }

    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        act.switched()
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        let show = |post: &PostSeen| post.reacted.then(|| reading.sighting(ON));
        Box::pin(post_list::sightings(reading, self.name(), show))
    }
}
