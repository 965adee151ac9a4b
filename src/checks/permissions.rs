//! `permissions`: what a plain member may not do is refused on every node.

use reqwest::Method;
use serde_json::json;

use super::channel;
use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use crate::mattermost::{ApiError, Client};

pub(super) const CHECK: Check = Check {
    id: "permissions",
    title: "nobody reads or writes where they are no member, changes what others wrote, or rules what they do not own",
    lines: &["S2.4", "S2.2b"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// What alice has and bob may not touch.
struct Hers {
    /// A private channel without bob, and a post in it.
    private: (String, String),
    /// Her post in a channel with bob.
    shared: String,
}

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        let name = format!("alice writes in a private and in a shared channel on {}", actor.label());
        let hers = cx.step(name, prepare(cx, n, actor)).await?;
        for reader in others.iter().copied().chain([actor]) {
            halted = halted.and(refusals(cx, reader, &hers).await);
        }
    }
    halted
}

async fn prepare(cx: &Context<'_>, n: usize, actor: &Place) -> Result<Hers, Stop> {
    let home = cx.home;
    let alice = home.alice.at(&actor.anyone);
    let shared = channel::of_check(cx).await?;
    let shared = cx.as_member(actor, || alice.create_post(&shared, "hers", &[])).await;
    let shared = shared.expecting("a new post")?.id;
    let name = format!("private-{}-{n}", cx.nonce);
    let private =
        alice.create_channel(&home.team_id, &name, "P").await.expecting("a new private channel")?.id;
    let secret = cx.as_member(actor, || alice.create_post(&private, "secret", &[])).await;
    let secret = secret.expecting("a new post")?.id;
    Ok(Hers { private: (private, secret), shared })
}

async fn refusals(cx: &Context<'_>, reader: &Place, hers: &Hers) -> Result<(), Halt> {
    let bob = cx.home.bob.at(&reader.anyone);
    let ((private, secret), shared) = (&hers.private, &hers.shared);
    let mut halted = Ok(());
    let mut refused = async |what: &str, client: &Client, call: Call<'_>, statuses: &[u16]| {
        let name = format!("{} refuses {what}", reader.label());
        halted = halted.and(cx.step(name, refused_with(client, call, what, statuses)).await);
    };
    let path = format!("/api/v4/posts/{secret}");
    refused("a stranger to a private channel its posts", &bob, (Method::GET, &path, None), &[403, 404]).await;
    let body = json!({ "channel_id": private, "message": "let me in" });
    let call = (Method::POST, "/api/v4/posts", Some(body));
    refused("a stranger to a private channel a word in it", &bob, call, &[403, 404]).await;
    let path = format!("/api/v4/posts/{shared}/patch");
    let call = (Method::PUT, path.as_str(), Some(json!({ "message": "his" })));
    refused("a member the edit of another's message", &bob, call, &[403]).await;
    let path = format!("/api/v4/posts/{shared}");
    refused("a member the deletion of another's message", &bob, (Method::DELETE, &path, None), &[403]).await;
    let path = format!("/api/v4/teams/{}/patch", cx.home.team_id);
    let call = (Method::PUT, path.as_str(), Some(json!({ "description": "his" })));
    refused("a member a change of the team", &bob, call, &[403]).await;
    let path = format!("/api/v4/posts/{shared}");
    refused("nobody's look at a message", &reader.anyone, (Method::GET, &path, None), &[401]).await;
    halted
}

/// Method, path and body.
type Call<'a> = (Method, &'a str, Option<serde_json::Value>);

async fn refused_with(client: &Client, call: Call<'_>, what: &str, statuses: &[u16]) -> Result<(), Stop> {
    let (method, path, body) = call;
    let answer: Result<_, ApiError> = client.send(method, path, body.as_ref(), &[200, 201]).await;
    match answer {
        Err(error) if error.status().is_some_and(|status| statuses.contains(&status)) => Ok(()),
        Err(error) => Err(error).expecting(&format!("{} for {what}", statuses[0])),
        Ok(reply) => {
            let got = format!("{} to {}", reply.status, reply.request);
            Err(Stop::failed_at(client.node(), format!("{} for {what}", statuses[0]), got))
        }
    }
}
