//! `channels.changes`: a channel's life after its making: renamed, made private, left, archived, restored.

use serde_json::json;

use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use crate::mattermost::Channel;

pub(super) const CHECK: Check = Check {
    id: "channels.changes",
    title: "a channel renamed, made private, left, archived and restored on one node is so on every other",
    lines: &["S1.3b", "S2.2b"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// What it is called in the end.
const NAME: &str = "After";
/// And what it is for.
const PURPOSE: &str = "to be changed";

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        halted = halted.and(walk(cx, n, actor, &others).await);
    }
    halted
}

/// What every node must know of the channel by now.
#[derive(Debug, Clone, Copy)]
enum Now {
    /// Its members open it: what a node remembers, it must forget later.
    Known,
    /// It has another name and is private.
    Renamed,
    /// Who was removed is refused.
    Left,
    /// It is archived and takes no post.
    Archived,
    /// It is as before.
    Restored,
}

/// alice, a plain member, does what such a one may; the rest is the admin's.
async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let home = cx.home;
    let (alice, admin) = (home.alice.at(&actor.anyone), home.admin.at(&actor.anyone));
    let name = format!("changes-{}-{n}", cx.nonce);
    let id = cx
        .step(format!("a plain member makes a channel on {}", actor.label()), async {
            let channel = alice.create_channel(&home.team_id, &name, "O").await.expecting("a new channel")?;
            let added = cx.as_member(actor, || alice.add_to_channel(&channel.id, &home.bob_id)).await;
            added.expecting("the new member")?;
            Ok(channel.id)
        })
        .await?;
    let everywhere = async |now: Now, what: &str| {
        let mut halted = Ok(());
        // The acting node last: there nothing has to cross.
        for reader in others.iter().copied().chain([actor]) {
            let name = format!("{} {what}", reader.label());
            halted = halted.and(cx.step(name, cx.crossed(reader, || shows(cx, reader, &id, now))).await);
        }
        halted
    };
    everywhere(Now::Known, "opens it for its members").await?;
    cx.step(format!("its maker renames it, an admin makes it private on {}", actor.label()), async {
        let patch = json!({ "display_name": NAME, "purpose": PURPOSE });
        let changed = cx.as_member(actor, || alice.patch_channel(&id, &patch)).await;
        changed.expecting("the changed channel")?;
        admin.set_privacy(&id, "P").await.expecting("the private channel").map(drop)
    })
    .await?;
    let mut halted = everywhere(Now::Renamed, "shows the new name and that it is private").await;
    cx.step(format!("its maker removes a member on {}", actor.label()), async {
        let removed = cx.as_member(actor, || alice.remove_from_channel(&id, &home.bob_id)).await;
        removed.expecting("the member to go")
    })
    .await?;
    halted = halted.and(everywhere(Now::Left, "refuses who was removed").await);
    cx.step(format!("its maker archives it on {}", actor.label()), async {
        cx.as_member(actor, || alice.archive_channel(&id)).await.expecting("the channel to be archived")
    })
    .await?;
    halted = halted.and(everywhere(Now::Archived, "shows it archived and takes no post").await);
    cx.step(format!("an admin restores it on {}", actor.label()), async {
        admin.restore_channel(&id).await.expecting("the restored channel").map(drop)
    })
    .await?;
    halted.and(everywhere(Now::Restored, "shows it restored").await)
}

async fn shows(cx: &Context<'_>, reader: &Place, id: &str, now: Now) -> Result<(), Stop> {
    let (alice, bob) = (cx.home.alice.at(&reader.anyone), cx.home.bob.at(&reader.anyone));
    match now {
        Now::Known => bob.channel(id).await.expecting("the channel").map(drop),
        Now::Renamed => {
            let seen = alice.channel(id).await.expecting("the channel")?;
            if (seen.display_name.as_str(), seen.kind.as_str(), seen.purpose.as_str()) == (NAME, "P", PURPOSE)
            {
                return Ok(());
            }
            let got = format!("\"{}\" of kind {}, \"{}\"", seen.display_name, seen.kind, seen.purpose);
            Err(Stop::failed_at(&reader.name, format!("\"{NAME}\" of kind P, \"{PURPOSE}\""), got))
        }
        Now::Left => match bob.channel(id).await {
            Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(()),
            Err(error) => Err(error).expecting("403 for a removed member"),
            Ok(_) => {
                Err(Stop::failed_at(&reader.name, "403 for a removed member", "the channel").of_safety())
            }
        },
        Now::Archived => {
            archived(reader, &alice.channel(id).await.expecting("the archived channel")?, true)?;
            match alice.create_post(id, "too late", &[]).await {
                Err(error) if error.status() == Some(400) => Ok(()),
                Err(error) => Err(error).expecting("400 for a post in an archived channel"),
                Ok(_) => Err(Stop::failed_at(&reader.name, "400 for a post in an archived channel", "201")),
            }
        }
        Now::Restored => archived(reader, &alice.channel(id).await.expecting("the channel")?, false),
    }
}

fn archived(reader: &Place, seen: &Channel, wanted: bool) -> Result<(), Stop> {
    if (seen.delete_at > 0) == wanted {
        return Ok(());
    }
    let expected = if wanted { "an archived channel" } else { "a channel that is not archived" };
    Err(Stop::failed_at(&reader.name, expected, format!("delete_at {}", seen.delete_at)))
}
