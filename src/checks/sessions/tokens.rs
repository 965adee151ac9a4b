//! Personal access tokens: the one made on stable works to the end, one that is revoked works nowhere.

use crate::checks::context::Context;
use crate::checks::ledger::Entry;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::{AccessToken, Client};
use crate::outcome::Stage;

/// Makes a token on one node, uses it on all, revokes it, and finds it dead on all.
pub(super) async fn made_and_revoked(cx: &Context<'_>, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let name = format!("make an access token on {}", actor.label());
    let Some(token) = make(cx, actor, name).await? else { return Ok(()) };
    let mut halted = Ok(());
    for place in others.iter().copied().chain([actor]) {
        let name = format!("the access token works on {}", place.label());
        halted = halted.and(cx.step(name, opens(cx, &place.anyone.with_token(&token.token))).await);
    }
    cx.step(format!("revoke the access token on {}", actor.label()), async {
        let admin = cx.home.admin.at(&actor.anyone);
        admin.revoke_access_token(&token.id).await.expecting("the access token to end")
    })
    .await?;
    for place in others.iter().copied().chain([actor]) {
        let client = place.anyone.with_token(&token.token);
        let dead = cx.crossed(place, || opens_nothing(&client));
        halted = halted.and(cx.step(format!("the access token is dead on {}", place.label()), dead).await);
    }
    halted
}

/// The access token of stable.
const OLD: Entry<String> = Entry::new("token", "an access token");
/// Why an installation has none.
const OFF: &str = "ServiceSettings.EnableUserAccessTokens is off";

/// The token that was made on stable works on every node.
pub(super) async fn of_stable(cx: &Context<'_>) -> Result<(), Halt> {
    if OLD.is_wanted(cx) {
        let name = "make the access token that is to outlive the upgrade";
        match make(cx, &cx.places[0], name.to_owned()).await? {
            Some(token) => drop(OLD.keep(cx, &token.token)),
            None => {
                OLD.none(cx, OFF);
                return Ok(());
            }
        }
    }
    let token = if cx.stage == Stage::Stable { OLD.kept(cx) } else { OLD.old(cx) };
    let Some(token) = token else { return Ok(()) };
    let mut halted = Ok(());
    for place in cx.places {
        let name = format!("{}: the access token made on stable works", place.label());
        halted = halted.and(cx.step(name, opens(cx, &place.anyone.with_token(&token))).await);
    }
    halted
}

/// A new token of alice's; nothing where the installation has none, which must not change on the way.
async fn make(cx: &Context<'_>, place: &Place, name: String) -> Result<Option<AccessToken>, Halt> {
    let admin = cx.home.admin.at(&place.anyone);
    let answer = admin.create_access_token(&cx.home.alice_id, "upgrade gate").await;
    if let (Err(error), None) = (&answer, cx.carried::<bool>("tokens"))
        && error.status() == Some(501)
    {
        cx.not_applicable(name, OFF);
        return Ok(None);
    }
    let token = cx.judge(name, answer.expecting("a new access token"))?;
    cx.carry("tokens", &true);
    Ok(Some(token))
}

async fn opens(cx: &Context<'_>, client: &Client) -> Result<(), Stop> {
    let me = client.me().await.expecting("the account of the access token")?;
    if me.id == cx.home.alice_id {
        Ok(())
    } else {
        Err(Stop::failed_at(client.node(), "the token's own account", format!("account {}", me.username)))
    }
}

async fn opens_nothing(client: &Client) -> Result<(), Stop> {
    match client.me().await {
        Err(error) if error.status() == Some(401) => Ok(()),
        Err(error) => Err(error).expecting("401 for an access token that was revoked"),
        Ok(me) => Err(Stop::failed_at(
            client.node(),
            "401 for an access token that was revoked",
            format!("200 with the account {}", me.username),
        )),
    }
}
