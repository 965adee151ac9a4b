//! `channels.changes`: a channel's life after its making: renamed, made private, left, archived, restored.

use super::prelude::*;
use crate::mattermost::Channel;

pub(super) const CHECK: Check = Check::new(
    "channels.changes",
    "a channel renamed, made private, left, archived and restored on one node is so on every other",
    &["S1.3b", "S2.2b"],
    |cx| Box::pin(run(cx)),
);

/// What it is called in the end.
const NAME: &str = "After";
/// And what it is for.
const PURPOSE: &str = "to be changed";

/// alice, a plain member, does what such a one may; the rest is the admin's.
async fn run(cx: &Context<'_>) {
    cx.each_version(async |walk| {
        let (alice, admin, actor) = (walk.alice(), walk.admin(), walk.actor);
        let (team, bob) = (&cx.home.team_id, &cx.home.bob_id);
        let name = format!("changes-{}-{}", cx.nonce, walk.n);
        let made = async {
            let channel = alice.create_channel(team, &name, "O").await.expecting("a new channel")?;
            let added = cx.as_member(actor, || alice.add_to_channel(&channel.id, bob)).await;
            added.expecting("the new member")?;
            Ok(channel.id)
        };
        let id = &walk.step("a plain member makes a channel on {node}", made).await?;
        // What a node remembers, it must forget later.
        cx.on_all(walk.readers(), "opens it for its members", async |place| {
            place.bob().channel(id).await.expecting("the channel")
        })
        .await?;
        let renamed = async {
            let patch = json!({ "display_name": NAME, "purpose": PURPOSE });
            let changed = cx.as_member(actor, || alice.patch_channel(id, &patch)).await;
            changed.expecting("the changed channel")?;
            admin.set_privacy(id, "P").await.expecting("the private channel")
        };
        walk.step("its maker renames it, an admin makes it private on {node}", renamed).await?;
        cx.on_each(walk.readers(), "shows the new name and that it is private", |place| {
            is_renamed(place, id)
        })
        .await;
        let removed = async {
            let removed = cx.as_member(actor, || alice.remove_from_channel(id, bob)).await;
            removed.expecting("the member to go")
        };
        walk.step("its maker removes a member on {node}", removed).await?;
        cx.on_each(walk.readers(), "refuses who was removed", |place| is_closed(place, id)).await;
        let archived = async {
            cx.as_member(actor, || alice.archive_channel(id)).await.expecting("the channel to be archived")
        };
        walk.step("its maker archives it on {node}", archived).await?;
        cx.on_each(walk.readers(), "shows it archived and takes no post", |place| is_archived(place, id))
            .await;
        let restored = async { admin.restore_channel(id).await.expecting("the restored channel") };
        walk.step("an admin restores it on {node}", restored).await?;
        cx.on_each(walk.readers(), "shows it restored", async |place| {
            archived_is(place, &place.alice().channel(id).await.expecting("the channel")?, false)
        })
        .await;
        Ok(())
    })
    .await;
}

/// It has another name and is private.
async fn is_renamed(place: &Place, id: &str) -> Result<(), StepError> {
    let seen = place.alice().channel(id).await.expecting("the channel")?;
    let words = |name: &str, kind: &str, purpose: &str| format!("\"{name}\" of kind {kind}, \"{purpose}\"");
    let (expected, got) = (words(NAME, "P", PURPOSE), words(&seen.display_name, &seen.kind, &seen.purpose));
    place.ensure(got == expected, expected, got)
}

/// Who was removed is refused.
async fn is_closed(place: &Place, id: &str) -> Result<(), StepError> {
    match place.bob().channel(id).await {
        Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(()),
        Err(error) => Err(error).expecting("403 for a removed member"),
        Ok(_) => Err(place.failed("403 for a removed member", "the channel").of_safety()),
    }
}

/// It is archived and takes no post.
async fn is_archived(place: &Place, id: &str) -> Result<(), StepError> {
    let alice = place.alice();
    archived_is(place, &alice.channel(id).await.expecting("the archived channel")?, true)?;
    match alice.create_post(id, "too late", &[]).await {
        Err(error) if error.status() == Some(400) => Ok(()),
        Err(error) => Err(error).expecting("400 for a post in an archived channel"),
        Ok(_) => Err(place.failed("400 for a post in an archived channel", "201")),
    }
}

fn archived_is(place: &Place, seen: &Channel, wanted: bool) -> Result<(), StepError> {
    let expected = if wanted { "an archived channel" } else { "a channel that is not archived" };
    place.ensure((seen.delete_at > 0) == wanted, expected, format!("delete_at {}", seen.delete_at))
}
