//! Teams.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::routing::{get, post, put};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::rows::{Channel, ChannelMember, Team, TeamMember};
use crate::db::tables::{Tables, pair};
use crate::events::bus::Audience;
use crate::node::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/teams", post(signed_in(create)).get(signed_in(list)))
        .route("/teams/name/{name}", get(signed_in(by_name)))
        .route("/teams/name/{name}/exists", get(signed_in(exists)))
        .route("/teams/search", post(signed_in(search)))
        .route("/teams/{team_id}", get(signed_in(by_id)).delete(signed_in(archive)))
        .route("/teams/{team_id}/restore", post(signed_in(restore)))
        .route("/teams/{team_id}/patch", put(signed_in(patch)))
        .route("/users/{user_id}/teams", get(signed_in(of_user)))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
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
    let email = node.user(tables, &caller.user_id)?.email;
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
    if tables.teams.values().any(|other| other.name == team.name) {
        return Err(Refusal::new(
            400,
            "store.sql_team.save_team.existing.app_error",
            "A team with this URL already exists.",
        )
        .detail(format!("id={0}, invalid input: entity: Team field: id value: {0}", team.id)));
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
    let member =
        TeamMember { team_id: team.id.clone(), user_id: caller.user_id.clone(), admin: true, delete_at: 0 };
    tables.team_members.insert(pair(&team.id, &caller.user_id), member);
    tables.teams.insert(team.id.clone(), team.clone());
    let data = json!({"team_id": team.id, "user_id": caller.user_id});
    node.tell(tables, "added_to_team", Audience::User(caller.user_id), data);
    created(&team.json())
}

fn list(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
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
pub(crate) fn team_named(tables: &Tables, name: &str) -> Result<Team, Refusal> {
    tables.teams.values().find(|team| team.name == name).cloned().ok_or_else(|| {
        Refusal::missing(
            "app.team.get_by_name.missing.app_error",
            "Unable to find the existing team.",
            "Team",
            name,
        )
    })
}

fn by_id(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    seen(tables, &caller, &node.team(tables, &id)?)
}

fn by_name(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(name): Path<String>) -> Answer {
    seen(tables, &caller, &team_named(tables, &name)?)
}

fn seen(tables: &Tables, caller: &Caller, team: &Team) -> Answer {
    let open = team.allow_open_invite && team.kind == "O";
    if !open && !caller.admin && !tables.in_team(&team.id, &caller.user_id) {
        return Err(Refusal::permission(&caller.user_id, "view_team"));
    }
    ok(&team.json())
}

fn exists(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(name): Path<String>) -> Answer {
    let exists =
        team_named(tables, &name).is_ok_and(|team| caller.admin || tables.in_team(&team.id, &caller.user_id));
    ok(&json!({"exists": exists}))
}

fn search(_node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller, body: Bytes) -> Answer {
    let body = read(&body, "team_search")?;
    let term = text(&body, "term").to_lowercase();
    let found = tables.teams.values().filter(|team| team.name.contains(&term));
    let list: Vec<Value> = found.map(Team::json).collect();
    ok(&list.into())
}

/// The team of this id, for whoever may change it: its own administrators and those of the system.
pub(crate) fn ruled(node: &NodeCore, tables: &Tables, caller: &Caller, id: &str) -> Result<Team, Refusal> {
    let team = node.team(tables, id)?;
    let rules = tables.team_members.get(&pair(id, &caller.user_id)).is_some_and(|m| m.admin);
    if !rules {
        caller.must_be_admin("manage_team")?;
    }
    Ok(team)
}

fn patch(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let before = ruled(node, tables, &caller, &id)?;
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
    tables.teams.insert(id.clone(), team.clone());
    node.tell(tables, "update_team", Audience::Team(id), json!({"team": team.json().to_string()}));
    ok(&team.json())
}

fn archive(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    let team = ruled(node, tables, &caller, &id)?;
    let at = node.world.tick();
    set_archived(node, tables, team, at, "delete_team");
    done()
}

fn restore(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    let team = ruled(node, tables, &caller, &id)?;
    ok(&set_archived(node, tables, team, 0, "restore_team").json())
}

fn set_archived(node: &NodeCore, tables: &mut Tables, mut team: Team, at: i64, event: &'static str) -> Team {
    team.delete_at = at;
    team.update_at = node.world.tick();
    tables.teams.insert(team.id.clone(), team.clone());
    node.tell(tables, event, Audience::Team(team.id.clone()), json!({"team": team.json().to_string()}));
    team
}

fn of_user(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.owning(&user, "manage_system")?;
    let own = tables.teams.values().filter(|team| tables.in_team(&team.id, &user));
    let list: Vec<Value> = own.map(Team::json).collect();
    ok(&list.into())
}
