//! `permissions`: what a plain member may not do is refused on every node.

use reqwest::Method;

use super::channel;
use super::prelude::*;
use crate::mattermost::Client;

pub(super) const CHECK: Check = Check::new(
    "permissions",
    "nobody reads or writes where they are no member, changes what others wrote, or rules what they do not own",
    &["S2.4", "S2.2b"],
    |cx| Box::pin(run(cx)),
);

/// What alice has and bob may not touch.
struct OfAlice {
    /// A private channel without bob.
    private: String,
    /// A post in it.
    secret: String,
    /// Her post in a channel with bob.
    shared: String,
}

async fn run(cx: &Context<'_>) {
    cx.each_version(async |walk| {
        let name = "alice writes in a private and in a shared channel on {node}";
        let hers = walk.step(name, written(cx, &walk)).await?;
        for reader in walk.readers() {
            for forbidden in forbidden(cx, reader, &hers) {
                let name = format!("{reader} refuses {}", forbidden.what);
                cx.verify(name, forbidden.refused()).await;
            }
        }
        Ok(())
    })
    .await;
}

async fn written(cx: &Context<'_>, walk: &Walk<'_>) -> Result<OfAlice, StepError> {
    let (alice, actor) = (walk.alice(), walk.actor);
    let shared = channel::of_check(cx).await?;
    let shared = cx.as_member(actor, || alice.create_post(&shared, "hers", &[])).await;
    let shared = shared.expecting("a new post")?.id;
    let name = format!("private-{}-{}", cx.nonce, walk.n);
    let private = alice.create_channel(&cx.home.team_id, &name, "P").await;
    let private = private.expecting("a new private channel")?.id;
    let secret = cx.as_member(actor, || alice.create_post(&private, "secret", &[])).await;
    let secret = secret.expecting("a new post")?.id;
    Ok(OfAlice { private, secret, shared })
}

/// A call that must be refused with one of these statuses.
struct Forbidden<'a> {
    what: &'static str,
    client: &'a Client,
    method: Method,
    path: String,
    body: Option<Value>,
    statuses: &'static [u16],
}

fn forbidden<'a>(cx: &Context<'_>, reader: &'a Place, hers: &OfAlice) -> [Forbidden<'a>; 6] {
    let OfAlice { private, secret, shared } = hers;
    let call = |what, statuses, method, path: String, body| {
        let client = if what == NOBODYS_LOOK { &reader.client } else { reader.bob() };
        Forbidden { what, client, method, path, body, statuses }
    };
    let (post, team) = (|id: &str| format!("/api/v4/posts/{id}"), &cx.home.team_id);
    let word = json!({ "channel_id": private, "message": "let me in" });
    let (his, described) = (json!({ "message": "his" }), json!({ "description": "his" }));
    let stranger: &[u16] = &[403, 404];
    [
        call("a stranger to a private channel its posts", stranger, Method::GET, post(secret), None),
        call(
            "a stranger to a private channel a word in it",
            stranger,
            Method::POST,
            "/api/v4/posts".into(),
            Some(word),
        ),
        call(
            "a member the edit of another's message",
            &[403],
            Method::PUT,
            post(shared) + "/patch",
            Some(his),
        ),
        call("a member the deletion of another's message", &[403], Method::DELETE, post(shared), None),
        call(
            "a member a change of the team",
            &[403],
            Method::PUT,
            format!("/api/v4/teams/{team}/patch"),
            Some(described),
        ),
        call(NOBODYS_LOOK, &[401], Method::GET, post(shared), None),
    ]
}

/// The one call without any account.
const NOBODYS_LOOK: &str = "nobody's look at a message";

impl Forbidden<'_> {
    async fn refused(self) -> Result<(), StepError> {
        let expected = format!("{} for {}", self.statuses[0], self.what);
        match self.client.send(self.method, &self.path, self.body.as_ref(), &[200, 201]).await {
            Err(error) if error.status().is_some_and(|status| self.statuses.contains(&status)) => Ok(()),
            Err(error) => Err(error).expecting(&expected),
            Ok(reply) => {
                let got = format!("{} to {}", reply.status, reply.request);
                Err(StepError::failed_at(self.client.node(), expected, got))
            }
        }
    }
}
