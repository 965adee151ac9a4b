//! `teams`: a team made on one node, its name and its members, as every other node sees them.

use super::prelude::*;

pub(super) const CHECK: Check = Check::new(
    "teams",
    "a team made, renamed and joined on one node is so on every other",
    &["S1.3c", "S2.2b"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA);

async fn run(cx: &Context<'_>) {
    cx.each_version(async |walk| {
        let (admin, bob) = (walk.admin(), &cx.home.bob_id);
        let name = format!("team-{}-{}", cx.nonce, walk.n);
        let made = async { admin.create_team(&name, "Before").await.expecting("a new team") };
        let team = walk.step("make a team on {node}", made).await?.id;
        let path = format!("/api/v4/teams/{team}/patch");
        let renamed = async {
            admin.put(&path, &json!({ "display_name": "After" })).await.expecting("the renamed team")
        };
        walk.step("rename it on {node}", renamed).await?;
        let joined = async { admin.add_to_team(&team, bob).await.expecting("the new member") };
        walk.step("add a member on {node}", joined).await?;
        cx.on_each(walk.others(), "sees name and member", async |place| {
            let seen = place.admin().team(&team).await.expecting("the team")?;
            place.ensure(seen.display_name == "After", "the team's new name", seen.display_name)?;
            let member = place.admin().team_member(&team, bob).await.expecting("the new member")?;
            place.ensure(member.user_id == *bob, "the new member", member.user_id)
        })
        .await;
        Ok(())
    })
    .await;
}
