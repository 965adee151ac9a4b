//! Interactive dialogs and buttons: whoever ran a command or pressed a button is shown a dialog, and what they fill in
//! is sent to the integration.
//!
//! Simpler than the product: a trigger is signed by a digest and not by a key, and dialogs are not validated.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::posts::Post;
use crate::db::tables::{Tables, pair};
use crate::events::bus::{Audience, Outdated};
use crate::events::publish_post::whisper;
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::anyone;
use crate::outside::call::Call;
use crate::routes::posts::post::readable;

/// A trigger's life in milliseconds: the product's `OutgoingIntegrationRequestsTimeout`.
const TRIGGER_MS: i64 = 30_000;

/// The behaviour of servers whose triggers have one more part, and which take no others.
const FIVE_PARTS: &str = "five-part-triggers";

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/actions/dialogs/open", post(anyone(open)))
        .route("/actions/dialogs/submit", post(submit))
        .route("/posts/{post_id}/actions/{action_id}", post(press))
}

/// A new trigger of a user: its id, and the signed text that integrations get.
pub(crate) fn new_trigger(node: &NodeCore, user: &str) -> (String, String) {
    let (id, now) = (ids::new_id(), node.world.tick());
    let seal = seal(node, &id, user, now);
    let more = if node.has(FIVE_PARTS) { "more:" } else { "" };
    (id.clone(), format!("{id}:{user}:{now}:{more}{seal}"))
}

/// Any node can tell: the secret is the installation's, not the node's.
fn seal(node: &NodeCore, id: &str, user: &str, time: i64) -> String {
    let time = time.to_string();
    let parts = [node.world.server_id.as_bytes(), id.as_bytes(), user.as_bytes(), time.as_bytes()];
    ids::digest(&parts)[..32].to_owned()
}

/// The id and the user of a trigger that is sealed and young enough.
fn decode(node: &NodeCore, trigger: &str) -> Result<(String, String), Refusal> {
    let refuse = |what: &str, message: &str| {
        Refusal::new(400, &format!("interactive_message.decode_trigger_id.{what}"), message)
    };
    let mut parts: Vec<&str> = trigger.split(':').collect();
    if node.has(FIVE_PARTS) && parts.len() == 5 {
        parts.remove(3);
    } else if node.has(FIVE_PARTS) {
        parts.clear();
    }
    let [id, user, time, given] = parts[..] else {
        return Err(refuse("missing_data", "Trigger ID missing required data for interactive dialog."));
    };
    let time: i64 = time.parse().unwrap_or_default();
    if node.world.tick() - time > TRIGGER_MS {
        let message = "Trigger ID for interactive dialog is expired. Trigger IDs live for a maximum of 30s.";
        return Err(refuse("expired", message));
    }
    if seal(node, id, user, time) != given {
        return Err(refuse(
            "verify_signature_failed",
            "Signature verification failed of trigger ID for interactive dialog.",
        ));
    }
    Ok((id.to_owned(), user.to_owned()))
}

/// Needs no session: the trigger is the proof.
fn open(node: &Arc<NodeCore>, tables: &mut Tables, body: Bytes) -> Answer {
    let body = read(&body, "dialog")?;
    let (id, user) = decode(node, text(&body, "trigger_id"))?;
    let shown = json!({"trigger_id": id, "url": body["url"], "dialog": whole(&body["dialog"])});
    node.tell(tables, "open_dialog", Audience::User(user), json!({"dialog": shown.to_string()}));
    done()
}

/// A dialog with every field that clients expect.
fn whole(dialog: &Value) -> Value {
    let mut whole = json!({"callback_id": "", "title": "", "introduction_text": "", "icon_url": "",
        "elements": null, "submit_label": "", "notify_on_cancel": false, "state": ""});
    merge(&mut whole, dialog);
    for element in whole["elements"].as_array_mut().into_iter().flatten() {
        let given = std::mem::take(element);
        *element = json!({"display_name": "", "name": "", "type": "", "subtype": "", "default": "",
            "placeholder": "", "help_text": "", "optional": false, "min_length": 0, "max_length": 0,
            "data_source": "", "options": null, "multiselect": false});
        merge(element, &given);
    }
    whole
}

fn merge(into: &mut Value, given: &Value) {
    for (key, value) in given.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}

fn failed(why: impl Into<String>) -> Refusal {
    let id = "api.post.do_action.action_integration.app_error";
    Refusal::new(400, id, "Action integration error.").detail(why)
}

async fn submit(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "submit_dialog_request")?;
    let cancelled = body["cancelled"] == json!(true);
    let sent = json!({
        "type": "dialog_submission", "callback_id": body["callback_id"], "state": body["state"],
        "user_id": caller.user_id, "channel_id": body["channel_id"], "team_id": body["team_id"],
        "submission": body["submission"], "cancelled": cancelled,
    });
    let reply = Call::json(text(&body, "url"), &sent).send(&node).await.map_err(failed)?;
    if reply.status != 200 {
        return Err(failed(format!("status={}", reply.status)));
    }
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let mut shown = json!({});
    for key in ["error", "errors"] {
        if let Some(value) = answer.get(key) {
            shown[key] = value.clone();
        }
    }
    ok(&shown)
}

async fn press(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path((post_id, action_id)): Path<(String, String)>,
) -> Answer {
    let post = node.transact(|tables| readable(&node, tables, &caller, &post_id, false))?;
    let (short, long) = new_trigger(&node, &caller.user_id);
    let (url, sent) = node.transact(|tables| action(&node, tables, &caller, &post, &action_id, &long))?;
    let reply = Call::json(&url, &sent).send(&node).await.map_err(failed)?;
    if reply.status != 200 {
        return Err(failed(format!("status={}", reply.status)));
    }
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    node.transact(|tables| {
        if let Some(words) = answer["ephemeral_text"].as_str().filter(|words| !words.is_empty()) {
            whisper(&node, tables, &caller.user_id, &post.channel_id, words);
        }
        if let Some(message) = answer["update"]["message"].as_str() {
            update(&node, tables, post, message);
        }
    });
    ok(&json!({"status": "OK", "trigger_id": short}))
}

/// What pressing a button of a post calls, and with what.
fn action(
    node: &NodeCore,
    tables: &Tables,
    caller: &Caller,
    post: &Post,
    action_id: &str,
    trigger: &str,
) -> Result<(String, Value), Refusal> {
    let button = tables.integrations.buttons.get(&pair(&post.id, action_id)).cloned().ok_or_else(|| {
        Refusal::new(404, "api.post.do_action.action_id.app_error", "Invalid action id.")
            .detail("action=<nil>")
    })?;
    let channel = node.channel(tables, &post.channel_id)?;
    let team = tables.teams.get(&channel.team_id).map(|team| team.name.clone());
    let sent = json!({
        "user_id": caller.user_id, "user_name": node.user(tables, &caller.user_id)?.username,
        "channel_id": channel.id, "channel_name": channel.name, "team_id": channel.team_id,
        "team_domain": team.unwrap_or_default(), "post_id": post.id, "trigger_id": trigger, "type": "button",
        "data_source": "", "context": button.context,
    });
    Ok((button.url, sent))
}

fn update(node: &NodeCore, tables: &mut Tables, mut post: Post, message: &str) {
    let now = node.world.tick();
    message.clone_into(&mut post.message);
    (post.edit_at, post.update_at) = (now, now);
    tables.posts.insert(post.id.clone(), post.clone());
    let shown = tables.post_json(&post);
    node.invalidate(tables, &Outdated::Post { post: post.id, channel: post.channel_id.clone() });
    node.tell(tables, "post_edited", Audience::Channel(post.channel_id), json!({"post": shown.to_string()}));
}
