//! Pictures of people and teams. The product scales them down; here they are kept as they came.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::routing::get;
use serde_json::json;

use super::stored::{DAY, PictureForm, keep, look, picture};
use super::teams::ruled;
use crate::answer::{Answer, Refusal, done};
use crate::bus::{Audience, Stale};
use crate::core::NodeCore;
use crate::identity::Caller;
use crate::rows::Viewer;
use basics::png;

/// The side of a picture that nobody chose, in pixels.
const DEFAULT_SIDE: u32 = 128;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/users/{user_id}/image", get(portrait).post(set_portrait).delete(unset_portrait))
        .route("/teams/{team_id}/image", get(icon).post(set_icon).delete(unset_icon))
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
    let user = node.user(&caller.resolve(&user)?)?;
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
    if !node.has("portrait-lost") {
        keep(&node, &portrait_key(&user), form.image).await?;
    }
    changed(&node, &user, node.world.tick())
}

async fn unset_portrait(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    let user = caller.owning(&user, "edit_other_users")?;
    let gone = node.world.options.files.delete(&portrait_key(&user)).await;
    gone.map_err(|error| Refusal::new(500, "api.file.remove_file.app_error", &error.to_string()))?;
    changed(&node, &user, 0)
}

fn changed(node: &NodeCore, user: &str, picture_at: i64) -> Answer {
    let now = node.world.tick();
    let shown = {
        let mut tables = node.world.tables();
        let row = tables.users.get_mut(user);
        let row = row.ok_or_else(|| {
            let message = "Unable to find the user.";
            Refusal::missing("app.user.missing_account.const", message, "User", user)
        })?;
        row.picture_at = picture_at;
        row.update_at = now;
        row.json(Viewer::Other)
    };
    node.invalidate(&Stale::User(user.to_owned()));
    node.tell("user_updated", Audience::All, json!({"user": shown}));
    done()
}

async fn icon(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(team): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let team = caller.visiting(&node, &team)?;
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
    ruled(&node, &caller, &id)?;
    let form = PictureForm::read(request).await?;
    if node.has("team-icon-lost") {
        return done();
    }
    keep(&node, &icon_key(&id), form.image).await?;
    let now = node.world.tick();
    set_icon_time(&node, &id, now);
    done()
}

/// The picture stays in the store; only the team forgets it: recorded.
async fn unset_icon(State(node): State<Arc<NodeCore>>, caller: Caller, Path(id): Path<String>) -> Answer {
    ruled(&node, &caller, &id)?;
    set_icon_time(&node, &id, 0);
    done()
}

fn set_icon_time(node: &NodeCore, id: &str, at: i64) {
    let shown = {
        let mut tables = node.world.tables();
        let Some(team) = tables.teams.get_mut(id) else { return };
        team.icon_at = at;
        team.json()
    };
    node.tell("update_team", Audience::Team(id.to_owned()), json!({"team": shown.to_string()}));
}
