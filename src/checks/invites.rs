//! `invites`: people come in by a mail that really arrives, and by the invite id of a team.

mod guests;
mod mailed;
mod membership;

use super::prelude::*;
use super::refused::refused;
use crate::mattermost::{ApiError, Team, User, address_of};
use crate::sinks::MailSink;
use mailed::PASSWORD;

pub(super) const CHECK: Check = Check::new(
    "invites",
    "a mailed invitation arrives and lets one new user in on another node, an invite id lets in whoever has it",
    &["S2.2c"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Sinks]);

/// An invitation of stable that nobody has taken yet: address and token.
const PENDING: Entry<(String, String)> = Entry::new("an invitation");

/// A team of the check's own, made on stable: whoever comes in later comes into an old team.
const TEAM: Entry<String> = Entry::new("a team of its own");

async fn run(cx: &Context<'_>) {
    let team = cx.step("there is a team to come into", team_of_check(cx)).await;
    let Ok(team) = team else { return };
    cx.each_version(async |walk| by_id(cx, &team, &walk).await).await;
    match &cx.mail {
        Ok(sink) => by_mail(cx, sink, &team).await,
        Err(absent) => cx.judge("people are invited by mail", Err(absent.into())),
    }
}

async fn team_of_check(cx: &Context<'_>) -> Result<Team, StepError> {
    let admin = cx.actor().admin();
    if let Some(id) = TEAM.kept(cx) {
        return admin.team(&id).await.expecting("the team made on stable");
    }
    let team = admin.create_team(&format!("team-{}", cx.nonce), "Invited").await.expecting("a new team")?;
    TEAM.put(cx, team.id.clone());
    Ok(team)
}

async fn by_mail(cx: &Context<'_>, sink: &MailSink, team: &Team) {
    cx.each_version(async |walk| {
        let address = address_of(&format!("mailed-{}-{}", cx.nonce, walk.n));
        let token = mailed::invite(cx, sink, team, walk.actor, &address).await?;
        mailed::redeem(cx, team, &walk, &address, &token).await
    })
    .await;
    cx.part(guests::invited(cx, sink, team)).await;
    cx.part(pending(cx, sink, team)).await;
}

/// An invitation that is sent on stable and redeemed on release.
async fn pending(cx: &Context<'_>, sink: &MailSink, team: &Team) -> Result<(), Reported> {
    let first = cx.actor();
    if cx.stage == Stage::Stable {
        let address = address_of(&format!("pending-{}", cx.nonce));
        let token = mailed::invite(cx, sink, team, first, &address).await?;
        PENDING.keep(cx, &(address, token));
        return Ok(());
    }
    let Some((address, token)) = PENDING.old(cx) else { return Ok(()) };
    if cx.stage != Stage::Release {
        return Ok(());
    }
    let name = format!("{first} lets in who was invited on stable");
    let user = cx.step(name, mailed::sign_up(first, &token, &address)).await?;
    membership::everywhere(cx, cx.places, team, &user.id, "who was invited on stable").await;
    Ok(())
}

/// The invite id of a team lets strangers sign up, and users join: on another node than tells it, of the other version if
/// there is one.
async fn by_id(cx: &Context<'_>, team: &Team, walk: &Walk<'_>) -> Result<(), Reported> {
    let (actor, other, bob) = (walk.actor, walk.remote_reader(), &cx.home.bob_id);
    let told = async {
        let seen = walk.admin().team(&team.id).await.expecting("the team")?;
        actor.ensure(!seen.invite_id.is_empty(), "an invite id for an admin", "none")?;
        Ok(seen.invite_id)
    };
    let id = walk.step("{node} tells the team's invite id", told).await?;
    let username = format!("linked-{}-{}", cx.nonce, walk.n);
    let signed_up = async {
        let made = signs_up(other, &id, &username).await;
        made.expecting("a new user, by the team's invite id")
    };
    if let Ok(user) = cx.step(format!("a stranger signs up with it on {other}"), signed_up).await {
        let who = format!("who signed up on {}", other.name);
        membership::everywhere(cx, cx.places, team, &user.id, &who).await;
    }
    let joined = async {
        let joined = other.bob().join_by_invite_id(&id).await;
        let member = joined.expecting("a new member, by the team's invite id")?;
        other.ensure(member.user_id == *bob, "the account of the session to join", member.user_id)
    };
    cx.step(format!("a user joins with it on {other}"), joined).await?;
    membership::everywhere(cx, [actor], team, bob, "who joined elsewhere").await;
    // He goes again, so that he can come in the next time.
    let left = async { actor.bob().remove_from_team(&team.id, bob).await.expecting("somebody to leave") };
    walk.verify("who joined leaves on {node}", left).await;
    let username = format!("stranger-{}-{}", cx.nonce, walk.n);
    let refused = async {
        let made = signs_up(other, &"y".repeat(26), &username).await;
        refused(&other.name, 404, "404 for an invite id that no team has", made)
    };
    cx.step(format!("{other} refuses an invite id that no team has"), refused).await
}

async fn signs_up(place: &Place, invite_id: &str, username: &str) -> Result<User, ApiError> {
    let (query, address) = (format!("iid={invite_id}"), address_of(username));
    place.client.create_user_with(&query, &address, username, PASSWORD).await
}
