//! `teams.changes`: a member removed from a team, the team archived and restored, as every node sees it.

use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;

pub(super) const CHECK: Check = Check {
    id: "teams.changes",
    title: "a member removed from a team, and the team archived and restored on one node are so on every other",
    lines: &["S1.3c", "S2.2b"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        halted = halted.and(walk(cx, n, actor, &others).await);
    }
    halted
}

/// All by alice, a plain member who rules the team because it is hers.
async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let home = cx.home;
    let alice = home.alice.at(&actor.anyone);
    let name = format!("mine-{}-{n}", cx.nonce);
    let id = cx
        .step(format!("a plain member makes a team and adds another on {}", actor.label()), async {
            let team = alice.create_team(&name, "Hers").await.expecting("a new team")?;
            let added = cx.as_member(actor, || alice.add_to_team(&team.id, &home.bob_id)).await;
            added.expecting("the new member")?;
            Ok(team.id)
        })
        .await?;
    let mut halted = Ok(());
    for reader in others.iter().copied().chain([actor]) {
        let name = format!("{} opens it for its new member", reader.label());
        let seen = cx.crossed(reader, || async {
            home.bob.at(&reader.anyone).team(&id).await.expecting("the team").map(drop)
        });
        halted = halted.and(cx.step(name, seen).await);
    }
    cx.step(format!("the owner removes the member on {}", actor.label()), async {
        let removed = cx.as_member(actor, || alice.remove_from_team(&id, &home.bob_id)).await;
        removed.expecting("the member to go")
    })
    .await?;
    for reader in others.iter().copied().chain([actor]) {
        let name = format!("{} shows and treats them as gone", reader.label());
        halted = halted.and(cx.step(name, cx.crossed(reader, || gone(cx, reader, &id))).await);
    }
    for (wanted, what) in [(true, "archives"), (false, "restores")] {
        cx.step(format!("the owner {what} the team on {}", actor.label()), async {
            if wanted {
                cx.as_member(actor, || alice.archive_team(&id)).await.expecting("the team to be archived")
            } else {
                let restored = cx.as_member(actor, || alice.restore_team(&id)).await;
                restored.expecting("the restored team").map(drop)
            }
        })
        .await?;
        for reader in others.iter().copied().chain([actor]) {
            let name = format!("{} sees that the owner {what} it", reader.label());
            let seen = cx.crossed(reader, || archived(cx, reader, &id, wanted));
            halted = halted.and(cx.step(name, seen).await);
        }
    }
    halted
}

/// The membership is ended, and whoever had it is a stranger.
async fn gone(cx: &Context<'_>, reader: &Place, team: &str) -> Result<(), Stop> {
    let member = cx.home.alice.at(&reader.anyone).team_member(team, &cx.home.bob_id).await;
    match member {
        // Servers keep the row and say when it ended.
        Ok(member) if member.delete_at == 0 => {
            return Err(Stop::failed_at(&reader.name, "an ended membership", "delete_at 0"));
        }
        Err(error) if error.status() != Some(404) => Err(error).expecting("an ended membership")?,
        _ => {}
    }
    match cx.home.bob.at(&reader.anyone).team(team).await {
        Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(()),
        Err(error) => Err(error).expecting("403 for a removed member"),
        Ok(_) => Err(Stop::failed_at(&reader.name, "403 for a removed member", "the team").of_safety()),
    }
}

async fn archived(cx: &Context<'_>, reader: &Place, team: &str, wanted: bool) -> Result<(), Stop> {
    let seen = cx.home.alice.at(&reader.anyone).team(team).await.expecting("the team")?;
    if (seen.delete_at > 0) == wanted {
        return Ok(());
    }
    let expected = if wanted { "an archived team" } else { "a team that is not archived" };
    Err(Stop::failed_at(&reader.name, expected, format!("delete_at {}", seen.delete_at)))
}
