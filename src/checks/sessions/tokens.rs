//! Personal access tokens: the one made on stable works to the end, one that is revoked works nowhere.

use crate::checks::prelude::*;
use crate::mattermost::{AccessToken, Client};

/// The access token of stable.
const OLD: Entry<String> = Entry::new("an access token");
/// That there are access tokens here; where they were once, they are later.
const ARE_ON: Entry<bool> = Entry::new("whether there are access tokens");
/// Why an installation has none.
const OFF: &str = "ServiceSettings.EnableUserAccessTokens is off";

/// Makes a token on one node, uses it on all, revokes it, and finds it dead on all.
pub(super) async fn made_and_revoked(cx: &Context<'_>, walk: &Walk<'_>) -> Result<(), Reported> {
    let name = format!("make an access token on {}", walk.actor);
    let Some(token) = make(cx, walk.actor, name).await? else { return Ok(()) };
    cx.on_each_at_once(walk.readers(), "the access token works on {node}", async |place| {
        opens(cx, &place.client.with_token(&token.token)).await
    })
    .await;
    let revoked =
        async { walk.admin().revoke_access_token(&token.id).await.expecting("the access token to end") };
    walk.step("revoke the access token on {node}", revoked).await?;
    cx.on_each(walk.readers(), "the access token is dead on {node}", async |place| {
        opens_nothing(&place.client.with_token(&token.token)).await
    })
    .await;
    Ok(())
}

/// The token that was made on stable works on every node.
pub(super) async fn of_stable(cx: &Context<'_>) -> Result<(), Reported> {
    if OLD.is_wanted(cx) {
        let name = "make the access token that is to outlive the upgrade";
        match make(cx, cx.actor(), name.to_owned()).await? {
            Some(token) => drop(OLD.keep(cx, &token.token)),
            None => {
                OLD.none(cx, OFF);
                return Ok(());
            }
        }
    }
    let token = if cx.stage == Stage::Stable { OLD.kept(cx) } else { OLD.old(cx) };
    let Some(token) = token else { return Ok(()) };
    cx.on_each_at_once(cx.places, "{node}: the access token made on stable works", async |place| {
        opens(cx, &place.client.with_token(&token)).await
    })
    .await;
    Ok(())
}

/// A new token of alice's; nothing where the installation has none, which must not change on the way.
async fn make(cx: &Context<'_>, place: &Place, name: String) -> Result<Option<AccessToken>, Reported> {
    let answer = place.admin().create_access_token(&cx.home.alice_id, "upgrade gate").await;
    if let (Err(error), None) = (&answer, ARE_ON.kept(cx))
        && error.status() == Some(501)
    {
        cx.not_applicable(name, OFF);
        return Ok(None);
    }
    let token = cx.step(name, async { answer.expecting("a new access token") }).await?;
    ARE_ON.put_first(cx, true);
    Ok(Some(token))
}

async fn opens(cx: &Context<'_>, client: &Client) -> Result<(), StepError> {
    let me = client.me().await.expecting("the account of the access token")?;
    let got = format!("account {}", me.username);
    ensure(client.node(), me.id == cx.home.alice_id, "the token's own account", got)
}

async fn opens_nothing(client: &Client) -> Result<(), StepError> {
    let expected = "401 for an access token that was revoked";
    match client.me().await {
        Err(error) if error.status() == Some(401) => Ok(()),
        Err(error) => Err(error).expecting(expected),
        Ok(me) => {
            let got = format!("200 with the account {}", me.username);
            Err(StepError::failed_at(client.node(), expected, got))
        }
    }
}
