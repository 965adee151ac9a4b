//! What a member has not read yet, and how they want to hear of it.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::db::tables::{Tables, pair};
use crate::events::bus::Outdated;
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/channels/{channel_id}/unread", get(signed_in(unread)))
        .route("/users/{user_id}/teams/{team_id}/channels/members", get(signed_in(of_team)))
        .route("/channels/members/{user_id}/view", post(signed_in(view)))
        .route("/channels/{channel_id}/members/{user_id}/notify_props", put(signed_in(notify)))
        .route("/channels/{channel_id}/members/{user_id}/schemeRoles", put(signed_in(scheme_roles)))
}

fn missing(user: &str) -> Refusal {
    let message = "No channel member found for that user ID and channel ID.";
    Refusal::missing("app.channel.get_member.missing.app_error", message, "ChannelMember", user)
}

fn unread(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, channel)): Path<(String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let team = tables.channels.get(&channel).map(|channel| channel.team_id.clone());
    if !tables.in_channel(&channel, &user) {
        return Err(missing(&user));
    }
    let (messages, mentions) = tables.unread(&channel, &user);
    ok(&json!({
        "team_id": team, "channel_id": channel, "msg_count": messages, "mention_count": mentions,
        "mention_count_root": mentions, "urgent_mention_count": 0, "msg_count_root": messages,
    }))
}

fn of_team(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, team)): Path<(String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let here = |channel: &str| {
        tables.channels.get(channel).is_some_and(|channel| channel.team_id == team || channel.is_personal())
    };
    let own = tables.channel_members.values();
    let own = own.filter(|member| member.user_id == user && here(&member.channel_id));
    let list: Vec<Value> = own.map(|member| tables.member_json(member)).collect();
    ok(&list.into())
}

fn view(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
    body: Bytes,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let body = read(&body, "channel_view")?;
    let (channel, now) = (text(&body, "channel_id"), node.world.tick());
    tables.kept.viewed.insert(pair(channel, &user), now);
    ok(&json!({"status": "OK", "last_viewed_at_times": {channel: now}}))
}

fn notify(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((channel, user)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let body = read(&body, "notify_props")?;
    let now = node.world.tick();
    let member = tables.channel_members.get_mut(&pair(&channel, &user)).ok_or_else(|| missing(&user))?;
    member.update_at = now;
    let props = tables.kept.notify_props.entry(pair(&channel, &user)).or_insert_with(|| json!({}));
    for (key, value) in body.as_object().into_iter().flatten() {
        if !key.ends_with("_id") {
            props[key] = value.clone();
        }
    }
    node.invalidate(tables, &Outdated::Members(channel));
    done()
}

fn scheme_roles(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((channel, user)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let mine = tables.channel_members.get(&pair(&channel, &caller.user_id));
    if !mine.is_some_and(|member| member.admin) {
        caller.must_be_admin("manage_channel_roles")?;
    }
    let body = read(&body, "scheme_roles")?;
    let now = node.world.tick();
    let member = tables.channel_members.get_mut(&pair(&channel, &user)).ok_or_else(|| missing(&user))?;
    member.admin = body["scheme_admin"] == true;
    member.update_at = now;
    node.invalidate(tables, &Outdated::Members(channel));
    done()
}
