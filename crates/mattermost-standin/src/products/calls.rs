//! Calls: REST for looking and ending, websocket actions for joining and leaving, and their events.

use axum::response::Response;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::posts::Post;
use crate::db::products::Call;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated, SocketEvent};
use crate::events::publish_post::publish_post;
use crate::node::answer::text;
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::plugins::RUNNING;
use crate::products::request::{self, Request};
use crate::products::templates::TEMPLATES;

/// The plugin's own account, which every event of a channel leaves out.
const BOT: &str = "ca11sb0tca11sb0tca11sb0tca";

/// What the plugin answers.
pub(crate) fn answer(tables: &mut Tables, request: &Request<'_>) -> Option<Response> {
    let (method, path) = (request.method.as_str(), request.path.as_slice());
    if (method, path) == ("GET", &["version"]) {
        let version = json!({"version": request.manifest["version"], "build": ""});
        return Some(request::json(200, &version));
    }
    let Some(caller) = &request.caller else { return Some(request::text(401, "Unauthorized")) };
    Some(match (method, path) {
        ("GET", ["config"]) => request::json(200, &TEMPLATES.calls_config),
        ("GET", ["channels"]) => request::json(200, &running(tables, caller)),
        ("GET", [channel]) if ids::is_id(channel) => state(tables, request, caller, channel),
        ("POST", [channel]) if ids::is_id(channel) => allow(tables, request, caller, channel),
        ("GET", ["calls", channel, "active"]) => {
            if !may_read(request.node, tables, caller, channel) {
                return Some(request::text(403, "Forbidden"));
            }
            let active = tables.products.calls.contains_key(*channel);
            request::json(200, &json!({"active": active}))
        }
        ("POST", ["calls", channel, "end"] | ["calls", channel, "host", "end"]) => {
            let (status, message) = end(request.node, tables, caller, channel);
            // JSON that Go takes for text, as no type is given.
            request::text(status, &json!({"message": message, "status_code": status}).to_string())
        }
        _ => return None,
    })
}

fn may_read(node: &NodeCore, tables: &Tables, caller: &Caller, channel: &str) -> bool {
    node.channel(tables, channel).is_ok_and(|channel| caller.must_read(node, tables, &channel).is_ok())
}

/// Calls that run in the caller's channels.
fn running(tables: &Tables, caller: &Caller) -> Value {
    let own =
        tables.products.calls.values().filter(|call| tables.in_channel(&call.channel_id, &caller.user_id));
    own.map(|call| json!({"call": call.json(), "channel_id": call.channel_id})).collect()
}

fn state(tables: &Tables, request: &Request<'_>, caller: &Caller, channel: &str) -> Response {
    if !may_read(request.node, tables, caller, channel) {
        return request::text(403, "Forbidden");
    }
    let enabled = tables.products.calls_channels.get(channel).copied().unwrap_or_default();
    let mut state = json!({"channel_id": channel, "enabled": enabled});
    if let Some(call) = tables.products.calls.get(channel) {
        state["call"] = call.json();
    }
    request::json(200, &state)
}

/// `DefaultEnabled` is off, and then only administrators decide.
fn allow(tables: &mut Tables, request: &Request<'_>, caller: &Caller, channel: &str) -> Response {
    if !caller.admin {
        return request::text(403, &json!({"message": "Forbidden", "status_code": 403}).to_string());
    }
    let enabled = request.body["enabled"] == true;
    tables.products.calls_channels.insert(channel.to_owned(), enabled);
    request::json(200, &json!({"channel_id": channel, "enabled": enabled}))
}

/// Asks everybody in a call to leave it; the last one ends it.
fn end(node: &NodeCore, tables: &Tables, caller: &Caller, channel: &str) -> (u16, &'static str) {
    let Some(call) = tables.products.calls.get(channel).cloned() else {
        return (400, "no call ongoing");
    };
    if call.host_id != caller.user_id && !caller.admin {
        return (400, "no permissions");
    }
    if !node.has("call-never-ends") {
        tell(node, tables, "custom_com.mattermost.calls_call_end", channel, json!({}));
    }
    (200, "success")
}

/// An event for everybody in a channel.
fn tell(node: &NodeCore, tables: &Tables, name: &'static str, channel: &str, mut data: Value) {
    data["channelID"] = json!(channel);
    let mut event = SocketEvent::new(name, Audience::Channel(channel.to_owned()), data);
    event.omit = vec![BOT.to_owned()];
    node.publish(tables, &event);
}

/// A websocket action that some plugin may know; this one knows `join` and `leave`.
pub(crate) fn act(
    node: &NodeCore,
    tables: &mut Tables,
    connection: &str,
    user: &str,
    action: &str,
    data: &Value,
) {
    let Some(action) = action.strip_prefix("custom_com.mattermost.calls_") else { return };
    if node.plugins.get("com.mattermost.calls").is_none_or(|plugin| plugin.state != RUNNING) {
        return;
    }
    match action {
        "join" => {
            if let Err(reason) = join(node, tables, connection, user, text(data, "channelID")) {
                let error = json!({"data": reason, "connID": connection});
                answer_to(node, tables, "custom_com.mattermost.calls_error", connection, error);
            }
        }
        "leave" => leave(node, tables, connection),
        _ => {}
    }
}

fn answer_to(node: &NodeCore, tables: &Tables, name: &'static str, connection: &str, data: Value) {
    node.tell(tables, name, Audience::Connection(connection.to_owned()), data);
}

fn join(
    node: &NodeCore,
    tables: &mut Tables,
    connection: &str,
    user: &str,
    channel: &str,
) -> Result<(), &'static str> {
    if !tables.in_channel(channel, user) {
        return Err("forbidden");
    }
    let admin = tables.users.get(user).is_some_and(crate::db::rows::User::is_admin);
    let allowed = tables.products.calls_channels.get(channel).copied();
    let known = tables.products.calls.get(channel).cloned();
    let call = match (known, allowed) {
        (Some(call), _) if call.sessions.iter().any(|(id, _)| id == connection) => {
            return Err("session is already connected");
        }
        (Some(call), _) => call,
        (None, Some(false)) => return Err("calls are disabled in the channel"),
        (None, None) if !admin => return Err("insufficient permissions"),
        (None, _) => start(node, tables, user, channel),
    };
    let call = tables.products.calls.entry(channel.to_owned()).or_insert(call);
    call.sessions.push((connection.to_owned(), user.to_owned()));
    let state = call.json().to_string();
    answer_to(node, tables, "custom_com.mattermost.calls_join", connection, json!({"connID": connection}));
    let joined = json!({"session_id": connection, "user_id": user});
    tell(node, tables, "custom_com.mattermost.calls_user_joined", channel, joined);
    let data = json!({"call": state, "channel_id": channel});
    node.tell(tables, "custom_com.mattermost.calls_call_state", Audience::User(user.to_owned()), data);
    Ok(())
}

/// A call begins with a post in its channel.
fn start(node: &NodeCore, tables: &mut Tables, user: &str, channel: &str) -> Call {
    let now = node.world.tick();
    let mut post = Post::new(ids::new_id(), now, user, channel, "Call started", "custom_calls");
    post.props = json!({"from_plugin": "true", "start_at": now, "title": "", "attachments": []});
    let call = Call {
        id: ids::new_id(),
        channel_id: channel.to_owned(),
        start_at: now,
        owner_id: user.to_owned(),
        host_id: user.to_owned(),
        post_id: post.id.clone(),
        sessions: Vec::new(),
    };
    tables.products.calls.insert(channel.to_owned(), call.clone());
    host_changed(node, tables, &call, user);
    let sender = node.user(tables, user).map(|user| format!("@{}", user.username)).unwrap_or_default();
    publish_post(node, tables, post, &sender);
    let data = json!({
        "id": call.id, "start_at": now, "thread_id": call.post_id, "post_id": call.post_id,
        "owner_id": user, "host_id": user,
    });
    tell(node, tables, "custom_com.mattermost.calls_call_start", channel, data);
    call
}

fn host_changed(node: &NodeCore, tables: &Tables, call: &Call, to: &str) {
    let data = json!({"call_id": call.id, "channelID": call.channel_id, "hostID": call.host_id});
    let name = "custom_com.mattermost.calls_call_host_changed";
    let mut event = SocketEvent::new(name, Audience::UserIn(to.to_owned(), call.channel_id.clone()), data);
    event.omit = vec![BOT.to_owned()];
    node.publish(tables, &event);
}

/// Takes a websocket out of its call, if it is in one; the last one ends the call.
pub(crate) fn leave(node: &NodeCore, tables: &mut Tables, connection: &str) {
    let calls = tables.products.calls.values_mut();
    let left = calls.into_iter().find_map(|call| {
        let at = call.sessions.iter().position(|(id, _)| id == connection)?;
        let (_, user) = call.sessions.remove(at);
        let next = call.sessions.first().map(|(_, user)| user.clone());
        let follows = next.filter(|next| call.host_id == user && *next != user);
        if let Some(next) = &follows {
            call.host_id.clone_from(next);
        }
        Some((call.clone(), user, follows))
    });
    let Some((call, user, follows)) = left else { return };
    let data = json!({"session_id": connection, "user_id": user});
    tell(node, tables, "custom_com.mattermost.calls_user_left", &call.channel_id, data);
    if let Some(next) = follows {
        host_changed(node, tables, &call, &next);
    }
    if call.sessions.is_empty() && !node.has("call-never-ends") {
        tables.products.calls.shift_remove(&call.channel_id);
        close_post(node, tables, &call);
    }
}

/// Writes the end of a call into its post.
fn close_post(node: &NodeCore, tables: &mut Tables, call: &Call) {
    let now = node.world.tick();
    let Some(post) = tables.posts.get_mut(&call.post_id) else { return };
    post.message = "Call ended".into();
    post.props["end_at"] = now.into();
    post.props["participants"] = json!([call.owner_id]);
    (post.update_at, post.edit_at) = (now, now);
    let post = post.clone();
    let shown = tables.post_json(&post);
    node.invalidate(tables, &Outdated::Post { post: call.post_id.clone(), channel: call.channel_id.clone() });
    let data = json!({"post": shown.to_string()});
    node.tell(tables, "post_edited", Audience::Channel(call.channel_id.clone()), data);
}
