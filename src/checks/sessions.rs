//! `sessions`: logging in and out, on each version, and what the other nodes make of it.

mod tokens;

use secrecy::ExposeSecret as _;

use super::check::{Check, Stages};
use super::context::Context;
use super::each_version::each_version;
use super::outcome::{Expect as _, Halt, Stop};
use super::refused::refused;
use super::scene::Place;
use crate::mattermost::{Client, address_of};

pub(super) const CHECK: Check = Check {
    id: "sessions",
    title: "sessions and access tokens work on every node, are dead on every node when ended, and outlive the upgrade",
    lines: &["S1.3d", "S2.1"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    for place in cx.places {
        let name = format!("{}: a session from stable still works", place.name);
        halted = halted.and(cx.step(name, is_alice(cx, &cx.home.alice.at(&place.anyone))).await);
    }
    // Logging in costs the server 0.7 s of hashing: once per version, not once per node.
    halted = halted.and(
        each_version(cx, |n, actor, others| async move {
            let mut halted = walk(cx, actor, &others).await;
            halted = halted.and(by_address(cx, actor).await);
            if n == 0 {
                let name = format!("{} refuses a wrong password", actor.name);
                halted = halted.and(cx.step(name, refuses(cx, actor)).await);
            }
            halted.and(tokens::made_and_revoked(cx, actor, &others).await)
        })
        .await,
    );
    halted.and(tokens::of_stable(cx).await)
}

async fn walk(cx: &Context<'_>, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let password = cx.home.password.expose_secret();
    let session = cx
        .step(format!("log in on {}", actor.label()), async {
            let login = actor.anyone.login(&cx.home.login_id, password).await.expecting("a new session")?;
            if login.client.token().is_none_or(str::is_empty) {
                return Err(Stop::failed_at(&actor.name, "a Token header with the session", "none"));
            }
            Ok(login.client)
        })
        .await?;
    let mut halted = Ok(());
    for other in others {
        let name = format!("the session works on {}", other.label());
        halted = halted.and(cx.step(name, is_alice(cx, &session.at(&other.anyone))).await);
    }
    let name = format!("log out on {}", actor.label());
    cx.step(name, async {
        session.logout().await.expecting("the session to end")?;
        is_dead(&session).await
    })
    .await?;
    for other in others {
        let session = session.at(&other.anyone);
        let name = format!("the session is dead on {}", other.label());
        halted = halted.and(cx.step(name, cx.crossed(other, || is_dead(&session))).await);
    }
    halted
}

/// Logs in with the e-mail address in place of the name.
async fn by_address(cx: &Context<'_>, actor: &Place) -> Result<(), Halt> {
    let address = address_of(&cx.home.login_id);
    cx.step(format!("log in by e-mail address on {}", actor.label()), async {
        let login = actor.anyone.login(&address, cx.home.password.expose_secret()).await;
        let session = login.expecting("a new session, by e-mail address")?.client;
        is_alice(cx, &session).await?;
        session.logout().await.expecting("the session to end").map(drop)
    })
    .await
}

async fn is_alice(cx: &Context<'_>, session: &Client) -> Result<(), Stop> {
    let me = session.me().await.expecting("the account of the session")?;
    if me.id == cx.home.alice_id {
        Ok(())
    } else {
        Err(Stop::failed_at(session.node(), "the session's own account", format!("account {}", me.username)))
    }
}

async fn is_dead(session: &Client) -> Result<(), Stop> {
    match session.me().await {
        Err(error) if error.status() == Some(401) => Ok(()),
        Err(error) => Err(error).expecting("401 for a session that is over"),
        Ok(me) => Err(Stop::failed_at(
            session.node(),
            "401 for a session that is over",
            format!("200 with the account {}", me.username),
        )),
    }
}

async fn refuses(cx: &Context<'_>, place: &Place) -> Result<(), Stop> {
    let wrong = format!("{}-wrong", cx.home.password.expose_secret());
    let answer = place.anyone.login(&cx.home.login_id, &wrong).await;
    refused(&place.name, 401, "401 for a wrong password", answer)
}
