//! What each node says about a call over REST: who is in it, and that it is over. All of it is in the database.

use super::prelude::*;

/// Every node shows this call with these people in it: its state is in the database.
pub(super) async fn known(
    cx: &Context<'_>,
    channel: &str,
    call: &str,
    people: &[&str],
) -> Result<(), StepError> {
    for reader in cx.places {
        // Each account may ask a node once a second: they take turns.
        let asker = if people.len() > 1 { reader.bob() } else { reader.alice() };
        cx.until_replicated(reader, async || {
            let state = asker.calls_channel(channel).await.expecting("the state of the channel's call")?;
            let mut inside: Vec<&str> =
                state.call.iter().flat_map(|call| call.sessions.iter().map(|s| s.user_id.as_str())).collect();
            inside.sort_unstable();
            let mut wanted = people.to_vec();
            wanted.sort_unstable();
            let id = state.call.as_ref().map_or("none", |call| call.id.as_str());
            let words = |id: &str, people: &[&str]| format!("call {id} with {} in it", people.len());
            let right = id == call && inside == wanted;
            reader.ensure(right, words(call, &wanted), words(id, &inside))
        })
        .await?;
    }
    Ok(())
}

/// No call in the channel any more, and the post has its end.
pub(super) async fn over(reader: &Place, channel: &str, post: &str) -> Result<(), StepError> {
    let state = reader.bob().calls_channel(channel).await.expecting("the state of the channel")?;
    if let Some(call) = state.call {
        return Err(reader.failed("no call", format!("call {}", call.id)));
    }
    has_end(reader, post).await
}

/// The post that the plugin made for a call says when it ended.
pub(super) async fn has_end(reader: &Place, post: &str) -> Result<(), StepError> {
    let reply = reader.bob().get(&format!("/api/v4/posts/{post}")).await.expecting("the post of the call")?;
    let post: Value = reply.json().expecting("a post")?;
    match post["props"]["end_at"].as_i64() {
        Some(end) if end > 0 => Ok(()),
        _ => {
            let got = post["props"].to_string();
            Err(reader.failed("the call's post with its end (props.end_at)", got))
        }
    }
}
