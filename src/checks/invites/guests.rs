//! Guests: invited by mail into one channel, where a licence has them.

use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::mattermost::{ApiError, Team, address_of};
use crate::sinks::MailSink;

use super::mailed;
use super::membership::{self, FIRST_CHANNEL};

/// Invites a guest on the first node and lets them in on the last.
pub(super) async fn invited(cx: &Context<'_>, sink: &MailSink, team: &Team) -> Result<(), Halt> {
    let (first, last) = (&cx.places[0], &cx.places[cx.places.len() - 1]);
    let admin = cx.home.admin.at(&first.anyone);
    let address = address_of(&format!("guest-{}", cx.nonce));
    let name = format!("{} sends a guest an invitation by mail", first.label());
    let channels = cx.step("there is a channel for a guest", async {
        let channels =
            admin.channels_of(&cx.home.admin_id, &team.id).await.expecting("the team's channels")?;
        let found = channels.into_iter().find(|channel| channel.name == FIRST_CHANNEL);
        found.ok_or_else(|| Stop::failed_at(&first.name, FIRST_CHANNEL, "no such channel"))
    });
    let channel = channels.await?;
    let answer = admin.invite_guests_by_mail(&team.id, &[&channel.id], &[&address]).await;
    if let (Err(error), None) = (&answer, cx.carried::<bool>("guests"))
        && error.status() == Some(501)
    {
        cx.not_applicable(name, why_not(error));
        return Ok(());
    }
    cx.step(name, mailed::sent(cx, first, answer, &address)).await?;
    let token = mailed::arrived(cx, sink, first, &address).await?;
    cx.carry("guests", &true);
    let user = cx
        .step(format!("a guest redeems it on {}", last.label()), async {
            let user = mailed::sign_up(last, &token, &address).await?;
            if user.roles == "system_guest" {
                Ok(user)
            } else {
                Err(Stop::failed_at(&last.name, "the roles system_guest", user.roles))
            }
        })
        .await?;
    membership::everywhere(cx, cx.places, team, &user.id, "the guest").await
}

fn why_not(error: &ApiError) -> String {
    if error.id().contains("license") {
        format!("no licence for guest accounts ({})", error.id())
    } else {
        format!("guest accounts are off: GuestAccountsSettings.Enable ({})", error.id())
    }
}
