//! A way through a list: one node shows the newest posts, another one those before them.

use std::time::Duration;

use basics::wait;
use futures_util::future::BoxFuture;
use mattermost_client::{ApiError, Client, Reply};
use serde::Deserialize;
use tokio::time::Instant;

use crate::act::shape;
use crate::handover::{Begun, Handover, Unfinished};
use crate::kind::{Asking, PreparedWrite};
use crate::premises::Premises;

/// Posts of a page.
const PAGE: usize = 4;
/// Servers order posts by the millisecond.
const TICK: Duration = Duration::from_millis(2);

pub(super) struct PageOfPosts;

#[derive(Deserialize)]
struct OrderedPosts {
    order: Vec<String>,
}

#[derive(Deserialize)]
struct NewPost {
    id: String,
}

fn order(reply: &Reply) -> Result<Vec<String>, ApiError> {
    Ok(reply.json::<OrderedPosts>()?.order)
}

/// What a page has, for the reader.
fn told(ids: &[String]) -> String {
    if ids.is_empty() { "no posts".to_owned() } else { format!("the posts {}", ids.join(", ")) }
}

impl Handover for PageOfPosts {
    fn name(&self) -> &'static str {
        "page of posts"
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async move {
            let author = premises.author.client.at(node);
            let channel = author.create_channel(&premises.team, &premises.name("pages"), "O").await?.id;
            let mut posts = Vec::new();
            for n in 0..2 * PAGE {
                let body =
                    serde_json::json!({ "channel_id": channel, "message": format!("post {n} of two pages") });
                let post = author.post("/api/v4/posts", &body).await?.json::<NewPost>()?;
                posts.push(post.id);
                let made = Instant::now();
                let passed = || async { if made.elapsed() > TICK { Ok(()) } else { Err(()) } };
                let _ = wait::until_ok(made + 10 * TICK, passed).await;
            }
            posts.reverse();
            // A join may have left a line of the server's own below them: it is on no page that is asked for.
            premises.pages = (channel, posts);
            Ok(PreparedWrite::Ready(Vec::new()))
        })
    }

    fn begin<'a>(&'a self, premises: &'a Premises, node: &'a Client, number: u32) -> Asking<'a, Begun> {
        Box::pin(async move {
            let path = format!("/api/v4/channels/{}/posts?per_page={PAGE}", premises.pages.0);
            let reply = premises.author.client.at(node).get(&path).await?;
            let (shown, newest) = (order(&reply)?, &premises.pages.1[..PAGE]);
            let Some(last) = shown.last().cloned().filter(|_| shown == newest) else {
                return Err(shape(&reply, format!("has not {}, but {}", told(newest), told(&shown))));
            };
            Ok(Begun { key: last.clone(), id: last, number, version: reply.version() })
        })
    }

    fn finish<'a>(
        &'a self,
        premises: &'a Premises,
        node: &'a Client,
        begun: &'a Begun,
    ) -> BoxFuture<'a, Result<Option<String>, Unfinished>> {
        Box::pin(async move {
            let (channel, posts) = &premises.pages;
            let path = format!("/api/v4/channels/{channel}/posts?per_page={PAGE}&before={}", begun.key);
            let reply = premises.author.client.at(node).get(&path).await?;
            let (expected, got) = (&posts[PAGE..], order(&reply)?);
            if got == expected {
                return Ok(reply.version());
            }
            Err(Unfinished::Differs { expected: told(expected), got: told(&got) })
        })
    }
}
