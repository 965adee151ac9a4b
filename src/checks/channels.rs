//! `channels`: public, private, direct and group channels, made on one node, used through the others.

use serde_json::json;

use super::check::{Check, Stages};
use super::context::Context;
use super::each_version::each_version;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use crate::mattermost::Channel;

pub(super) const CHECK: Check = Check {
    id: "channels",
    title: "public, private, direct and group channels made on one node open on every other, for members only",
    lines: &["S1.3b", "S2.2b"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// What the public channel says of itself.
const HEADER: &str = "written by the gate";

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    each_version(cx, |n, actor, others| async move { walk(cx, n, actor, &others).await }).await
}

async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let home = cx.home;
    let admin = home.admin.at(&actor.anyone);
    let (alice, bob) = (home.alice_id.as_str(), home.bob_id.as_str());
    let (public, private, direct, group) = cx
        .step(format!("make a channel of each kind on {}", actor.label()), async {
            let name = |kind: &str| format!("{kind}-{}-{n}", cx.nonce);
            let public = admin.create_channel(&home.team_id, &name("public"), "O").await;
            let private = admin.create_channel(&home.team_id, &name("private"), "P").await;
            let direct = home.alice.at(&actor.anyone).converse(&[alice, bob]).await;
            let group = admin.converse(&[&home.admin_id, alice, bob]).await;
            Ok((
                public.expecting("a new public channel")?,
                private.expecting("a new private channel")?,
                direct.expecting("a new direct channel")?,
                group.expecting("a new group channel")?,
            ))
        })
        .await?;
    cx.step(format!("write the public channel's header on {}", actor.label()), async {
        let path = format!("/api/v4/channels/{}/patch", public.id);
        admin.put(&path, &json!({ "header": HEADER })).await.expecting("the changed channel").map(drop)
    })
    .await?;
    cx.step(format!("add a member to the private channel on {}", actor.label()), async {
        admin.add_to_channel(&private.id, alice).await.expecting("the new member").map(drop)
    })
    .await?;
    let mut halted = Ok(());
    for reader in others.iter().copied().chain([actor]) {
        let seen = cx.crossed(reader, || async {
            let alice = home.alice.at(&reader.anyone);
            for channel in [&public, &private, &direct, &group] {
                opens(reader, channel, alice.channel(&channel.id).await.expecting("the channel")?)?;
            }
            Ok(())
        });
        let header = cx.crossed(reader, || async {
            let seen =
                home.bob.at(&reader.anyone).channel(&public.id).await.expecting("the public channel")?;
            if seen.header == HEADER {
                Ok(())
            } else {
                Err(Stop::failed_at(
                    &reader.name,
                    format!("the header \"{HEADER}\""),
                    format!("\"{}\"", seen.header),
                ))
            }
        });
        halted = halted.and(cx.step(format!("the header is there on {}", reader.label()), header).await);
        halted = halted.and(cx.step(format!("a member opens all four on {}", reader.label()), seen).await);
        let name = format!("a stranger is refused the private one on {}", reader.label());
        halted = halted.and(cx.step(name, refused(cx, reader, &private)).await);
    }
    halted
}

fn opens(reader: &Place, made: &Channel, seen: Channel) -> Result<(), Stop> {
    if (&seen.kind, &seen.name) == (&made.kind, &made.name) {
        Ok(())
    } else {
        let words = |channel: &Channel| format!("{} of kind {}", channel.name, channel.kind);
        Err(Stop::failed_at(&reader.name, words(made), words(&seen)))
    }
}

/// bob is no member; a server that lets him in has lost its permissions.
async fn refused(cx: &Context<'_>, reader: &Place, private: &Channel) -> Result<(), Stop> {
    match cx.home.bob.at(&reader.anyone).channel(&private.id).await {
        Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(()),
        Err(error) => Err(error).expecting("403 for somebody who is no member"),
        Ok(_) => {
            let expected = "403 for somebody who is no member";
            Err(Stop::failed_at(&reader.name, expected, "200 with the channel").of_safety())
        }
    }
}
