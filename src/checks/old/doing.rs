//! Acts of the table, done on a node.

use reqwest::Method;

use super::ground::OldGround;
use super::kind::{Act, ActOrder, Kind};
use super::unmade::not_here;
use super::words::Words;
use super::{call_post, plugin_setting};
use crate::checks::prelude::*;
use crate::mattermost::ApiError;
use crate::png;

/// Boards refuses whatever lacks it, and nobody else minds.
pub(super) const OF_A_BROWSER: (&str, &str) = ("X-Requested-With", "XMLHttpRequest");

/// The product's refusal of somebody without a right.
const NOT_ALLOWED: &str = "api.context.permissions.app_error";

/// What an act may be acknowledged with.
const DONE: &[u16] = &[200, 201, 202, 204];

/// Does these one after the other; what they keep is known in `words` afterwards.
///
/// # Errors
/// The first that was not acknowledged.
pub(super) async fn all(
    cx: &Context<'_>,
    ground: &OldGround,
    place: &Place,
    acts: &[Act],
    words: &mut Words,
) -> Result<(), ApiError> {
    for act in acts {
        let answer = match one(cx, ground, place, act, words).await {
            // A node can remember memberships of before the channel was made.
            Err(error) if error.id() == NOT_ALLOWED => {
                cx.as_member(place, || one(cx, ground, place, act, words)).await?
            }
            answer => answer?,
        };
        if let Some((name, pointer)) = act.kept
            && let Some(value) = answer.pointer(pointer).and_then(Value::as_str)
        {
            words.set(name, value);
        }
    }
    Ok(())
}

async fn one(
    cx: &Context<'_>,
    ground: &OldGround,
    place: &Place,
    act: &Act,
    words: &Words,
) -> Result<Value, ApiError> {
    // Who is not there asks as nobody, and is refused.
    let client = ground.client(act.by, place).unwrap_or_else(|| place.client.clone());
    let reply = match act.order {
        ActOrder::Json(method, path, body) => {
            let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
            let headers = [OF_A_BROWSER, ("Content-Type", "application/json")];
            client
                .send_bytes(method, &words.fill(path), &headers, words.fill(body).into_bytes(), DONE)
                .await?
        }
        ActOrder::Bytes(path, text) => {
            let body = words.fill(text).into_bytes();
            client.send_bytes(Method::POST, &words.fill(path), &[OF_A_BROWSER], body, DONE).await?
        }
        ActOrder::File(channel, text) => {
            let body = words.fill(text).into_bytes();
            return Ok(json!({ "id": client.upload(&words.fill(channel), "notes.txt", body).await?.id }));
        }
        ActOrder::Emoji(name) => {
            let emoji = client.create_emoji(&words.fill("$owner"), &words.fill(name), picture()).await?;
            return Ok(json!({ "id": emoji.id }));
        }
        ActOrder::Bot(username) => {
            return Ok(json!({ "id": client.create_bot(&words.fill(username)).await?.user_id }));
        }
        ActOrder::Team(name) => {
            return Ok(json!({ "id": client.create_team(&words.fill(name), "A team of its own").await?.id }));
        }
        ActOrder::Picture(of) => {
            return client.set_picture(&words.fill(of), picture()).await.map(|()| Value::Null);
        }
        ActOrder::BoardFile(board, text) => {
            let (team, board, body) = (words.fill("$team"), words.fill(board), words.fill(text).into_bytes());
            let name = client.upload_to_board(&team, &board, "notes.txt", body).await?;
            return Ok(json!({ "id": name }));
        }
        ActOrder::Call(channel) => return call_post::made(&client, &words.fill(channel)).await,
        ActOrder::PluginSetting(value) => {
            return plugin_setting::set(cx, place, &words.fill(value)).await.map(|()| Value::Null);
        }
    };
    // Some are acknowledged without a word.
    Ok(serde_json::from_slice(&reply.body).unwrap_or_default())
}

/// The site has the kind switched on.
///
/// # Errors
/// Not applicable where it has not, or where nobody tells.
pub(super) async fn is_on(cx: &Context<'_>, place: &Place, kind: &Kind) -> Result<(), StepError> {
    if kind.configured {
        return plugin_setting::can_be(cx, place).await;
    }
    let Some((route, pointer)) = kind.switch else { return Ok(()) };
    let reply = place.admin().send_bytes(Method::GET, route, &[OF_A_BROWSER], Vec::new(), DONE).await;
    let told: Value = reply
        .and_then(|reply| reply.json())
        .map_err(|error| StepError::NotApplicable(not_here(&error).unwrap_or_else(|| error.got_and_why())))?;
    if told.pointer(pointer) == Some(&Value::Bool(true)) {
        return Ok(());
    }
    let setting = pointer.trim_start_matches('/');
    Err(StepError::NotApplicable(format!("{setting} is off: {route} says so")))
}

fn picture() -> Vec<u8> {
    png::plain(48, 48, [40, 120, 200])
}
