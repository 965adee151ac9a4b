//! `files.links`: a public link made on one node serves the file on every other, also after the upgrade.

use super::bytes::{digest, noise, same};
use crate::checks::channel;
use crate::checks::check::{Check, Stages};
use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;

pub(in crate::checks) const CHECK: Check = Check {
    id: "files.links",
    title: "a public link made on one node serves the file on every other, before and after, and only as it was made",
    lines: &["S1.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

const SIZE: usize = 2_000;

/// A public link of stable: its path, and the hash of what it opens.
const OLD: Entry<(String, String)> = Entry::new("old", "a public link");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let on = cx
        .step("ask whether public links are on", async {
            let config = cx.home.admin.at(&cx.places[0].anyone).client_config().await;
            Ok(config
                .expecting("the client configuration")?
                .get("EnablePublicLink")
                .is_some_and(|on| on == "true"))
        })
        .await?;
    if !on {
        cx.not_applicable(
            "public links",
            "public links are off; FileSettings.EnablePublicLink switches them on",
        );
        return Ok(());
    }
    let mut halted = Ok(());
    if let Some((path, hash)) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} serves a link from stable", place.label());
            halted = halted.and(cx.step(name, serves(place, &path, &hash)).await);
        }
    }
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        halted = halted.and(walk(cx, n, actor, &others).await);
    }
    halted
}

async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let bytes = noise(&format!("{}-{n}", cx.nonce), SIZE);
    let hash = digest(&bytes);
    let path = cx
        .step(format!("make a public link on {}", actor.label()), async {
            let alice = cx.home.alice.at(&actor.anyone);
            let channel = channel::of_check(cx).await?;
            let info = alice.upload(&channel, "linked.bin", bytes).await.expecting("the uploaded file")?;
            alice.create_post(&channel, "linked", &[&info.id]).await.expecting("a post with the file")?;
            alice.public_path(&info.id).await.expecting("a public link")
        })
        .await?;
    OLD.keep(cx, &(path.clone(), hash.clone()));
    let mut halted = Ok(());
    for reader in others.iter().copied().chain([actor]) {
        let name = format!("{} serves the link to anybody", reader.label());
        halted = halted.and(cx.step(name, cx.crossed(reader, || serves(reader, &path, &hash))).await);
        let name = format!("{} refuses a guessed one", reader.label());
        halted = halted.and(cx.step(name, refused(reader, &path)).await);
    }
    halted
}

async fn serves(reader: &Place, path: &str, hash: &str) -> Result<(), Stop> {
    let reply = reader.anyone.get(path).await.expecting("the file behind a public link")?;
    same(&reader.name, &reply.body, hash)
}

async fn refused(reader: &Place, path: &str) -> Result<(), Stop> {
    match reader.anyone.get(&format!("{path}x")).await {
        Err(error) if error.status() == Some(400) => Ok(()),
        Err(error) => Err(error).expecting("400 for a guessed link"),
        Ok(reply) => Err(Stop::failed_at(
            &reader.name,
            "400 for a guessed link",
            format!("{} bytes", reply.body.len()),
        )),
    }
}
