//! One mailed invitation: sent, arrived, redeemed once.

use super::membership;
use crate::checks::prelude::*;
use crate::checks::refused::refused;
use crate::mattermost::{ApiError, Invited, Team, User};
use crate::sinks::{Mail, MailSink};

/// The password of everybody who comes in; their accounts are used for nothing else.
pub(super) const PASSWORD: &str = "Upgrade-Gate-1234";

/// Invites somebody by mail and takes the token out of what arrives.
pub(super) async fn invite(
    cx: &Context<'_>,
    sink: &MailSink,
    team: &Team,
    actor: &Place,
    address: &str,
) -> Result<String, Reported> {
    let sent = async {
        let answer = actor.admin().invite_by_mail(&team.id, &[address]).await;
        sent(cx, actor, answer, address).await
    };
    cx.step(format!("{actor} sends an invitation by mail"), sent).await?;
    arrived(cx, sink, actor, address).await
}

/// What the server says about one address: a server that can't send says so here, and nowhere else.
pub(super) async fn sent(
    cx: &Context<'_>,
    actor: &Place,
    answer: Result<Vec<Invited>, ApiError>,
    address: &str,
) -> Result<(), StepError> {
    let answer = answer.expecting("an answer for each invited address")?;
    let Some(own) = answer.iter().find(|invited| invited.email == address) else {
        return Err(actor.failed(format!("an answer for {address}"), format!("{answer:?}")));
    };
    match &own.error {
        None => Ok(()),
        Some(error) => {
            let got = format!("the server could not send it: {} ({})", error.id, error.message);
            Err(undelivered(cx, actor, got).await)
        }
    }
}

/// That the gate's mail server ever got one.
const HAS_ARRIVED: Entry<bool> = Entry::new("whether mail arrives");

/// Waits for the mail and takes the token out of it.
pub(super) async fn arrived(
    cx: &Context<'_>,
    sink: &MailSink,
    actor: &Place,
    address: &str,
) -> Result<String, Reported> {
    let name = format!("the mail from {} arrives, with a link that has a token", actor.name);
    cx.step(name, async {
        let mail = sink.wait_for(address, cx.sending_deadline(), |mail| token_in(mail).is_some()).await;
        let Some(token) = mail.as_deref().and_then(token_in) else {
            cx.mark_late();
            let got = format!("nothing came to the gate's mail server at {}", sink.address());
            return Err(undelivered(cx, actor, got).await);
        };
        HAS_ARRIVED.put_first(cx, true);
        Ok(token)
    })
    .await
}

/// Where mail has arrived before, the server is to blame for what does not; where none ever has, the way from the
/// servers to the gate may be closed as well, and nothing was measured.
async fn undelivered(cx: &Context<'_>, actor: &Place, got: String) -> StepError {
    let got = match actor.admin().config().await {
        Ok(config) => {
            let told = |key: &str| config["EmailSettings"][key].as_str().unwrap_or_default().to_owned();
            format!("{got}; {} sends its mail to {}:{}", actor.name, told("SMTPServer"), told("SMTPPort"))
        }
        Err(_) => got,
    };
    if HAS_ARRIVED.kept(cx).is_some() {
        return actor.failed("the mail of the invitation, as it came before", got);
    }
    StepError::NotMeasured(format!(
        "no mail has ever come from {}: {got}. Can the servers reach that address? A firewall may be between them.",
        actor.name
    ))
}

/// The token of an invitation's link, in whatever part of the mail it stands.
fn token_in(mail: &Mail) -> Option<String> {
    mail.links.iter().filter(|link| link.contains("signup_user_complete")).find_map(|link| {
        let link = reqwest::Url::parse(link).ok()?;
        let token = link.query_pairs().find(|(key, value)| key == "t" && !value.is_empty());
        token.map(|(_, value)| value.into_owned())
    })
}

/// Redeems a token on another node than sent it, of the other version if there is one: it fits one address, works once,
/// and leads into the team.
pub(super) async fn redeem(
    cx: &Context<'_>,
    team: &Team,
    walk: &Walk<'_>,
    address: &str,
    token: &str,
) -> Result<(), Reported> {
    let (actor, other) = (walk.actor, walk.remote_reader());
    let elsewhere = async {
        let answer = ask(other, token, &format!("not-{address}")).await;
        refused(&other.name, 400, "400 for another address", answer)
    };
    cx.verify(format!("{other} refuses the token to another address"), elsewhere).await;
    let user = sign_up(other, token, address);
    let user = cx.step(format!("a new user redeems it on {other}"), user).await?;
    let who = format!("who was invited on {}", actor.name);
    membership::everywhere(cx, cx.places, team, &user.id, &who).await;
    let again = async {
        let answer = ask(actor, token, &format!("again-{address}")).await;
        refused(&actor.name, 404, "404 for a token that was redeemed", answer)
    };
    walk.step("{node} refuses the token a second time", again).await
}

/// Signs up with a token that must work.
pub(super) async fn sign_up(place: &Place, token: &str, address: &str) -> Result<User, StepError> {
    let user = ask(place, token, address).await.expecting("a new user, by the invitation")?;
    place.ensure(user.email == address, format!("the address {address}"), user.email.clone())?;
    Ok(user)
}

/// Asks to sign up with a token; the name is what stands before the `@`.
async fn ask(place: &Place, token: &str, address: &str) -> Result<User, ApiError> {
    let username = address.split('@').next().unwrap_or(address);
    place.client.create_user_with(&format!("t={token}"), address, username, PASSWORD).await
}
