//! An answer to a message, in its thread.

use serde_json::json;

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, Touches, WriteKind};
use crate::post_list;
use crate::post_sheet::PostSeen;
use crate::reading::{BulkReading, Sightings};
use crate::row::{Fingerprint, RowId};

pub(super) struct ThreadReply;

/// The post that a write answers.
fn root(act: &WriteAct<'_>) -> Option<RowId> {
    let roots = &act.premises.roots;
    // There are a few, and a number of that size is an index on every machine.
    usize::try_from(act.seq).ok().and_then(|seq| roots.get(seq % roots.len().max(1)).copied())
}

/// The answer and what it answers, as one: losing its thread is losing it.
fn both(message: Fingerprint, root: Option<RowId>) -> Fingerprint {
    Fingerprint::of(&format!("{message} below {}", root.as_ref().map_or("", RowId::as_str)))
}

impl WriteKind for ThreadReply {
    fn name(&self) -> &'static str {
        "thread reply"
    }

    fn share(&self) -> u32 {
        10
    }

    fn touches(&self) -> Touches {
        Touches::New
    }

    fn events(&self) -> &'static [&'static str] {
        &["posted"]
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let root = root(act).map(|root| root.to_string());
            let body = json!({ "channel_id": act.premises.channel, "root_id": root, "message": act.text });
            Done::made(&act.author().post("/api/v4/posts", &body).await?)
        })
    }

    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        both(Fingerprint::of(&act.text), root(act))
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        let show = |post: &PostSeen| {
            let mut seen = post_list::words(post)?;
            seen.says = both(post.message, post.root);
            Some(seen)
        };
        Box::pin(post_list::sightings(reading, self.name(), show))
    }
}
