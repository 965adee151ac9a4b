//! What comes in through a webhook: JSON or a form, for the webhook's channel, another one or a person, with a name, a picture
//! and attachments, and as long as it wants.
//!
//! Simpler than the product: no multipart forms, and nothing of Slack's markup is taken apart.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::integrations::IncomingHook;
use crate::db::posts::Post;
use crate::db::rows::Channel;
use crate::db::tables::Tables;
use crate::events::publish_post::publish_post;
use crate::node::answer::{Refusal, read, text};
use crate::node::core::NodeCore;
use crate::node::transaction::anyone;
use crate::routes::channels::direct_channels::between;
use crate::routes::integrations::webhooks::enabled;
use crate::routes::posts::post::MAX_MESSAGE;
use crate::routes::posts::post_actions;

/// Where programs post, outside the API.
pub(crate) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().route("/hooks/{hook_id}", post(anyone(come_in)))
}

/// A hook as this node knows it: once used here, it is remembered.
fn known(node: &NodeCore, tables: &Tables, id: &str) -> Option<IncomingHook> {
    let mut memory = node.caches.locked();
    if let Some(hook) = memory.hooks.get(id) {
        return Some(hook.clone());
    }
    let hook = tables.integrations.incoming.get(id).cloned()?;
    memory.hooks.insert(id.to_owned(), hook.clone());
    Some(hook)
}

fn come_in(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let refuse = |status: u16, detail: &str| {
        let message =
            format!("Failed to handle the payload of media type application/json for incoming webhook {id}.");
        Refusal::new(status, "web.incoming_webhook.general.app_error", &message)
            .detail(format!("HandleIncomingWebhook: {detail}"))
    };
    enabled(node, "EnableIncomingWebhooks", "incoming")?;
    let missing = format!("Invalid webhook., resource \"IncomingWebhook\" not found, id: {id}");
    let hook = known(node, tables, &id).ok_or_else(|| refuse(400, &missing))?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let form = kind.starts_with("application/x-www-form-urlencoded") && !node.has("hook-form-unread");
    let body = if form { form_payload(&body) } else { body.to_vec() };
    let body = read(&body, "incoming_webhook").map_err(|_| refuse(400, "Unable to parse incoming data."))?;
    let (said, attachments) = (text(&body, "text"), &body["attachments"]);
    if said.is_empty() && !attachments.is_array() {
        return Err(refuse(400, "No text specified."));
    }
    let channel = target(node, tables, &hook, text(&body, "channel")).ok_or_else(|| {
        refuse(if text(&body, "channel").starts_with('@') { 400 } else { 404 }, "not found")
    })?;
    let sender = node.user(tables, &hook.user_id)?.username;
    for part in parts(node, said) {
        let kind = if attachments.is_array() { "slack_attachment" } else { "" };
        let now = node.world.tick();
        let mut post = Post::new(ids::new_id(), now, &hook.user_id, &channel.id, &part, kind);
        let mut props = json!({"from_webhook": "true", "webhook_display_name": hook.display_name});
        if attachments.is_array() && !node.has("hook-attachments-lost") {
            props["attachments"] = attachments.clone();
        }
        name(node, &hook, &body, &mut props);
        post.props = post_actions::keep(tables, &post.id, &props);
        publish_post(node, tables, post, &format!("@{sender}"));
    }
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "text/plain")], "ok").into_response())
}

/// The channel that a payload names, or the hook's own.
fn target(node: &NodeCore, tables: &mut Tables, hook: &IncomingHook, name: &str) -> Option<Channel> {
    if name.is_empty() || node.has("hook-channel-ignored") {
        return node.channel(tables, &hook.channel_id).ok();
    }
    if let Some(person) = name.strip_prefix('@') {
        let known = tables.user_named(person).filter(|_| !node.has("hook-person-unknown"));
        let person = known.map(|user| user.id.clone())?;
        return Some(between(node, tables, &hook.user_id, &person));
    }
    let name = name.trim_start_matches('#');
    tables.channels.values().find(|channel| channel.team_id == hook.team_id && channel.name == name).cloned()
}

/// The name and the picture that a program may give itself.
fn name(node: &NodeCore, hook: &IncomingHook, body: &Value, props: &mut Value) {
    let given = |key: &str, own: &str| {
        let given = text(body, key);
        if given.is_empty() { own.to_owned() } else { given.to_owned() }
    };
    let may = |key: &str| node.settings().on("ServiceSettings", key) && !node.has("hook-names-lost");
    if may("EnablePostUsernameOverride") {
        let name = given("username", &hook.username);
        props["override_username"] = json!(if name.is_empty() { "webhook".to_owned() } else { name });
    }
    let picture = given("icon_url", &hook.icon_url);
    if may("EnablePostIconOverride") && !picture.is_empty() {
        props["override_icon_url"] = json!(picture);
    }
}

/// A text as messages of the length that one may have.
fn parts(node: &NodeCore, said: &str) -> Vec<String> {
    let letters: Vec<char> = said.chars().collect();
    let mut parts: Vec<String> = letters.chunks(MAX_MESSAGE).map(|part| part.iter().collect()).collect();
    if parts.is_empty() {
        parts.push(String::new());
    }
    if node.has("hook-long-cut") {
        parts.truncate(1);
    }
    parts
}

/// What a form has as its `payload`.
fn form_payload(form: &[u8]) -> Vec<u8> {
    let fields = form.split(|byte| *byte == b'&');
    let payload = fields.filter_map(|field| field.strip_prefix(b"payload=")).next().unwrap_or_default();
    let (mut plain, mut rest) = (Vec::with_capacity(payload.len()), payload);
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| byte == b'%');
        plain.push(code.unwrap_or(if byte == b'+' { b' ' } else { byte }));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::form_payload;

    #[test]
    fn a_form_is_unpacked() {
        assert_eq!(form_payload(b"a=b&payload=%7B%22x%22+%7D%&c"), b"{\"x\" }%");
        assert_eq!(form_payload(b"text=x"), b"");
    }
}
