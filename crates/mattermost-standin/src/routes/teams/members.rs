//! Who is in a team.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::posts::Post;
use crate::db::rows::{Channel, ChannelMember, TeamMember, User};
use crate::db::tables::{Tables, pair};
use crate::events::bus::{Audience, Outdated, SocketEvent};
use crate::node::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::signed_in;
use crate::routes::page::Page;
use crate::routes::teams::team::ruled;

use crate::events::publish_post::publish_post;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/teams/{team_id}/members", get(signed_in(list)).post(signed_in(add)))
        .route("/teams/{team_id}/members/batch", post(signed_in(add_batch)))
        .route("/teams/{team_id}/members/{user_id}", get(signed_in(one)).delete(signed_in(remove)))
        .route("/teams/{team_id}/members/{user_id}/schemeRoles", put(signed_in(scheme_roles)))
        .route("/teams/{team_id}/stats", get(signed_in(stats)))
}

fn add(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(team_id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "team_member")?;
    created(&join(node, tables, &caller, &team_id, text(&body, "user_id"))?.json())
}

fn add_batch(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(team_id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "team_members")?;
    let users = body.as_array().ok_or_else(|| Refusal::body("team_members"))?;
    let mut joined = Vec::new();
    for user in users {
        joined.push(join(node, tables, &caller, &team_id, text(user, "user_id"))?.json());
    }
    created(&joined.into())
}

fn scheme_roles(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((team_id, user_id)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    caller.must_be_admin("manage_team_roles")?;
    let body = read(&body, "scheme_roles")?;
    let missing = || {
        let message = "No team member found for that user ID and team ID.";
        Refusal::missing("app.team.get_member.missing.app_error", message, "TeamMember", &user_id)
    };
    let member = tables.team_members.get_mut(&pair(&team_id, &user_id)).ok_or_else(missing)?;
    member.admin = body["scheme_admin"] == true;
    done()
}

/// Puts somebody into a team for a caller who may do that.
fn join(
    node: &NodeCore,
    tables: &mut Tables,
    caller: &Caller,
    team_id: &str,
    user_id: &str,
) -> Result<TeamMember, Refusal> {
    must_be_id(user_id, "user_id").map_err(|_| Refusal::body("user_id"))?;
    let team = node.team(tables, team_id)?;
    let own = caller.user_id == user_id && team.allow_open_invite;
    if !own && !tables.in_team(team_id, &caller.user_id) {
        caller.must_be_admin("add_user_to_team")?;
    }
    let user = node.user(tables, user_id)?;
    Ok(enter(node, tables, team_id, &user, user.is_admin() && own, None))
}

/// Puts somebody into a team and its two first channels, or a guest into these channels only, and says so there.
pub(crate) fn enter(
    node: &NodeCore,
    tables: &mut Tables,
    team_id: &str,
    user: &User,
    admin: bool,
    guest_channels: Option<&[String]>,
) -> TeamMember {
    let now = node.world.tick();
    let user_id = user.id.as_str();
    let member = TeamMember { team_id: team_id.into(), user_id: user_id.into(), admin, delete_at: 0 };
    let mut joined = Vec::new();
    if tables.in_team(team_id, user_id) {
        return tables.team_members[&pair(team_id, user_id)].clone();
    }
    tables.team_members.insert(pair(team_id, user_id), member.clone());
    let first = |channel: &&Channel| match guest_channels {
        Some(ids) => ids.contains(&channel.id),
        None => matches!(channel.name.as_str(), "town-square" | "off-topic"),
    };
    let own = tables.channels.values().filter(|channel| channel.team_id == team_id).filter(first);
    let places: Vec<(String, String)> = own.map(|c| (c.name.clone(), c.id.clone())).collect();
    for (name, place) in places {
        let row = ChannelMember {
            channel_id: place.clone(),
            user_id: user_id.into(),
            admin: false,
            update_at: now,
        };
        tables.channel_members.insert(pair(&place, user_id), row);
        joined.push((name, place));
    }
    for (name, place) in joined {
        let (kind, said) = if name == "town-square" {
            ("system_join_team", "joined the team.")
        } else {
            ("system_join_channel", "joined the channel.")
        };
        let message = format!("{} {said}", user.username);
        let mut post = Post::new(ids::new_id(), node.world.tick(), user_id, &place, &message, kind);
        post.props = json!({"username": user.username});
        publish_post(node, tables, post, "System");
        let data = json!({"team_id": team_id, "user_id": user_id});
        node.tell(tables, "user_added", Audience::Channel(place), data);
    }
    let data = json!({"team_id": team_id, "user_id": user_id});
    node.tell(tables, "added_to_team", Audience::User(user_id.into()), data);
    member
}

fn list(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(team_id): Path<String>,
    Query(page): Query<Page>,
) -> Answer {
    caller.visiting(node, tables, &team_id)?;
    let members = tables.team_members.values();
    let here = members.filter(|member| member.team_id == team_id && member.delete_at == 0);
    let list: Vec<Value> = page.of(here).map(TeamMember::json).collect();
    ok(&list.into())
}

fn one(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((team_id, user)): Path<(String, String)>,
) -> Answer {
    let user = caller.resolve(&user)?;
    caller.visiting(node, tables, &team_id)?;
    let member = tables.team_members.get(&pair(&team_id, &user)).cloned();
    let member = member.ok_or_else(|| {
        let message = "No team member found for that user ID and team ID.";
        Refusal::missing("app.team.get_member.missing.app_error", message, "TeamMember", &user)
    })?;
    ok(&member.json())
}

fn stats(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(team_id): Path<String>) -> Answer {
    caller.visiting(node, tables, &team_id)?;
    let members = tables.team_members.values();
    let count = members.filter(|member| member.team_id == team_id && member.delete_at == 0).count();
    ok(&json!({"team_id": team_id, "total_member_count": count, "active_member_count": count}))
}

fn remove(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((team_id, user)): Path<(String, String)>,
) -> Answer {
    let user = caller.resolve(&user)?;
    if user != caller.user_id {
        ruled(node, tables, &caller, &team_id)?;
    }
    let now = node.world.tick();
    let member = tables.team_members.get_mut(&pair(&team_id, &user)).ok_or_else(|| {
        let message = "No team member found for that user ID and team ID.";
        Refusal::missing("app.team.get_member.missing.app_error", message, "TeamMember", &user)
    })?;
    member.delete_at = now;
    let places: Vec<String> =
        tables.channels.values().filter(|c| c.team_id == team_id).map(|c| c.id.clone()).collect();
    tables.channel_members.retain(|(place, who), _| !(places.contains(place) && *who == user));
    for place in places {
        node.invalidate(tables, &Outdated::Members(place));
    }
    let data = json!({"team_id": team_id, "user_id": user});
    let mut event = SocketEvent::new("leave_team", Audience::Team(team_id), data.clone());
    event.omit.push(user.clone());
    node.publish(tables, &event);
    node.tell(tables, "leave_team", Audience::User(user), data);
    done()
}
