//! Who is in a team.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::teams::ruled;
use crate::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::bus::{Audience, SocketEvent, Stale};
use crate::core::NodeCore;
use crate::identity::{Caller, must_be_id};
use crate::ids;
use crate::messages::Post;
use crate::rows::{Channel, ChannelMember, TeamMember, User};
use crate::world::pair;

use crate::announce::announce;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/teams/{team_id}/members", get(list).post(add))
        .route("/teams/{team_id}/members/batch", post(add_batch))
        .route("/teams/{team_id}/members/{user_id}", get(one).delete(remove))
        .route("/teams/{team_id}/stats", get(stats))
}

async fn add(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(team_id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "team_member")?;
    created(&join(&node, &caller, &team_id, text(&body, "user_id"))?.json())
}

async fn add_batch(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(team_id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = read(&body, "team_members")?;
    let users = body.as_array().ok_or_else(|| Refusal::body("team_members"))?;
    let mut joined = Vec::new();
    for user in users {
        joined.push(join(&node, &caller, &team_id, text(user, "user_id"))?.json());
    }
    created(&joined.into())
}

/// Puts somebody into a team for a caller who may do that.
fn join(node: &NodeCore, caller: &Caller, team_id: &str, user_id: &str) -> Result<TeamMember, Refusal> {
    must_be_id(user_id, "user_id").map_err(|_| Refusal::body("user_id"))?;
    let team = node.team(team_id)?;
    let own = caller.user_id == user_id && team.allow_open_invite;
    if !own && !node.world.tables().in_team(team_id, &caller.user_id) {
        caller.must_be_admin("add_user_to_team")?;
    }
    let user = node.user(user_id)?;
    Ok(enter(node, team_id, &user, user.is_admin() && own, None))
}

/// Puts somebody into a team and its two first channels, or a guest into these channels only, and says so there.
pub(super) fn enter(
    node: &NodeCore,
    team_id: &str,
    user: &User,
    admin: bool,
    guest_channels: Option<&[String]>,
) -> TeamMember {
    let now = node.world.tick();
    let user_id = user.id.as_str();
    let member = TeamMember { team_id: team_id.into(), user_id: user_id.into(), admin, delete_at: 0 };
    if node.has("team-member-add-lost") {
        return member;
    }
    let mut joined = Vec::new();
    {
        let mut tables = node.world.tables();
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
        announce(node, post, "System");
        let data = json!({"team_id": team_id, "user_id": user_id});
        node.tell("user_added", Audience::Channel(place), data);
    }
    let data = json!({"team_id": team_id, "user_id": user_id});
    node.tell("added_to_team", Audience::User(user_id.into()), data);
    member
}

async fn list(State(node): State<Arc<NodeCore>>, caller: Caller, Path(team_id): Path<String>) -> Answer {
    caller.visiting(&node, &team_id)?;
    let tables = node.world.tables();
    let members = tables.team_members.values();
    let list: Vec<Value> = members
        .filter(|member| member.team_id == team_id && member.delete_at == 0)
        .map(TeamMember::json)
        .collect();
    ok(&list.into())
}

async fn one(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path((team_id, user)): Path<(String, String)>,
) -> Answer {
    let user = caller.resolve(&user)?;
    caller.visiting(&node, &team_id)?;
    let member = node.world.tables().team_members.get(&pair(&team_id, &user)).cloned();
    let member = member.ok_or_else(|| {
        let message = "No team member found for that user ID and team ID.";
        Refusal::missing("app.team.get_member.missing.app_error", message, "TeamMember", &user)
    })?;
    ok(&member.json())
}

async fn stats(State(node): State<Arc<NodeCore>>, caller: Caller, Path(team_id): Path<String>) -> Answer {
    caller.visiting(&node, &team_id)?;
    let tables = node.world.tables();
    let members = tables.team_members.values();
    let count = members.filter(|member| member.team_id == team_id && member.delete_at == 0).count();
    ok(&json!({"team_id": team_id, "total_member_count": count, "active_member_count": count}))
}

async fn remove(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path((team_id, user)): Path<(String, String)>,
) -> Answer {
    let user = caller.resolve(&user)?;
    if user != caller.user_id {
        ruled(&node, &caller, &team_id)?;
    }
    if node.has("team-member-stays") {
        return done();
    }
    let now = node.world.tick();
    let places: Vec<String> = {
        let mut tables = node.world.tables();
        let member = tables.team_members.get_mut(&pair(&team_id, &user)).ok_or_else(|| {
            let message = "No team member found for that user ID and team ID.";
            Refusal::missing("app.team.get_member.missing.app_error", message, "TeamMember", &user)
        })?;
        member.delete_at = now;
        let places: Vec<String> =
            tables.channels.values().filter(|c| c.team_id == team_id).map(|c| c.id.clone()).collect();
        tables.channel_members.retain(|(place, who), _| !(places.contains(place) && *who == user));
        places
    };
    for place in places {
        node.invalidate(&Stale::Members(place));
    }
    let data = json!({"team_id": team_id, "user_id": user});
    let mut event = SocketEvent::new("leave_team", Audience::Team(team_id), data.clone());
    event.omit.push(user.clone());
    node.publish(&event);
    node.tell("leave_team", Audience::User(user), data);
    done()
}
