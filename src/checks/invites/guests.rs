//! Guests: invited by mail into one channel, where a licence has them.

use super::mailed;
use super::membership;
use crate::checks::prelude::*;
use crate::mattermost::{ApiError, FIRST_CHANNEL, Team, address_of};
use crate::sinks::MailSink;

/// That guests can be invited here; where they could once, they can later.
const MAY_BE_INVITED: Entry<bool> = Entry::new("whether guests may be invited");

/// Invites a guest on the first node and lets them in on the other.
pub(super) async fn invited(cx: &Context<'_>, sink: &MailSink, team: &Team) -> Result<(), Reported> {
    let (first, other) = cx.actor_and_reader();
    let address = address_of(&format!("guest-{}", cx.nonce));
    let name = format!("{first} sends a guest an invitation by mail");
    let channel = async {
        let channels = first.admin().channels_of(&cx.home.admin_id, &team.id).await;
        let channels = channels.expecting("the team's channels")?;
        let found = channels.into_iter().find(|channel| channel.name == FIRST_CHANNEL);
        found.ok_or_else(|| first.failed(FIRST_CHANNEL, "no such channel"))
    };
    let channel = cx.step("there is a channel for a guest", channel).await?;
    let answer = first.admin().invite_guests_by_mail(&team.id, &[&channel.id], &[&address]).await;
    if let (Err(error), None) = (&answer, MAY_BE_INVITED.kept(cx))
        && error.status() == Some(501)
    {
        cx.not_applicable(name, why_not(error));
        return Ok(());
    }
    cx.step(name, mailed::sent(cx, first, answer, &address)).await?;
    let token = mailed::arrived(cx, sink, first, &address).await?;
    MAY_BE_INVITED.put_first(cx, true);
    let redeemed = async {
        let user = mailed::sign_up(other, &token, &address).await?;
        other.ensure(user.roles == "system_guest", "the roles system_guest", user.roles.clone())?;
        Ok(user)
    };
    let user = cx.step(format!("a guest redeems it on {other}"), redeemed).await?;
    membership::everywhere(cx, cx.places, team, &user.id, "the guest").await;
    Ok(())
}

fn why_not(error: &ApiError) -> String {
    if error.id().contains("license") {
        format!("no licence for guest accounts ({})", error.id())
    } else {
        format!("guest accounts are off: GuestAccountsSettings.Enable ({})", error.id())
    }
}
