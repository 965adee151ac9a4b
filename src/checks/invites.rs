//! `invites`: people come in by a mail that really arrives, and by the invite id of a team.

mod guests;
mod mailed;
mod membership;

use super::ledger::Entry;
use std::slice;

use super::check::{Check, Need, Stages};
use super::context::Context;
use super::each_version::each_version;
use super::outcome::{Expect as _, Halt, Stop};
use super::refused::refused;
use super::scene::Place;
use crate::mattermost::{Team, address_of};
use crate::outcome::Stage;
use crate::sinks::MailSink;
use mailed::PASSWORD;

pub(super) const CHECK: Check = Check {
    id: "invites",
    title: "a mailed invitation arrives and lets one new user in on another node, an invite id lets in whoever has it",
    lines: &["S2.2c"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Sinks],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// An invitation of stable that nobody has taken yet: address and token.
const PENDING: Entry<(String, String)> = Entry::new("pending", "an invitation");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let team = cx.step("there is a team to come into", team_of_check(cx)).await?;
    let mut halted = each_version(cx, |n, actor, others| {
        let other = other_of(actor, &others);
        let team = &team;
        async move { by_id(cx, team, n, actor, other).await }
    })
    .await;
    match &cx.mail {
        Ok(sink) => halted = halted.and(by_mail(cx, sink, &team).await),
        Err(absent) => {
            let verdict = Err::<(), _>(absent.into());
            halted = halted.and(cx.judge("people are invited by mail", verdict));
        }
    }
    halted
}

/// A team of the check's own, made on stable: whoever comes in later comes into an old team.
async fn team_of_check(cx: &Context<'_>) -> Result<Team, Stop> {
    if let Some(id) = cx.carried::<String>("team") {
        return cx.home.admin.at(&cx.places[0].anyone).team(&id).await.expecting("the team made on stable");
    }
    let admin = cx.home.admin.at(&cx.places[0].anyone);
    let team = admin.create_team(&format!("team-{}", cx.nonce), "Invited").await.expecting("a new team")?;
    cx.carry("team", &team.id);
    Ok(team)
}

/// Where an invitation is redeemed: on another node than it was sent from, of the other version if there is one.
fn other_of<'a>(actor: &'a Place, others: &[&'a Place]) -> &'a Place {
    others.iter().find(|place| place.side != actor.side).or(others.first()).copied().unwrap_or(actor)
}

async fn by_mail(cx: &Context<'_>, sink: &MailSink, team: &Team) -> Result<(), Halt> {
    let mut halted = each_version(cx, |n, actor, others| async move {
        let other = other_of(actor, &others);
        let address = address_of(&format!("mailed-{}-{n}", cx.nonce));
        let token = mailed::invite(cx, sink, team, actor, &address).await?;
        mailed::redeem(cx, team, actor, other, &address, &token).await
    })
    .await;
    halted = halted.and(guests::invited(cx, sink, team).await);
    halted.and(pending(cx, sink, team).await)
}

/// An invitation that is sent on stable and redeemed on release.
async fn pending(cx: &Context<'_>, sink: &MailSink, team: &Team) -> Result<(), Halt> {
    let first = &cx.places[0];
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
    let name = format!("{} lets in who was invited on stable", first.label());
    let user = cx.step(name, mailed::sign_up(first, &token, &address)).await?;
    membership::everywhere(cx, cx.places, team, &user.id, "who was invited on stable").await
}

/// The invite id of a team lets strangers sign up, and users join.
async fn by_id(cx: &Context<'_>, team: &Team, n: usize, actor: &Place, other: &Place) -> Result<(), Halt> {
    let home = cx.home;
    let id = cx
        .step(format!("{} tells the team's invite id", actor.label()), async {
            let seen = home.admin.at(&actor.anyone).team(&team.id).await.expecting("the team")?;
            if seen.invite_id.is_empty() {
                return Err(Stop::failed_at(&actor.name, "an invite id for an admin", "none"));
            }
            Ok(seen.invite_id)
        })
        .await?;
    let username = format!("linked-{}-{n}", cx.nonce);
    let signed_up = cx
        .step(format!("a stranger signs up with it on {}", other.label()), async {
            let query = format!("iid={id}");
            let address = address_of(&username);
            let made = other.anyone.create_user_with(&query, &address, &username, PASSWORD).await;
            made.expecting("a new user, by the team's invite id")
        })
        .await;
    let mut halted = Ok(());
    match signed_up {
        Ok(user) => {
            let who = format!("who signed up on {}", other.name);
            halted = halted.and(membership::everywhere(cx, cx.places, team, &user.id, &who).await);
        }
        Err(halt) => halted = Err(halt),
    }
    cx.step(format!("a user joins with it on {}", other.label()), async {
        let joined = home.bob.at(&other.anyone).join_by_invite_id(&id).await;
        let member = joined.expecting("a new member, by the team's invite id")?;
        if member.user_id == home.bob_id {
            Ok(())
        } else {
            Err(Stop::failed_at(&other.name, "the account of the session to join", member.user_id))
        }
    })
    .await?;
    halted = halted.and(
        membership::everywhere(cx, slice::from_ref(actor), team, &home.bob_id, "who joined elsewhere").await,
    );
    // He goes again, so that he can come in the next time.
    let left = cx.step(format!("who joined leaves on {}", actor.label()), async {
        let gone = home.bob.at(&actor.anyone).remove_from_team(&team.id, &home.bob_id).await;
        gone.expecting("somebody to leave")
    });
    halted = halted.and(left.await);
    let name = format!("{} refuses an invite id that no team has", other.label());
    halted.and(cx.step(name, stranger_refused(cx, other, n)).await)
}

async fn stranger_refused(cx: &Context<'_>, place: &Place, n: usize) -> Result<(), Stop> {
    let username = format!("stranger-{}-{n}", cx.nonce);
    let query = format!("iid={}", "y".repeat(26));
    let made = place.anyone.create_user_with(&query, &address_of(&username), &username, PASSWORD).await;
    refused(&place.name, 404, "404 for an invite id that no team has", made)
}
