//! Calls: REST for looking and ending, websocket actions for joining and leaving, and their events.

use axum::response::Response;
use serde_json::{Value, json};

use super::request::{self, Request};
use super::rows::Call;
use super::templates::TEMPLATES;
use crate::announce::announce;
use crate::answer::text;
use crate::bus::{Audience, SocketEvent, Stale};
use crate::core::NodeCore;
use crate::identity::Caller;
use crate::ids;
use crate::messages::Post;
use crate::plugins::RUNNING;

/// The plugin's own account, which every event of a channel leaves out.
const BOT: &str = "ca11sb0tca11sb0tca11sb0tca";

/// What the plugin answers.
pub(super) fn answer(request: &Request<'_>) -> Option<Response> {
    let (method, path) = (request.method.as_str(), request.path.as_slice());
    if (method, path) == ("GET", &["version"]) {
        let version = json!({"version": request.manifest["version"], "build": ""});
        return Some(request::json(200, &version));
    }
    let Some(caller) = &request.caller else { return Some(request::text(401, "Unauthorized")) };
    Some(match (method, path) {
        ("GET", ["config"]) => request::json(200, &TEMPLATES.calls_config),
        ("GET", ["channels"]) => request::json(200, &running(request, caller)),
        ("GET", [channel]) if ids::is_id(channel) => state(request, caller, channel),
        ("POST", [channel]) if ids::is_id(channel) => allow(request, caller, channel),
        ("GET", ["calls", channel, "active"]) => {
            if !may_read(request.node, caller, channel) {
                return Some(request::text(403, "Forbidden"));
            }
            let active = request.node.world.tables().products.calls.contains_key(*channel);
            request::json(200, &json!({"active": active}))
        }
        ("POST", ["calls", channel, "end"] | ["calls", channel, "host", "end"]) => {
            let (status, message) = end(request.node, caller, channel);
            // JSON that Go takes for text, as no type is given.
            request::text(status, &json!({"message": message, "status_code": status}).to_string())
        }
        _ => return None,
    })
}

fn may_read(node: &NodeCore, caller: &Caller, channel: &str) -> bool {
    node.channel(channel).is_ok_and(|channel| caller.must_read(node, &channel).is_ok())
}

/// Calls that run in the caller's channels.
fn running(request: &Request<'_>, caller: &Caller) -> Value {
    let tables = request.node.world.tables();
    let own =
        tables.products.calls.values().filter(|call| tables.in_channel(&call.channel_id, &caller.user_id));
    own.map(|call| json!({"call": call.json(), "channel_id": call.channel_id})).collect()
}

fn state(request: &Request<'_>, caller: &Caller, channel: &str) -> Response {
    if !may_read(request.node, caller, channel) {
        return request::text(403, "Forbidden");
    }
    let tables = request.node.world.tables();
    let enabled = tables.products.calls_channels.get(channel).copied().unwrap_or_default();
    let mut state = json!({"channel_id": channel, "enabled": enabled});
    if let Some(call) = tables.products.calls.get(channel) {
        state["call"] = call.json();
    }
    request::json(200, &state)
}

/// `DefaultEnabled` is off, and then only administrators decide.
fn allow(request: &Request<'_>, caller: &Caller, channel: &str) -> Response {
    if !caller.admin {
        return request::text(403, &json!({"message": "Forbidden", "status_code": 403}).to_string());
    }
    let enabled = request.body["enabled"] == true;
    request.node.world.tables().products.calls_channels.insert(channel.to_owned(), enabled);
    request::json(200, &json!({"channel_id": channel, "enabled": enabled}))
}

/// Asks everybody in a call to leave it; the last one ends it.
fn end(node: &NodeCore, caller: &Caller, channel: &str) -> (u16, &'static str) {
    let Some(call) = node.world.tables().products.calls.get(channel).cloned() else {
        return (400, "no call ongoing");
    };
    if call.host_id != caller.user_id && !caller.admin {
        return (400, "no permissions");
    }
    if !node.has("call-never-ends") {
        tell(node, "custom_com.mattermost.calls_call_end", channel, json!({}));
    }
    (200, "success")
}

/// An event for everybody in a channel.
fn tell(node: &NodeCore, name: &'static str, channel: &str, mut data: Value) {
    data["channelID"] = json!(channel);
    let mut event = SocketEvent::new(name, Audience::Channel(channel.to_owned()), data);
    event.omit = vec![BOT.to_owned()];
    node.publish(&event);
}

/// A websocket action that some plugin may know; this one knows `join` and `leave`.
pub(crate) fn act(node: &NodeCore, connection: &str, user: &str, action: &str, data: &Value) {
    let Some(action) = action.strip_prefix("custom_com.mattermost.calls_") else { return };
    if node.plugins.get("com.mattermost.calls").is_none_or(|plugin| plugin.state != RUNNING) {
        return;
    }
    match action {
        "join" => {
            if let Err(reason) = join(node, connection, user, text(data, "channelID")) {
                let error = json!({"data": reason, "connID": connection});
                answer_to(node, "custom_com.mattermost.calls_error", connection, error);
            }
        }
        "leave" => leave(node, connection),
        _ => {}
    }
}

fn answer_to(node: &NodeCore, name: &'static str, connection: &str, data: Value) {
    node.tell(name, Audience::Connection(connection.to_owned()), data);
}

fn join(node: &NodeCore, connection: &str, user: &str, channel: &str) -> Result<(), &'static str> {
    let (known, admin, allowed) = {
        let tables = node.world.tables();
        if !tables.in_channel(channel, user) {
            return Err("forbidden");
        }
        let admin = tables.users.get(user).is_some_and(crate::rows::User::is_admin);
        let allowed = tables.products.calls_channels.get(channel).copied();
        (tables.products.calls.get(channel).cloned(), admin, allowed)
    };
    let call = match (known, allowed) {
        (Some(call), _) if call.sessions.iter().any(|(id, _)| id == connection) => {
            return Err("session is already connected");
        }
        (Some(call), _) => call,
        (None, Some(false)) => return Err("calls are disabled in the channel"),
        (None, None) if !admin => return Err("insufficient permissions"),
        (None, _) => start(node, user, channel),
    };
    let state = {
        let mut tables = node.world.tables();
        let call = tables.products.calls.entry(channel.to_owned()).or_insert(call);
        call.sessions.push((connection.to_owned(), user.to_owned()));
        call.json().to_string()
    };
    answer_to(node, "custom_com.mattermost.calls_join", connection, json!({"connID": connection}));
    let joined = json!({"session_id": connection, "user_id": user});
    tell(node, "custom_com.mattermost.calls_user_joined", channel, joined);
    let data = json!({"call": state, "channel_id": channel});
    node.tell("custom_com.mattermost.calls_call_state", Audience::User(user.to_owned()), data);
    Ok(())
}

/// A call begins with a post in its channel.
fn start(node: &NodeCore, user: &str, channel: &str) -> Call {
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
    node.world.tables().products.calls.insert(channel.to_owned(), call.clone());
    host_changed(node, &call, user);
    let sender = node.user(user).map(|user| format!("@{}", user.username)).unwrap_or_default();
    announce(node, post, &sender);
    let data = json!({
        "id": call.id, "start_at": now, "thread_id": call.post_id, "post_id": call.post_id,
        "owner_id": user, "host_id": user,
    });
    tell(node, "custom_com.mattermost.calls_call_start", channel, data);
    call
}

fn host_changed(node: &NodeCore, call: &Call, to: &str) {
    let data = json!({"call_id": call.id, "channelID": call.channel_id, "hostID": call.host_id});
    let name = "custom_com.mattermost.calls_call_host_changed";
    let mut event = SocketEvent::new(name, Audience::UserIn(to.to_owned(), call.channel_id.clone()), data);
    event.omit = vec![BOT.to_owned()];
    node.publish(&event);
}

/// Takes a websocket out of its call, if it is in one; the last one ends the call.
pub(crate) fn leave(node: &NodeCore, connection: &str) {
    let left = {
        let mut tables = node.world.tables();
        let calls = tables.products.calls.values_mut();
        calls.into_iter().find_map(|call| {
            let at = call.sessions.iter().position(|(id, _)| id == connection)?;
            let (_, user) = call.sessions.remove(at);
            let next = call.sessions.first().map(|(_, user)| user.clone());
            let follows = next.filter(|next| call.host_id == user && *next != user);
            if let Some(next) = &follows {
                call.host_id.clone_from(next);
            }
            Some((call.clone(), user, follows))
        })
    };
    let Some((call, user, follows)) = left else { return };
    let data = json!({"session_id": connection, "user_id": user});
    tell(node, "custom_com.mattermost.calls_user_left", &call.channel_id, data);
    if let Some(next) = follows {
        host_changed(node, &call, &next);
    }
    if call.sessions.is_empty() && !node.has("call-never-ends") {
        node.world.tables().products.calls.shift_remove(&call.channel_id);
        close_post(node, &call);
    }
}

/// Writes the end of a call into its post.
fn close_post(node: &NodeCore, call: &Call) {
    let now = node.world.tick();
    let shown = {
        let mut tables = node.world.tables();
        let Some(post) = tables.posts.get_mut(&call.post_id) else { return };
        post.message = "Call ended".into();
        post.props["end_at"] = now.into();
        post.props["participants"] = json!([call.owner_id]);
        (post.update_at, post.edit_at) = (now, now);
        let post = post.clone();
        tables.post_json(&post)
    };
    node.invalidate(&Stale::Post { post: call.post_id.clone(), channel: call.channel_id.clone() });
    let data = json!({"post": shown.to_string()});
    node.tell("post_edited", Audience::Channel(call.channel_id.clone()), data);
}
