//! What the web app asks about its user when it starts, and nobody else.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::db::tables::Tables;
use crate::node::answer::{Answer, ok, read_ids};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;
use crate::routes::users::attributes::presence_of;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/teams/members", get(signed_in(memberships)))
        .route("/users/{user_id}/teams/unread", get(signed_in(unreads)))
        .route("/users/status/ids", post(signed_in(presences)))
}

fn memberships(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    let user = caller.owning(&user, "view_team")?;
    let own = tables.team_members.values().filter(|member| member.user_id == user && member.delete_at == 0);
    ok(&own.map(|member| member.json()).collect::<Vec<_>>().into())
}

/// Nothing is counted by team.
fn unreads(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(user): Path<String>) -> Answer {
    let user = caller.owning(&user, "manage_system")?;
    let own = tables.team_members.values().filter(|member| member.user_id == user && member.delete_at == 0);
    let none = |team: &str| {
        json!({
            "team_id": team, "msg_count": 0, "mention_count": 0, "mention_count_root": 0, "msg_count_root": 0,
            "thread_count": 0, "thread_mention_count": 0, "thread_urgent_mention_count": 0,
        })
    };
    ok(&own.map(|member| none(&member.team_id)).collect::<Vec<_>>().into())
}

fn presences(_node: &Arc<NodeCore>, tables: &mut Tables, _caller: Caller, body: Bytes) -> Answer {
    let ids = read_ids(&body, "user_ids")?;
    ok(&ids.iter().map(|id| presence_of(tables, id)).collect::<Vec<Value>>().into())
}
