//! An upload that is announced to one node; another one gets its bytes, and a message with the file.

use futures_util::future::BoxFuture;
use mattermost_client::Client;
use reqwest::Method;
use serde_json::{Value, json};

use crate::act::word;
use crate::handover::{Begun, Handover, Unfinished};
use crate::kind::{Asking, PreparedWrite};
use crate::premises::Premises;
use crate::row::Fingerprint;

/// How long it is, in bytes.
const SIZE: usize = 1024;

pub(super) struct SharedUpload;

fn bytes(premises: &Premises, number: u32) -> Vec<u8> {
    premises.name(&format!("upload {number} ")).bytes().cycle().take(SIZE).collect()
}

impl Handover for SharedUpload {
    fn name(&self) -> &'static str {
        "upload session"
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async move { PreparedWrite::by_attempt(self.begin(premises, node, 0).await, Vec::new()) })
    }

    fn begin<'a>(&'a self, premises: &'a Premises, node: &'a Client, number: u32) -> Asking<'a, Begun> {
        Box::pin(async move {
            let name = format!("ledger-upload-{number}.bin");
            let body = json!({ "channel_id": premises.channel, "filename": name, "file_size": SIZE });
            let reply = premises.author.client.at(node).post("/api/v4/uploads", &body).await?;
            let id = word(&reply.json::<Value>()?, "id").to_owned();
            Ok(Begun { key: id.clone(), id, number, version: reply.version() })
        })
    }

    fn finish<'a>(
        &'a self,
        premises: &'a Premises,
        node: &'a Client,
        begun: &'a Begun,
    ) -> BoxFuture<'a, Result<Option<String>, Unfinished>> {
        Box::pin(async move {
            let author = premises.author.client.at(node);
            let (path, whole) = (format!("/api/v4/uploads/{}", begun.key), bytes(premises, begun.number));
            let sent = author.send_bytes(Method::POST, &path, &[], whole.clone(), &[200]).await?;
            let file = word(&sent.json::<Value>()?, "id").to_owned();
            let message = premises.name(&format!("upload {}", begun.number));
            // From 9.11 on a server lets nobody read a file that no message ever took.
            let post = json!({ "channel_id": premises.channel, "message": message, "file_ids": [file] });
            author.post("/api/v4/posts", &post).await?;
            let there = author.get(&format!("/api/v4/files/{file}")).await?;
            if there.body == whole {
                return Ok(sent.version());
            }
            let told = |bytes: &[u8]| format!("{} bytes ({})", bytes.len(), Fingerprint::of_bytes(bytes));
            Err(Unfinished::Differs { expected: told(&whole), got: told(&there.body) })
        })
    }
}
