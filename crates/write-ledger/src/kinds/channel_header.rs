//! What a channel says above its messages.

use mattermost_client::Client;
use serde::Deserialize;
use serde_json::json;

use crate::act::{Done, WriteAct};
use crate::kind::{Asking, PreparedWrite, Touches, WriteKind};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};

pub(super) struct ChannelHeader;

#[derive(Deserialize)]
struct Headed {
    header: String,
}

impl WriteKind for ChannelHeader {
    fn name(&self) -> &'static str {
        "channel header"
    }

    fn share(&self) -> u32 {
        2
    }

    fn touches(&self) -> Touches {
        Touches::Words
    }

    fn events(&self) -> &'static [&'static str] {
        &["channel_updated"]
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, _: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async { Ok(PreparedWrite::Ready(premises.side.clone())) })
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let path = format!("/api/v4/channels/{}/patch", act.row());
            act.changed(&act.author().put(&path, &json!({ "header": act.text })).await?)
        })
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let mut rows = Vec::new();
            // One by one: this is the way that goes through the cache of channels.
            for row in reading.wanted {
                let channel: Headed = reading.get(&format!("/api/v4/channels/{row}")).await?.json()?;
                rows.push((row.as_str(), channel.header));
            }
            Ok(reading.sightings(rows.iter().map(|(row, header)| (*row, header.as_str()))))
        })
    }
}
