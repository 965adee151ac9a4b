//! `files.pictures`: the picture of a user and the icon of a team, set on one node, seen on every other.

use super::bytes::{colour, digest, same};
use super::objects;
use crate::checks::prelude::*;
use crate::png;

pub(in crate::checks) const CHECK: Check = Check::new(
    "files.pictures",
    "a profile picture and a team icon set on one node are seen on every other and are in the bucket",
    &["S1.1"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Bucket]);

/// A side of the pictures in pixels; servers bring them down to 128.
const SIDE: u32 = 160;

/// One kind of picture.
struct PictureKind<'a> {
    /// What failures call it.
    word: &'a str,
    /// Its place in the API.
    of: String,
    /// Its key in the bucket.
    key: String,
    /// Whether it is the admin who sets it, and not alice.
    by_admin: bool,
    /// The hash of the last one that was set.
    old: Entry<String>,
}

async fn run(cx: &Context<'_>) {
    let home = cx.home;
    let kinds = [
        PictureKind {
            word: "profile picture",
            of: format!("users/{}", home.alice_id),
            key: format!("users/{}/profile.png", home.alice_id),
            by_admin: false,
            old: Entry::new("a profile picture"),
        },
        PictureKind {
            word: "team icon",
            of: format!("teams/{}", home.team_id),
            key: format!("teams/{}/teamIcon.png", home.team_id),
            by_admin: true,
            old: Entry::new("a team icon"),
        },
    ];
    for kind in &kinds {
        if let Some(hash) = kind.old.old(cx) {
            let name = format!("still shows the {}", kind.word);
            cx.on_each_at_once(cx.places, &name, |place| shows(place, kind, &hash)).await;
        }
        cx.each_version(async |walk| {
            let word = kind.word;
            let hash = walk.step(&format!("set the {word} on {{node}}"), set(cx, kind, &walk)).await?;
            kind.old.put(cx, hash.clone());
            let name = format!("shows the new {word}");
            cx.on_each(walk.others(), &name, |place| shows(place, kind, &hash)).await;
            let stored = objects::is_at(cx, walk.actor, &kind.key, &hash);
            walk.step(&format!("the {word} of {{node}} is an object in the bucket"), stored).await
        })
        .await;
    }
}

/// Sets a picture; gives the hash of what the server made of it.
async fn set(cx: &Context<'_>, kind: &PictureKind<'_>, walk: &Walk<'_>) -> Result<String, StepError> {
    let owner = if kind.by_admin { walk.admin() } else { walk.alice() };
    let before = match owner.picture(&kind.of).await {
        Ok(bytes) => bytes,
        // A team has no icon at first.
        Err(error) if error.status() == Some(404) => Vec::new(),
        Err(error) => return Err(error).expecting(&format!("the {} before", kind.word)),
    };
    let picture = png::plain(SIDE, SIDE, colour(&format!("{}-{}-{}", kind.word, cx.nonce, walk.n)));
    owner.set_picture(&kind.of, picture).await.expecting("a picture that is taken")?;
    let after = owner.picture(&kind.of).await.expecting(&format!("the new {}", kind.word))?;
    let what = if after == before { "the old ones" } else { "no PNG" };
    let right = png::size(&after).is_some() && after != before;
    let got = format!("{} bytes, {what}", after.len());
    walk.actor.ensure(right, format!("another {}", kind.word), got)?;
    Ok(digest(&after))
}

async fn shows(reader: &Place, kind: &PictureKind<'_>, hash: &str) -> Result<(), StepError> {
    let bytes = reader.bob().picture(&kind.of).await.expecting(kind.word)?;
    same(&reader.name, &bytes, hash)
}
