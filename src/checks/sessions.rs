//! `sessions`: logging in and out, on each version, and what the other nodes make of it.

mod tokens;

use secrecy::ExposeSecret as _;

use super::prelude::*;
use super::refused::refused;
use crate::mattermost::{Client, address_of};

pub(super) const CHECK: Check = Check::new(
    "sessions",
    "sessions and access tokens work on every node, are dead on every node when ended, and outlive the upgrade",
    &["S1.3d", "S2.1"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA);

async fn run(cx: &Context<'_>) {
    cx.on_each_at_once(cx.places, "{name}: a session from stable still works", |place| {
        is_alice(cx, place.alice())
    })
    .await;
    // Logging in costs the server 0.7 s of hashing: once per version, not once per node.
    cx.each_version(async |walk| {
        cx.part(in_and_out(cx, &walk)).await;
        walk.verify("log in by e-mail address on {node}", by_address(cx, walk.actor)).await;
        if walk.n == 0 {
            walk.verify("{name} refuses a wrong password", refuses(cx, walk.actor)).await;
        }
        tokens::made_and_revoked(cx, &walk).await
    })
    .await;
    cx.part(tokens::of_stable(cx)).await;
}

async fn in_and_out(cx: &Context<'_>, walk: &Walk<'_>) -> Result<(), Reported> {
    let (actor, password) = (walk.actor, cx.home.password.expose_secret());
    let logged_in = async {
        let login = actor.client.login(&cx.home.login_id, password).await.expecting("a new session")?;
        let has_token = login.client.token().is_some_and(|token| !token.is_empty());
        actor.ensure(has_token, "a Token header with the session", "none")?;
        Ok(login.client)
    };
    let session = walk.step("log in on {node}", logged_in).await?;
    cx.on_each_at_once(walk.others(), "the session works on {node}", async |place| {
        is_alice(cx, &session.at(&place.client)).await
    })
    .await;
    let logged_out = async {
        session.logout().await.expecting("the session to end")?;
        is_dead(&session).await
    };
    walk.step("log out on {node}", logged_out).await?;
    cx.on_each(walk.others(), "the session is dead on {node}", async |place| {
        is_dead(&session.at(&place.client)).await
    })
    .await;
    Ok(())
}

/// Logs in with the e-mail address in place of the name.
async fn by_address(cx: &Context<'_>, actor: &Place) -> Result<(), StepError> {
    let address = address_of(&cx.home.login_id);
    let login = actor.client.login(&address, cx.home.password.expose_secret()).await;
    let session = login.expecting("a new session, by e-mail address")?.client;
    is_alice(cx, &session).await?;
    session.logout().await.expecting("the session to end").map(drop)
}

async fn is_alice(cx: &Context<'_>, session: &Client) -> Result<(), StepError> {
    let me = session.me().await.expecting("the account of the session")?;
    let got = format!("account {}", me.username);
    ensure(session.node(), me.id == cx.home.alice_id, "the session's own account", got)
}

/// Nobody is served by it any more.
pub(super) async fn is_dead(session: &Client) -> Result<(), StepError> {
    let expected = "401 for a session that is over";
    match session.me().await {
        Err(error) if error.status() == Some(401) => Ok(()),
        Err(error) => Err(error).expecting(expected),
        Ok(me) => {
            let got = format!("200 with the account {}", me.username);
            Err(StepError::failed_at(session.node(), expected, got))
        }
    }
}

async fn refuses(cx: &Context<'_>, place: &Place) -> Result<(), StepError> {
    let wrong = format!("{}-wrong", cx.home.password.expose_secret());
    let answer = place.client.login(&cx.home.login_id, &wrong).await;
    refused(&place.name, 401, "401 for a wrong password", answer)
}
