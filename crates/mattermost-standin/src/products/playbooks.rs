//! Playbooks: public playbooks of a team, and their runs.

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::rows::{Channel, ChannelMember};
use crate::db::tables::{Tables, pair};
use crate::node::answer::text;
use crate::node::identity::Caller;
use crate::products::request::{self, ProductRequest};
use crate::products::retrospective;
use crate::products::run_access::{PlaybookAnswer, may_view, own_run, refused, run, store};
use crate::products::templates::TEMPLATES;

/// What the plugin answers.
pub(crate) fn answer(tables: &mut Tables, request: &ProductRequest<'_>) -> Option<Response> {
    let ["api", "v0", path @ ..] = request.path.as_slice() else { return None };
    let Some(caller) = &request.caller else { return Some(request::text(401, "Not authorized")) };
    let answer = match (request.method.as_str(), path) {
        ("GET", ["settings"]) => Ok((200, json!({"enable_experimental_features": false}))),
        ("GET", ["playbooks"]) => {
            Ok((200, page(of_caller(tables.products.playbooks.values(), tables, caller))))
        }
        ("POST", ["playbooks"]) => create(tables, request, caller),
        ("GET", ["playbooks", id]) => playbook(tables, caller, id),
        ("DELETE", ["playbooks", id]) => archive(tables, request, caller, id),
        ("GET", ["runs"]) => Ok((200, page(of_caller(tables.products.runs.values(), tables, caller)))),
        ("POST", ["runs"]) => start(tables, request, caller),
        ("GET", ["runs", id]) => run(tables, caller, id).map(|run| (200, run)),
        ("PUT", ["runs", id, "checklists", list, "item", item, "state"]) => {
            let field = ["state", "new_state", "state_modified"];
            set_item(tables, request, caller, (id, list, item), field)
        }
        ("PUT", ["runs", id, "checklists", list, "item", item, "assignee"]) => {
            let field = ["assignee_id", "assignee_id", "assignee_modified"];
            set_item(tables, request, caller, (id, list, item), field)
        }
        ("POST", ["runs", id, "status"]) => update(tables, request, caller, id),
        ("GET", ["runs", id, "status-updates"]) => updates(tables, caller, id),
        ("POST", ["runs", id, "retrospective"]) => retrospective::update(tables, request, caller, id, false),
        ("POST", ["runs", id, "retrospective", "publish"]) => {
            retrospective::update(tables, request, caller, id, true)
        }
        ("PUT", ["runs", id, "finish"]) => end(tables, request, caller, id, true),
        ("PUT", ["runs", id, "restore"]) => end(tables, request, caller, id, false),
        _ => return None,
    };
    Some(match answer {
        // Written without a type, so that Go guesses one.
        Ok((status, Value::Null)) => request::text(status, r#"{"status":"OK"}"#),
        Ok((_, Value::String(nothing))) => nothing.into_response(),
        Ok((status, body)) => request::json(status, &body).into_response(),
        Err((status, error)) => request::json(status, &json!({"error": error})),
    })
}

fn internal() -> (u16, String) {
    (500, "An internal error has occurred. Check app server logs for details.".into())
}

fn ok() -> PlaybookAnswer {
    Ok((200, Value::Null))
}

/// Those of the caller's teams.
fn of_caller<'t>(rows: impl Iterator<Item = &'t Value>, tables: &Tables, caller: &Caller) -> Vec<Value> {
    rows.filter(|row| tables.in_team(text(row, "team_id"), &caller.user_id)).cloned().collect()
}

fn page(items: Vec<Value>) -> Value {
    json!({
        "total_count": items.len(), "page_count": usize::from(!items.is_empty()), "has_more": false, "items": items,
    })
}

fn create(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller) -> PlaybookAnswer {
    let given = &request.body;
    let team = text(given, "team_id");
    if !tables.in_team(team, &caller.user_id) {
        return Err(refused());
    }
    if given["reminder_timer_default_seconds"].as_i64().unwrap_or_default() <= 0 {
        return Err((400, "playbook ReminderTimerDefaultSeconds must be > 0".into()));
    }
    let (id, now) = (ids::new_id(), request.node.world.tick());
    let mut playbook = TEMPLATES.playbook.clone();
    let roles = json!(["playbook_member", "playbook_admin"]);
    for (key, value) in [
        ("id", json!(id)),
        ("title", given["title"].clone()),
        ("team_id", json!(team)),
        ("create_at", json!(now)),
        ("update_at", json!(now)),
        ("checklists", checklists(&given["checklists"], false)),
        ("description", json!(text(given, "description"))),
        ("retrospective_enabled", json!(given["retrospective_enabled"] == true)),
        ("retrospective_template", json!(text(given, "retrospective_template"))),
        ("metrics", retrospective::metrics(&given["metrics"], &id)),
        ("members", json!([{"user_id": caller.user_id, "roles": roles, "scheme_roles": roles}])),
    ] {
        playbook[key] = value;
    }
    tables.products.playbooks.insert(id.clone(), playbook);
    Ok((201, json!({"id": id})))
}

/// Checklists with all that they have on the wire; only those of a run have ids.
fn checklists(given: &Value, of_run: bool) -> Value {
    let new_id = || if of_run { ids::new_id() } else { String::new() };
    let list = |list: &Value| {
        let items = list["items"].as_array().into_iter().flatten().map(|item| {
            json!({
                "id": new_id(), "title": item["title"], "state": "", "state_modified": 0, "assignee_id": "",
                "assignee_modified": 0, "command": "", "command_last_run": 0, "description": "", "delete_at": 0,
                "due_date": 0, "task_actions": null, "update_at": 0, "condition_id": "", "condition_action": "",
                "condition_reason": "",
            })
        });
        let items: Vec<Value> = items.collect();
        let order: Vec<Value> = items.iter().map(|item| item["id"].clone()).collect();
        json!({"id": new_id(), "title": list["title"], "items": items, "items_order": order, "update_at": 0})
    };
    given.as_array().into_iter().flatten().map(list).collect()
}

/// A public playbook is for everybody in its team.
fn playbook(tables: &Tables, caller: &Caller, id: &str) -> PlaybookAnswer {
    let found = tables.products.playbooks.get(id).cloned().ok_or_else(refused)?;
    if may_view(tables, caller, &found) { Ok((200, found)) } else { Err(refused()) }
}

/// A run begins with a channel of its own.
fn start(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller) -> PlaybookAnswer {
    let given = &request.body;
    let (_, playbook) = playbook(tables, caller, text(given, "playbook_id")).map_err(|_| internal())?;
    let (id, now) = (ids::new_id(), request.node.world.tick());
    let (team, name, owner) = (text(given, "team_id"), text(given, "name"), text(given, "owner_user_id"));
    let channel = Channel::new(now, team, "O", &name.to_lowercase().replace(' ', "-"), name, owner);
    let event = |kind: &str| {
        json!({
            "id": ids::new_id(), "playbook_run_id": id, "create_at": now, "delete_at": 0, "event_at": now,
            "event_type": kind, "summary": "", "details": "", "post_id": "", "subject_user_id": owner,
            "creator_user_id": "",
        })
    };
    let lists = checklists(&playbook["checklists"], true);
    let order: Vec<Value> = lists.as_array().into_iter().flatten().map(|list| list["id"].clone()).collect();
    let mut run = TEMPLATES.run.clone();
    for (key, value) in [
        ("id", json!(id)),
        ("name", json!(name)),
        ("summary", json!(text(given, "summary"))),
        ("owner_user_id", json!(owner)),
        ("reporter_user_id", json!(caller.user_id)),
        ("team_id", json!(team)),
        ("channel_id", json!(channel.id)),
        ("create_at", json!(now)),
        ("update_at", json!(now)),
        ("playbook_id", playbook["id"].clone()),
        ("checklists", lists),
        ("items_order", json!(order)),
        ("status_posts", json!([])),
        ("last_status_update_at", json!(now)),
        ("timeline_events", json!([event("incident_created"), event("user_joined_left")])),
        ("participant_ids", json!([owner])),
    ] {
        run[key] = value;
    }
    let member = ChannelMember {
        channel_id: channel.id.clone(),
        user_id: owner.to_owned(),
        admin: true,
        update_at: now,
    };
    tables.channel_members.insert(pair(&channel.id, owner), member);
    tables.channels.insert(channel.id.clone(), channel);
    tables.products.runs.insert(id, run.clone());
    Ok((201, run))
}

/// Sets a field of an item to what the request says under a name, and when that was.
fn set_item(
    tables: &mut Tables,
    request: &ProductRequest<'_>,
    caller: &Caller,
    (id, list, item): (&str, &str, &str),
    [field, name, modified]: [&str; 3],
) -> PlaybookAnswer {
    let mut run = own_run(tables, caller, id)?;
    let now = request.node.world.tick();
    let found = run.pointer_mut(&format!("/checklists/{list}/items/{item}")).ok_or_else(internal)?;
    found[field] = json!(text(&request.body, name));
    found[modified] = now.into();
    found["update_at"] = now.into();
    store(tables, request, run);
    Ok((200, json!({})))
}

/// It can still be read, and tells when it was archived.
fn archive(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller, id: &str) -> PlaybookAnswer {
    let (_, mut found) = playbook(tables, caller, id)?;
    found["delete_at"] = request.node.world.tick().into();
    tables.products.playbooks.insert(id.to_owned(), found);
    Ok((204, json!({})))
}

fn update(tables: &mut Tables, request: &ProductRequest<'_>, caller: &Caller, id: &str) -> PlaybookAnswer {
    let mut run = own_run(tables, caller, id)?;
    let message = text(&request.body, "message");
    if message.is_empty() {
        return Err((400, "message must not be empty".into()));
    }
    if request.body["reminder"].as_i64().unwrap_or_default() <= 0 {
        return Err((400, "the reminder must be set and not 0".into()));
    }
    let (post, now) = (ids::new_id(), request.node.world.tick());
    let author = tables.users.get(&caller.user_id).map(|user| user.username.clone());
    let update = json!({
        "id": post, "create_at": now, "delete_at": 0, "message": message, "author_user_name": author,
    });
    if let Some(posts) = run["status_posts"].as_array_mut() {
        posts.push(json!({"id": post, "create_at": now, "delete_at": 0}));
    }
    run["last_status_update_at"] = now.into();
    store(tables, request, run);
    tables.products.updates.entry(id.to_owned()).or_default().insert(0, update);
    ok()
}

fn updates(tables: &Tables, caller: &Caller, id: &str) -> PlaybookAnswer {
    run(tables, caller, id)?;
    let updates = tables.products.updates.get(id).cloned().unwrap_or_default();
    Ok((200, updates.into()))
}

fn end(
    tables: &mut Tables,
    request: &ProductRequest<'_>,
    caller: &Caller,
    id: &str,
    finished: bool,
) -> PlaybookAnswer {
    let mut run = own_run(tables, caller, id)?;
    let now = request.node.world.tick();
    run["current_status"] = json!(if finished { "Finished" } else { "InProgress" });
    run["end_at"] = if finished { now.into() } else { 0.into() };
    store(tables, request, run);
    ok()
}
