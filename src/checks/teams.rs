//! `teams`: a team made on one node, its name and its members, as every other node sees them.

use serde_json::json;

use super::check::{Check, Stages};
use super::context::Context;
use super::each_version::each_version;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;

pub(super) const CHECK: Check = Check {
    id: "teams",
    title: "a team made, renamed and joined on one node is so on every other",
    lines: &["S1.3c", "S2.2b"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    each_version(cx, |n, actor, others| async move { walk(cx, n, actor, &others).await }).await
}

async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let admin = cx.home.admin.at(&actor.anyone);
    let name = format!("team-{}-{n}", cx.nonce);
    let team = cx
        .step(format!("make a team on {}", actor.label()), async {
            admin.create_team(&name, "Before").await.expecting("a new team")
        })
        .await?;
    cx.step(format!("rename it on {}", actor.label()), async {
        let path = format!("/api/v4/teams/{}/patch", team.id);
        admin.put(&path, &json!({ "display_name": "After" })).await.expecting("the renamed team").map(drop)
    })
    .await?;
    cx.step(format!("add a member on {}", actor.label()), async {
        admin.add_to_team(&team.id, &cx.home.bob_id).await.expecting("the new member").map(drop)
    })
    .await?;
    let mut halted = Ok(());
    for other in others {
        let reader = cx.home.admin.at(&other.anyone);
        let seen = cx.crossed(other, || async {
            let seen = reader.team(&team.id).await.expecting("the team")?;
            if seen.display_name != "After" {
                return Err(Stop::failed_at(&other.name, "the team's new name", seen.display_name));
            }
            let member = reader.team_member(&team.id, &cx.home.bob_id).await.expecting("the new member")?;
            if member.user_id == cx.home.bob_id {
                Ok(())
            } else {
                Err(Stop::failed_at(&other.name, "the new member", member.user_id))
            }
        });
        halted = halted.and(cx.step(format!("{} sees name and member", other.label()), seen).await);
    }
    halted
}
