//! Teams.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::bus::Audience;
use crate::core::NodeCore;
use crate::identity::Caller;
use crate::ids;
use crate::rows::{Channel, ChannelMember, Team, TeamMember};
use crate::world::pair;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/teams", post(create).get(list))
        .route("/teams/name/{name}", get(by_name))
        .route("/teams/name/{name}/exists", get(exists))
        .route("/teams/search", post(search))
        .route("/teams/{team_id}", get(by_id).delete(archive))
        .route("/teams/{team_id}/restore", post(restore))
        .route("/teams/{team_id}/patch", put(patch))
        .route("/users/{user_id}/teams", get(of_user))
}

async fn create(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "team")?;
    let name = text(&body, "name");
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if name.len() < 2 || !name.chars().all(fits) {
        return Err(Refusal::new(
            400,
            "model.team.is_valid.characters.app_error",
            "Name must be 2 or more lowercase alphanumeric characters.",
        ));
    }
    let email = node.user(&caller.user_id)?.email;
    let now = node.world.tick();
    let team = Team {
        id: ids::new_id(),
        create_at: now,
        update_at: now,
        delete_at: 0,
        display_name: text(&body, "display_name").into(),
        name: name.into(),
        description: text(&body, "description").into(),
        email,
        kind: text(&body, "type").into(),
        invite_id: ids::new_id(),
        allow_open_invite: body["allow_open_invite"].as_bool().unwrap_or_default(),
        icon_at: 0,
    };
    let lost = node.has("team-lost");
    {
        let mut tables = node.world.tables();
        if tables.teams.values().any(|other| other.name == team.name) {
            return Err(Refusal::new(
                400,
                "store.sql_team.save_team.existing.app_error",
                "A team with this URL already exists.",
            )
            .detail(format!("id={0}, invalid input: entity: Team field: id value: {0}", team.id)));
        }
        if lost {
            return created(&team.json());
        }
        for (name, title) in [("town-square", "Town Square"), ("off-topic", "Off-Topic")] {
            let channel = Channel::new(now, &team.id, "O", name, title, "");
            let member = ChannelMember {
                channel_id: channel.id.clone(),
                user_id: caller.user_id.clone(),
                admin: true,
                update_at: now,
            };
            tables.channel_members.insert(pair(&channel.id, &caller.user_id), member);
            tables.channels.insert(channel.id.clone(), channel);
        }
        let member = TeamMember {
            team_id: team.id.clone(),
            user_id: caller.user_id.clone(),
            admin: true,
            delete_at: 0,
        };
        tables.team_members.insert(pair(&team.id, &caller.user_id), member);
        tables.teams.insert(team.id.clone(), team.clone());
    }
    let data = json!({"team_id": team.id, "user_id": caller.user_id});
    node.tell("added_to_team", Audience::User(caller.user_id), data);
    created(&team.json())
}

async fn list(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let tables = node.world.tables();
    let mut teams: Vec<&Team> =
        tables.teams.values().filter(|team| caller.admin || team.allow_open_invite).collect();
    teams.sort_by(|a, b| a.display_name.cmp(&b.display_name));
    let list: Vec<Value> = teams.iter().map(|team| team.json()).collect();
    if query.get("include_total_count").is_some_and(|value| value == "true") {
        return ok(&json!({"teams": list, "total_count": list.len()}));
    }
    ok(&list.into())
}

/// The team of this name.
pub(super) fn team_named(node: &NodeCore, name: &str) -> Result<Team, Refusal> {
    node.world.tables().teams.values().find(|team| team.name == name).cloned().ok_or_else(|| {
        Refusal::missing(
            "app.team.get_by_name.missing.app_error",
            "Unable to find the existing team.",
            "Team",
            name,
        )
    })
}

async fn by_id(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    seen(&node, &caller, &node.team(&id)?)
}

async fn by_name(State(node): State<Arc<NodeCore>>, caller: Caller, Path(name): Path<String>) -> Answer {
    seen(&node, &caller, &team_named(&node, &name)?)
}

fn seen(node: &NodeCore, caller: &Caller, team: &Team) -> Answer {
    let open = team.allow_open_invite && team.kind == "O";
    if !open && !caller.admin && !node.world.tables().in_team(&team.id, &caller.user_id) {
        return Err(Refusal::permission(&caller.user_id, "view_team"));
    }
    ok(&team.json())
}

async fn exists(State(node): State<Arc<NodeCore>>, caller: Caller, Path(name): Path<String>) -> Answer {
    let exists = team_named(&node, &name)
        .is_ok_and(|team| caller.admin || node.world.tables().in_team(&team.id, &caller.user_id));
    ok(&json!({"exists": exists}))
}

async fn search(State(node): State<Arc<NodeCore>>, _caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "team_search")?;
    let term = text(&body, "term").to_lowercase();
    let tables = node.world.tables();
    let found = tables.teams.values().filter(|team| team.name.contains(&term));
    let list: Vec<Value> = found.map(Team::json).collect();
    ok(&list.into())
}

/// The team of this id, for whoever may change it: its own administrators and those of the system.
pub(super) fn ruled(node: &NodeCore, caller: &Caller, id: &str) -> Result<Team, Refusal> {
    let team = node.team(id)?;
    let rules = node.world.tables().team_members.get(&pair(id, &caller.user_id)).is_some_and(|m| m.admin);
    if !rules {
        caller.must_be_admin("manage_team")?;
    }
    Ok(team)
}

async fn patch(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let before = ruled(&node, &caller, &id)?;
    let body = read(&body, "team")?;
    let mut team = before;
    let take = |key: &str, field: &mut String| {
        if let Some(value) = body[key].as_str() {
            value.clone_into(field);
        }
    };
    take("display_name", &mut team.display_name);
    take("description", &mut team.description);
    team.allow_open_invite = body["allow_open_invite"].as_bool().unwrap_or(team.allow_open_invite);
    team.update_at = node.world.tick();
    node.world.tables().teams.insert(id.clone(), team.clone());
    node.tell("update_team", Audience::Team(id), json!({"team": team.json().to_string()}));
    ok(&team.json())
}

async fn archive(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    let team = ruled(&node, &caller, &id)?;
    let at = node.world.tick();
    set_archived(&node, team, at, "delete_team");
    done()
}

async fn restore(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    let team = ruled(&node, &caller, &id)?;
    ok(&set_archived(&node, team, 0, "restore_team").json())
}

fn set_archived(node: &NodeCore, mut team: Team, at: i64, event: &'static str) -> Team {
    team.delete_at = at;
    team.update_at = node.world.tick();
    if !node.has("team-archive-lost") {
        node.world.tables().teams.insert(team.id.clone(), team.clone());
    }
    node.tell(event, Audience::Team(team.id.clone()), json!({"team": team.json().to_string()}));
    team
}

async fn of_user(State(node): State<Arc<NodeCore>>, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.owning(&user, "manage_system")?;
    let tables = node.world.tables();
    let own = tables.teams.values().filter(|team| tables.in_team(&team.id, &user));
    let list: Vec<Value> = own.map(Team::json).collect();
    ok(&list.into())
}
