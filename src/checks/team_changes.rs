//! `teams.changes`: a member removed from a team, the team archived and restored, as every node sees it.

use super::prelude::*;

pub(super) const CHECK: Check = Check::new(
    "teams.changes",
    "a member removed from a team, and the team archived and restored on one node are so on every other",
    &["S1.3c", "S2.2b"],
    |cx| Box::pin(run(cx)),
);

/// All by alice, a plain member who rules the team because it is hers.
async fn run(cx: &Context<'_>) {
    cx.each_version(async |walk| {
        let (alice, actor, bob) = (walk.alice(), walk.actor, &cx.home.bob_id);
        let name = format!("mine-{}-{}", cx.nonce, walk.n);
        let made = async {
            let team = alice.create_team(&name, "Hers").await.expecting("a new team")?;
            let added = cx.as_member(actor, || alice.add_to_team(&team.id, bob)).await;
            added.expecting("the new member")?;
            Ok(team.id)
        };
        let id = walk.step("a plain member makes a team and adds another on {node}", made).await?;
        cx.on_each(walk.readers(), "opens it for its new member", async |place| {
            place.bob().team(&id).await.expecting("the team")
        })
        .await;
        let removed = async {
            let removed = cx.as_member(actor, || alice.remove_from_team(&id, bob)).await;
            removed.expecting("the member to go")
        };
        walk.step("the owner removes the member on {node}", removed).await?;
        cx.on_each(walk.readers(), "shows and treats them as gone", async |place| {
            gone(place, &id, bob).await
        })
        .await;
        let archive = async {
            let archived = cx.as_member(actor, || alice.archive_team(&id)).await;
            archived.expecting("the team to be archived")
        };
        walk.step("the owner archives the team on {node}", archive).await?;
        cx.on_each(walk.readers(), "sees that the owner archives it", async |place| {
            archived(place, &id, true).await
        })
        .await;
        let restore = async {
            let restored = cx.as_member(actor, || alice.restore_team(&id)).await;
            restored.expecting("the restored team")
        };
        walk.step("the owner restores the team on {node}", restore).await?;
        cx.on_each(walk.readers(), "sees that the owner restores it", async |place| {
            archived(place, &id, false).await
        })
        .await;
        Ok(())
    })
    .await;
}

/// The membership is ended, and whoever had it is a stranger.
async fn gone(place: &Place, team: &str, bob: &str) -> Result<(), StepError> {
    match place.alice().team_member(team, bob).await {
        // Servers keep the row and say when it ended.
        Ok(member) if member.delete_at == 0 => {
            return Err(place.failed("an ended membership", "delete_at 0"));
        }
        Err(error) if error.status() != Some(404) => Err(error).expecting("an ended membership")?,
        _ => {}
    }
    match place.bob().team(team).await {
        Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(()),
        Err(error) => Err(error).expecting("403 for a removed member"),
        Ok(_) => Err(place.failed("403 for a removed member", "the team").of_safety()),
    }
}

async fn archived(place: &Place, team: &str, wanted: bool) -> Result<(), StepError> {
    let seen = place.alice().team(team).await.expecting("the team")?;
    let expected = if wanted { "an archived team" } else { "a team that is not archived" };
    place.ensure((seen.delete_at > 0) == wanted, expected, format!("delete_at {}", seen.delete_at))
}
