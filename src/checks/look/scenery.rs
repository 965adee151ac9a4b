//! What there is to look at: a channel with a post, made on stable.

use super::super::channel;
use super::super::prelude::*;

/// A channel with a post that stable made, by the names that addresses have.
#[derive(Debug, Clone)]
pub(super) struct Scenery {
    pub(super) team: String,
    pub(super) channel: String,
    /// What the post says.
    pub(super) post: String,
}

/// What stable made.
pub(super) const SCENERY: Entry<Scenery> = Entry::new("a channel with a post to look at");

/// Makes it, once.
pub(super) async fn make(cx: &Context<'_>) -> Result<Scenery, StepError> {
    if let Some(kept) = SCENERY.kept(cx) {
        return Ok(kept);
    }
    let actor = cx.actor();
    let channel = channel::of_check(cx).await?;
    let post = format!("A post of stable to be looked at, {}", cx.nonce);
    cx.as_member(actor, || actor.alice().create_post(&channel, &post, &[])).await.expecting("a new post")?;
    let name = async |path: String| -> Result<String, StepError> {
        let found: Value =
            actor.admin().get(&path).await.and_then(|reply| reply.json()).expecting("a name")?;
        Ok(found["name"].as_str().unwrap_or_default().to_owned())
    };
    let team = name(format!("/api/v4/teams/{}", cx.home.team_id)).await?;
    let channel = name(format!("/api/v4/channels/{channel}")).await?;
    let scenery = Scenery { team, channel, post };
    SCENERY.put(cx, scenery.clone());
    Ok(scenery)
}
