//! A message in a channel.

use serde_json::json;

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, Touches, WriteKind};
use crate::post_list;
use crate::reading::{BulkReading, Sightings};

pub(super) struct PostKind;

impl WriteKind for PostKind {
    fn name(&self) -> &'static str {
        "post"
    }

    fn share(&self) -> u32 {
        34
    }

    fn touches(&self) -> Touches {
        Touches::New
    }

    fn events(&self) -> &'static [&'static str] {
        &["posted"]
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let premises = act.premises;
            // As the web app does it: a server that gets the request twice makes one post of it.
            let pending = format!("{}:{}{}", premises.author.id, premises.nonce, act.seq);
            let body = json!({
                "channel_id": premises.channel, "message": act.text, "pending_post_id": pending,
            });
            Done::made(&act.author().post("/api/v4/posts", &body).await?)
        })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(post_list::sightings(reading, self.name(), post_list::words))
    }
}
