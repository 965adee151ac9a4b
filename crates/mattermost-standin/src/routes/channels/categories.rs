//! Categories: the groups of channels in a user's sidebar, three of which everybody has.
//!
//! Simpler than the product: nothing is muted, collapsed or sorted, and favourites stay empty.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::get;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::personal::{SidebarCategory, category_json};
use crate::db::tables::Tables;
use crate::events::bus::Audience;
use crate::node::answer::{Answer, Refusal, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    let one = "/users/{user_id}/teams/{team_id}/channels/categories/{category_id}";
    Router::new()
        .route(
            "/users/{user_id}/teams/{team_id}/channels/categories",
            get(signed_in(list)).post(signed_in(create)),
        )
        .route(one, get(signed_in(read_one)).put(signed_in(change)).delete(signed_in(remove)))
}

/// A user's sidebar in a team, from top to bottom.
fn sidebar(tables: &Tables, user: &str, team: &str) -> Vec<Value> {
    let own: Vec<&SidebarCategory> = tables
        .personal
        .categories
        .values()
        .rev()
        .filter(|category| category.user_id == user && category.team_id == team)
        .collect();
    let channels = |personal: bool| -> Vec<String> {
        let here = tables.channels.values().filter(|channel| {
            channel.is_personal() == personal
                && (personal || channel.team_id == team)
                && channel.delete_at == 0
                && tables.in_channel(&channel.id, user)
                && !own.iter().any(|category| category.channel_ids.contains(&channel.id))
        });
        here.map(|channel| channel.id.clone()).collect()
    };
    let of = |kind: &str, sorting: &str, title: &str, place: usize, channels: &[String]| {
        category_json(&format!("{kind}_{user}_{team}"), (user, team), place, (kind, sorting, title), channels)
    };
    let mut sidebar = vec![of("favorites", "", "Favorites", 0, &[])];
    sidebar.extend(own.iter().enumerate().map(|(place, category)| category.json(place + 1)));
    sidebar.push(of("channels", "", "Channels", own.len() + 1, &channels(false)));
    sidebar.push(of("direct_messages", "recent", "Direct Messages", own.len() + 2, &channels(true)));
    sidebar
}

fn list(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, team)): Path<(String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let categories = sidebar(tables, &user, &team);
    let order: Vec<Value> = categories.iter().map(|category| category["id"].clone()).collect();
    ok(&json!({"categories": categories, "order": order}))
}

fn create(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, team)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let body = read(&body, "category")?;
    if text(&body, "user_id") != user || text(&body, "team_id") != team {
        return Err(Refusal::body("category"));
    }
    let category = SidebarCategory {
        id: ids::new_id(),
        user_id: user.clone(),
        team_id: team,
        display_name: text(&body, "display_name").into(),
        channel_ids: channels_in(&body),
    };
    let (id, shown) = (category.id.clone(), category.json(1));
    tables.personal.categories.insert(id.clone(), category);
    node.tell(tables, "sidebar_category_created", Audience::User(user), json!({"category_id": id}));
    // 200, not 201: recorded.
    ok(&shown)
}

fn channels_in(body: &Value) -> Vec<String> {
    body["channel_ids"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn shown(tables: &Tables, user: &str, team: &str, id: &str) -> Answer {
    let found = sidebar(tables, user, team).into_iter().find(|category| category["id"] == id);
    ok(&found.ok_or_else(|| Refusal::permission(user, "edit_other_users"))?)
}

fn read_one(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, team, id)): Path<(String, String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    shown(tables, &user, &team, &id)
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, team, id)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let body = read(&body, "category")?;
    let category = tables.personal.categories.get_mut(&id).filter(|category| category.user_id == user);
    let category = category.ok_or_else(|| Refusal::permission(&user, "edit_other_users"))?;
    text(&body, "display_name").clone_into(&mut category.display_name);
    category.channel_ids = channels_in(&body);
    node.tell(tables, "sidebar_category_updated", Audience::User(user.clone()), json!({}));
    shown(tables, &user, &team, &id)
}

fn remove(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path((user, _team, id)): Path<(String, String, String)>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    if tables.personal.categories.get(&id).is_none_or(|category| category.user_id != user) {
        return Err(Refusal::permission(&user, "edit_other_users"));
    }
    tables.personal.categories.shift_remove(&id);
    node.tell(tables, "sidebar_category_deleted", Audience::User(user), json!({"category_id": id}));
    done()
}
