//! Pictures of people and teams. The product scales them down; here they are kept as they came.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::routing::get;
use serde_json::json;

use crate::db::rows::Viewer;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, Outdated};
use crate::node::answer::{Answer, Refusal, done};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;
use crate::routes::files::file_bytes::{DAY, PictureForm, keep, look, picture};
use crate::routes::teams::team::ruled;
use basics::png;

/// The side of a picture that nobody chose, in pixels.
const DEFAULT_SIDE: u32 = 128;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/image", get(portrait).post(set_portrait).delete(unset_portrait))
        .route("/teams/{team_id}/image", get(icon).post(set_icon).delete(signed_in(unset_icon)))
}

fn portrait_key(user: &str) -> String {
    format!("users/{user}/profile.png")
}

fn icon_key(team: &str) -> String {
    format!("teams/{team}/teamIcon.png")
}

async fn portrait(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let user = node.transact(|tables| node.user(tables, &caller.resolve(&user)?))?;
    let key = portrait_key(&user.id);
    if let Some(bytes) = look(&node, &key).await? {
        return picture(bytes, "image/png", DAY, Some(user.picture_at), &headers);
    }
    // The product draws the first letter of the name, and keeps what it drew: clients do so for five minutes only.
    let colour = [user.id.as_bytes()[0], user.id.as_bytes()[1], user.id.as_bytes()[2]];
    let bytes = png::plain(DEFAULT_SIDE, DEFAULT_SIDE, colour);
    keep(&node, &key, bytes.clone()).await?;
    picture(bytes, "image/png", 5 * 60, None, &headers)
}

async fn set_portrait(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(user): Path<String>,
    request: Request,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let form = PictureForm::read(request).await?;
    keep(&node, &portrait_key(&user), form.image).await?;
    node.transact(|tables| changed(&node, tables, &user, node.world.tick()))
}

async fn unset_portrait(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let gone = node.world.options.files.delete(&portrait_key(&user)).await;
    gone.map_err(|error| Refusal::new(500, "api.file.remove_file.app_error", &error.to_string()))?;
    node.transact(|tables| changed(&node, tables, &user, 0))
}

fn changed(node: &NodeCore, tables: &mut Tables, user: &str, picture_at: i64) -> Answer {
    let now = node.world.tick();
    let row = tables.users.get_mut(user);
    let row = row.ok_or_else(|| {
        let message = "Unable to find the user.";
        Refusal::missing("app.user.missing_account.const", message, "User", user)
    })?;
    row.picture_at = picture_at;
    row.update_at = now;
    let shown = row.json(Viewer::Other);
    node.invalidate(tables, &Outdated::User(user.to_owned()));
    node.tell(tables, "user_updated", Audience::All, json!({"user": shown}));
    done()
}

async fn icon(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(team): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let team = node.transact(|tables| caller.visiting(&node, tables, &team))?;
    let bytes = if team.icon_at > 0 { look(&node, &icon_key(&team.id)).await? } else { None };
    let bytes = bytes.ok_or_else(|| {
        let message = "Unable to read the team icon file.";
        Refusal::new(404, "api.team.get_team_icon.read_file.app_error", message)
    })?;
    picture(bytes, "image/png", DAY, Some(team.icon_at), &headers)
}

async fn set_icon(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    node.transact(|tables| ruled(&node, tables, &caller, &id))?;
    let form = PictureForm::read(request).await?;
    keep(&node, &icon_key(&id), form.image).await?;
    let now = node.world.tick();
    node.transact(|tables| set_icon_time(&node, tables, &id, now));
    done()
}

/// The picture stays in the store; only the team forgets it: recorded.
fn unset_icon(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    ruled(node, tables, &caller, &id)?;
    set_icon_time(node, tables, &id, 0);
    done()
}

fn set_icon_time(node: &NodeCore, tables: &mut Tables, id: &str, at: i64) {
    let Some(team) = tables.teams.get_mut(id) else { return };
    team.icon_at = at;
    let shown = team.json();
    node.tell(tables, "update_team", Audience::Team(id.to_owned()), json!({"team": shown.to_string()}));
}
