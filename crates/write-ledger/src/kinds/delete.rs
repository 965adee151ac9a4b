//! The end of a message that a former write made: it must not be there again.

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, Touches, WriteKind};
use crate::post_list;
use crate::reading::{BulkReading, Sightings};
use crate::row::Fingerprint;

pub(super) struct Delete;

impl WriteKind for Delete {
    fn name(&self) -> &'static str {
        "delete"
    }

    fn share(&self) -> u32 {
        6
    }

    fn touches(&self) -> Touches {
        Touches::RowOf("post")
    }

    fn events(&self) -> &'static [&'static str] {
        &["post_deleted"]
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(
            async move { act.changed(&act.author().delete(&format!("/api/v4/posts/{}", act.row())).await?) },
        )
    }

    fn leaves(&self, _: &WriteAct<'_>) -> Fingerprint {
        Fingerprint::ABSENT
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(post_list::sightings(reading, self.name(), post_list::words))
    }
}
