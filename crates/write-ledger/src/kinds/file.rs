//! A file, attached to a message: known by the message, and right if the message is there and the bytes are those that were sent.

use std::collections::HashMap;

use futures_util::future::join_all;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::act::{Done, WriteAct, shape};
use crate::kind::{Asking, Touches, WriteKind};
use crate::post_list;
use crate::post_sheet::PostSeen;
use crate::reading::{BulkReading, Sighting, Sightings};
use crate::row::{Fingerprint, RowId};

/// Bytes of a file: enough that a part can be missing.
const SIZE: usize = 2048;

/// How many files are fetched at once.
const AT_ONCE: usize = 4;

pub(super) struct FileKind;

#[derive(Deserialize)]
struct UploadedFiles {
    file_infos: Vec<UploadedFile>,
}

#[derive(Deserialize)]
struct UploadedFile {
    id: String,
}

/// Bytes that no other file has.
fn bytes(text: &str) -> Vec<u8> {
    text.bytes().cycle().take(SIZE).collect()
}

/// The message and the bytes, as one.
fn both(message: Fingerprint, bytes: Fingerprint) -> Fingerprint {
    Fingerprint::of(&format!("{message} with {bytes}"))
}

/// The message with its file, as one node shows it.
async fn whole(reading: &BulkReading<'_>, id: RowId, post: &PostSeen) -> (RowId, Sighting) {
    let Some(file) = post.file else {
        let text = "the message without its file";
        return (id, Sighting { says: Fingerprint::of(text), text: text.into() });
    };
    let (bytes, what) = match reading.get(&format!("/api/v4/files/{file}")).await {
        Ok(reply) => (Fingerprint::of_bytes(&reply.body), format!("{} bytes", reply.body.len())),
        Err(error) => (Fingerprint::ABSENT, error.got()),
    };
    let text = format!("{} with the file {file}: {what}", post.text);
    (id, Sighting { says: both(post.message, bytes), text: text.into() })
}

impl WriteKind for FileKind {
    fn name(&self) -> &'static str {
        "file"
    }

    fn share(&self) -> u32 {
        4
    }

    fn touches(&self) -> Touches {
        Touches::New
    }

    fn events(&self) -> &'static [&'static str] {
        &["posted"]
    }

    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done> {
        Box::pin(async move {
            let channel = &act.premises.channel;
            let path = format!("/api/v4/files?channel_id={channel}&filename=ledger-{}.bin", act.seq);
            let kind = [("Content-Type", "application/octet-stream")];
            let sent = act.author().send_bytes(Method::POST, &path, &kind, bytes(&act.text), &[201]).await?;
            let file = sent.json::<UploadedFiles>()?.file_infos.into_iter().next();
            let file = file.ok_or_else(|| shape(&sent, "names no file".into()))?.id;
            let body = json!({ "channel_id": channel, "message": act.text, "file_ids": [file] });
            Done::made(&act.author().post("/api/v4/posts", &body).await?)
        })
    }

    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        both(Fingerprint::of(&act.text), Fingerprint::of_bytes(&bytes(&act.text)))
    }

    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings> {
        Box::pin(async move {
            let sheet = post_list::sheet(reading).await?;
            let posts: Vec<(RowId, &PostSeen)> = sheet.of(reading.wanted).collect();
            let mut rows = HashMap::new();
            for some in posts.chunks(AT_ONCE) {
                rows.extend(join_all(some.iter().map(|(id, post)| whole(reading, *id, post))).await);
            }
            Ok(Sightings { rows, marked: sheet.marked(self.name()) })
        })
    }
}
