//! The post that a call leaves in its channel: somebody calls there, and leaves at once.

use std::time::Duration;

use tokio::time::Instant;

use crate::checks::prelude::*;
use crate::mattermost::{ApiError, ApiErrorKind, Client, Socket};
use crate::wait;

/// How long Calls may take to let somebody in; well under a second where it is healthy.
const JOINING: Duration = Duration::from_secs(5);

/// The end of a call is written at once when everybody has left, and within 16 s else (seen on 1.11.5).
const ENDING: Duration = Duration::from_secs(20);

/// Calls in a channel and leaves; gives the call's post, `{"id": …}`, once it says when the call ended.
///
/// # Errors
/// What of it was refused, or did not come.
pub(super) async fn made(client: &Client, channel: &str) -> Result<Value, ApiError> {
    let mut socket = Socket::open(client).await?;
    socket.join_call(channel).await?;
    let deadline = Instant::now() + JOINING;
    let answer =
        socket.wait_for(deadline, |frame| matches!(frame.call_event(), Some("join" | "error"))).await?;
    if answer.call_event() == Some("error") {
        return Err(refused(client, &answer.data["data"]));
    }
    let began = socket
        .wait_for(deadline, |frame| {
            frame.call_event() == Some("call_start") && frame.data["channelID"] == *channel
        })
        .await?;
    socket.leave_call().await?;
    let post = began.data["post_id"].as_str().unwrap_or_default().to_owned();
    wait::until_ok(Instant::now() + ENDING, || has_ended(client, &post)).await?;
    Ok(json!({ "id": post }))
}

async fn has_ended(client: &Client, post: &str) -> Result<(), ApiError> {
    let path = format!("/api/v4/posts/{post}");
    let told: Value = client.get(&path).await?.json()?;
    if told["props"]["end_at"].as_i64().is_some_and(|end| end > 0) {
        return Ok(());
    }
    let reason = "is a call's post without its end (props.end_at)".into();
    Err(misshapen(client, format!("GET {path}"), reason))
}

fn refused(client: &Client, why: &Value) -> ApiError {
    misshapen(client, "joining a call".into(), format!("is the error {why}"))
}

fn misshapen(client: &Client, request: String, reason: String) -> ApiError {
    let kind = ApiErrorKind::Shape { reason, request_id: None };
    ApiError { node: client.node().to_owned(), request, kind }
}
