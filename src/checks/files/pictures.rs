//! `files.pictures`: the picture of a user and the icon of a team, set on one node, seen on every other.

use super::bytes::{colour, digest, same};
use super::objects;
use crate::checks::check::{Check, Need, Stages};
use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::Client;
use crate::png;

pub(in crate::checks) const CHECK: Check = Check {
    id: "files.pictures",
    title: "a profile picture and a team icon set on one node are seen on every other and are in the bucket",
    lines: &["S1.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Bucket],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A side of the pictures in pixels; servers bring them down to 128.
const SIDE: u32 = 160;

/// One kind of picture.
struct Kind<'a> {
    /// What failures call it.
    word: &'a str,
    /// Its place in the API.
    of: String,
    /// Its key in the bucket.
    key: String,
    /// Who may set it.
    owner: &'a Client,
    /// The hash of the last one that was set.
    old: Entry<String>,
}

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let home = cx.home;
    let kinds = [
        Kind {
            word: "profile picture",
            of: format!("users/{}", home.alice_id),
            key: format!("users/{}/profile.png", home.alice_id),
            owner: &home.alice,
            old: Entry::new("profile picture", "a profile picture"),
        },
        Kind {
            word: "team icon",
            of: format!("teams/{}", home.team_id),
            key: format!("teams/{}/teamIcon.png", home.team_id),
            owner: &home.admin,
            old: Entry::new("team icon", "a team icon"),
        },
    ];
    let mut halted = Ok(());
    for kind in &kinds {
        if let Some(hash) = kind.old.old(cx) {
            for place in cx.places {
                let name = format!("{} still shows the {}", place.label(), kind.word);
                halted = halted.and(cx.step(name, shows(cx, place, kind, &hash)).await);
            }
        }
        for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
            halted = halted.and(walk(cx, n, kind, actor, &others).await);
        }
    }
    halted
}

async fn walk(
    cx: &Context<'_>,
    n: usize,
    kind: &Kind<'_>,
    actor: &Place,
    others: &[&Place],
) -> Result<(), Halt> {
    let hash =
        cx.step(format!("set the {} on {}", kind.word, actor.label()), set(cx, n, kind, actor)).await?;
    kind.old.replace(cx, &hash);
    let mut halted = Ok(());
    for reader in others {
        let name = format!("{} shows the new {}", reader.label(), kind.word);
        let seen = cx.crossed(reader, || shows(cx, reader, kind, &hash));
        halted = halted.and(cx.step(name, seen).await);
    }
    let name = format!("the {} of {} is an object in the bucket", kind.word, actor.label());
    halted.and(cx.step(name, objects::is_at(cx, actor, &kind.key, &hash)).await)
}

/// Sets a picture; gives the hash of what the server made of it.
async fn set(cx: &Context<'_>, n: usize, kind: &Kind<'_>, actor: &Place) -> Result<String, Stop> {
    let owner = kind.owner.at(&actor.anyone);
    let before = match owner.picture(&kind.of).await {
        Ok(bytes) => bytes,
        // A team has no icon at first.
        Err(error) if error.status() == Some(404) => Vec::new(),
        Err(error) => return Err(error).expecting(&format!("the {} before", kind.word)),
    };
    let picture = png::plain(SIDE, SIDE, colour(&format!("{}-{}-{n}", kind.word, cx.nonce)));
    owner.set_picture(&kind.of, picture).await.expecting("a picture that is taken")?;
    let after = owner.picture(&kind.of).await.expecting(&format!("the new {}", kind.word))?;
    if png::size(&after).is_none() || after == before {
        let got =
            format!("{} bytes, {}", after.len(), if after == before { "the old ones" } else { "no PNG" });
        return Err(Stop::failed_at(&actor.name, format!("another {}", kind.word), got));
    }
    Ok(digest(&after))
}

async fn shows(cx: &Context<'_>, reader: &Place, kind: &Kind<'_>, hash: &str) -> Result<(), Stop> {
    let bytes = cx.home.bob.at(&reader.anyone).picture(&kind.of).await.expecting(kind.word)?;
    same(&reader.name, &bytes, hash)
}
