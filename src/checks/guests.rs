//! `guests`: somebody made a guest sees their channels and no others, on every node.

use secrecy::ExposeSecret as _;

use super::prelude::*;
use crate::mattermost::Client;

pub(super) const CHECK: Check = Check::new(
    "guests",
    "a guest reads and writes in their own channel on every node, and is refused every other, where there may be guests",
    &["S1.3b", "S2.4"],
    |cx| Box::pin(run(cx)),
)
// Signing up and logging in cost a server 0.7 s each.
.in_stages(Stages::Ends);

async fn run(cx: &Context<'_>) {
    let first = cx.actor();
    let asked = cx.step("ask whether there may be guests", why_no_guests(first.admin())).await;
    let Ok(reason) = asked else { return };
    if let Some(reason) = reason {
        return cx.not_applicable("a guest's channels", reason);
    }
    let made = cx.step(format!("make a guest on {first}"), make(cx, first)).await;
    let Ok((guest, own, other)) = made else { return };
    for place in cx.places {
        let guest = guest.at(&place.client);
        let inside = cx.until_replicated(place, async || {
            guest.channel(&own).await.expecting("the guest's own channel")?;
            guest.create_post(&own, "hello", &[]).await.expecting("a guest's post")
        });
        cx.verify(format!("{place} lets the guest read and write in their channel"), inside).await;
        let outside = cx.until_replicated(place, || outside(cx, place, &guest, &other));
        let name = format!("{place} refuses the guest a public channel of others, and a new one");
        cx.verify(name, outside).await;
    }
}

/// Why there may be no guests here; nothing if there may.
pub(super) async fn why_no_guests(admin: &Client) -> Result<Option<String>, StepError> {
    let licence = admin.client_license().await.expecting("the licence")?;
    if licence.get("GuestAccounts").is_none_or(|value| value != "true") {
        let reason = if licence.get("IsLicensed").is_some_and(|value| value == "true") {
            "the servers' licence has no guest accounts"
        } else {
            "the servers have no licence, and guests need one"
        };
        return Ok(Some(reason.to_owned()));
    }
    let config = admin.client_config().await.expecting("the client configuration")?;
    let on = config.get("EnableGuestAccounts").is_some_and(|value| value == "true");
    Ok((!on).then(|| "guests are off; GuestAccountsSettings.Enable switches them on".to_owned()))
}

/// A guest who is logged in, their channel, and a public one that is not theirs.
async fn make(cx: &Context<'_>, first: &Place) -> Result<(Client, String, String), StepError> {
    let (home, admin) = (cx.home, first.admin());
    let (name, password) = (format!("guest-{}", cx.nonce), home.password.expose_secret());
    let user = admin.create_user(&name, password).await.expecting("a new user")?;
    admin.add_to_team(&home.team_id, &user.id).await.expecting("the new member")?;
    let own = admin.create_channel(&home.team_id, &format!("own-{}", cx.nonce), "O").await;
    let own = own.expecting("a new channel")?.id;
    let other = admin.create_channel(&home.team_id, &format!("other-{}", cx.nonce), "O").await;
    let other = other.expecting("a new channel")?.id;
    admin.add_to_channel(&own, &user.id).await.expecting("the new member")?;
    admin.demote(&user.id).await.expecting("the member to become a guest")?;
    let login = first.client.login(&name, password).await.expecting("the guest to log in")?;
    Ok((login.client, own, other))
}

async fn outside(cx: &Context<'_>, place: &Place, guest: &Client, other: &str) -> Result<(), StepError> {
    let body = json!({
        "team_id": cx.home.team_id, "name": format!("no-{}", cx.nonce), "display_name": "No", "type": "O",
    });
    let answers = [
        ("a public channel of others", guest.get(&format!("/api/v4/channels/{other}")).await),
        ("a new channel", guest.post("/api/v4/channels", &body).await),
    ];
    for (what, answer) in answers {
        match answer {
            Err(error) if matches!(error.status(), Some(403 | 404)) => {}
            Err(error) => Err(error).expecting(&format!("403 for a guest and {what}"))?,
            Ok(reply) => {
                let got = format!("{} to {}", reply.status, reply.request);
                return Err(place.failed(format!("403 for a guest and {what}"), got));
            }
        }
    }
    Ok(())
}
