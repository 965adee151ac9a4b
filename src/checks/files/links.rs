//! `files.links`: a public link made on one node serves the file on every other, also after the upgrade.

use super::bytes::{digest, noise, same};
use crate::checks::channel;
use crate::checks::prelude::*;
use crate::mattermost::Client;

pub(in crate::checks) const CHECK: Check = Check::new(
    "files.links",
    "a public link made on one node serves the file on every other, before and after, and only as it was made",
    &["S1.1"],
    |cx| Box::pin(run(cx)),
);

const SIZE: usize = 2_000;

/// A public link of stable: its path, and the hash of what it opens.
const OLD: Entry<(String, String)> = Entry::new("a public link");

async fn run(cx: &Context<'_>) {
    let on = async {
        let config = cx.actor().admin().client_config().await.expecting("the client configuration")?;
        Ok(config.get("EnablePublicLink").is_some_and(|on| on == "true"))
    };
    match cx.step("ask whether public links are on", on).await {
        Ok(true) => {}
        Ok(false) => {
            let reason = "public links are off; FileSettings.EnablePublicLink switches them on";
            return cx.not_applicable("public links", reason);
        }
        Err(Reported) => return,
    }
    if let Some((path, hash)) = OLD.old(cx) {
        cx.on_each_at_once(cx.places, "serves a link from stable", |place| serves(place, &path, &hash)).await;
    }
    cx.each_version(async |walk| {
        let bytes = noise(&format!("{}-{}", cx.nonce, walk.n), SIZE);
        let hash = digest(&bytes);
        let path = walk.step("make a public link on {node}", linked(cx, walk.alice(), bytes)).await?;
        OLD.keep(cx, &(path.clone(), hash.clone()));
        for reader in walk.readers() {
            let served = cx.until_replicated(reader, || serves(reader, &path, &hash));
            cx.verify(format!("{reader} serves the link to anybody"), served).await;
            cx.verify(format!("{reader} refuses a guessed one"), refuses(reader, &path)).await;
        }
        Ok(())
    })
    .await;
}

/// Uploads a file in a message; gives the path of its public link.
async fn linked(cx: &Context<'_>, alice: &Client, bytes: Vec<u8>) -> Result<String, StepError> {
    let channel = channel::of_check(cx).await?;
    let info = alice.upload(&channel, "linked.bin", bytes).await.expecting("the uploaded file")?;
    alice.create_post(&channel, "linked", &[&info.id]).await.expecting("a post with the file")?;
    alice.public_path(&info.id).await.expecting("a public link")
}

async fn serves(reader: &Place, path: &str, hash: &str) -> Result<(), StepError> {
    let reply = reader.client.get(path).await.expecting("the file behind a public link")?;
    same(&reader.name, &reply.body, hash)
}

async fn refuses(reader: &Place, path: &str) -> Result<(), StepError> {
    match reader.client.get(&format!("{path}x")).await {
        Err(error) if error.status() == Some(400) => Ok(()),
        Err(error) => Err(error).expecting("400 for a guessed link"),
        Ok(reply) => Err(reader.failed("400 for a guessed link", format!("{} bytes", reply.body.len()))),
    }
}
