//! Another text for a message that a former write made.

use serde_json::json;

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, Touches, WriteKind};
use crate::post_list;
use crate::reading::{BulkReading, Sightings};

pub(super) struct Edit;

impl WriteKind for Edit {
    fn name(&self) -> &'static str {
        "edit"
    }

    fn share(&self) -> u32 {
        10
    }

    fn touches(&self) -> Touches {
        Touches::RowOf("post")
    }

    fn events(&self) -> &'static [&'static str] {
        &["post_edited"]
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let path = format!("/api/v4/posts/{}/patch", act.row());
            act.changed(&act.author().put(&path, &json!({ "message": act.text })).await?)
        })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(post_list::sightings(reading, self.name(), post_list::words))
    }
}
