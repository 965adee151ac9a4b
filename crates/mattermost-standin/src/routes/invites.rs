//! Invitations: by mail with a token that works once, and by the invite id of a team.
//!
//! Simpler than the product: tokens do not age, a team's invite id is never cached, the limit of mails an hour is that
//! of one request, and a guest's membership reads like a member's.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::routing::{delete, get, post};
use serde_json::{Value, json};

use super::team_members::enter;
use super::teams::ruled;
use crate::answer::{Answer, Refusal, created, done, ok, read};
use crate::core::NodeCore;
use crate::identity::Caller;
use crate::ids;
use crate::invitations::{self, Invitation};
use crate::mail::{self, Letter};
use crate::rows::{Team, User};

/// The most addresses of one request.
const MOST: usize = 20;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/teams/{team_id}/invite/email", post(by_mail))
        .route("/teams/{team_id}/invite-guests/email", post(guests_by_mail))
        .route("/teams/{team_id}/regenerate_invite_id", post(regenerate))
        .route("/teams/invites/email", delete(forget_all))
        .route("/teams/invite/{invite_id}", get(what_team))
        .route("/teams/members/invite", post(join))
}

type Parameters = Query<HashMap<String, String>>;

async fn by_mail(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(team_id): Path<String>,
    Query(query): Parameters,
    body: Bytes,
) -> Answer {
    let body = read(&body, "user_email")?;
    let addresses = texts(body.get("emails").unwrap_or(&body));
    let team = may_invite(&node, &caller, &team_id, &addresses)?;
    if !node.settings().on("ServiceSettings", "EnableEmailInvitations") {
        let (id, message) = ("api.team.invite_members.disabled.app_error", "Email invitations are disabled.");
        return Err(Refusal::new(501, id, message));
    }
    invite_all(&node, &caller, &team, &addresses, None, &query).await
}

async fn guests_by_mail(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(team_id): Path<String>,
    Query(query): Parameters,
    body: Bytes,
) -> Answer {
    let no = |why: &str, message: &str| {
        Err(Refusal::new(501, &format!("api.team.invite_guests_to_channels.{why}.error"), message))
    };
    if !node.world.clustered() {
        return no("license", "Your license does not support guest accounts");
    }
    if !node.settings().on("GuestAccountsSettings", "Enable") {
        return no("disabled", "Guest accounts are disabled");
    }
    let body = read(&body, "invite")?;
    let addresses = texts(&body["emails"]);
    let team = may_invite(&node, &caller, &team_id, &addresses)?;
    invite_all(&node, &caller, &team, &addresses, Some(texts(&body["channels"])), &query).await
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn may_invite(
    node: &NodeCore,
    caller: &Caller,
    team_id: &str,
    addresses: &[String],
) -> Result<Team, Refusal> {
    if !node.world.tables().in_team(team_id, &caller.user_id) {
        caller.must_be_admin("invite_user")?;
    }
    if addresses.is_empty() {
        return Err(Refusal::body("user_email"));
    }
    if addresses.len() > MOST {
        let (id, message) = ("app.email.rate_limit_exceeded.app_error", "Invite emails rate limit exceeded.");
        return Err(Refusal::new(413, id, message));
    }
    node.team(team_id)
}

/// Sends one mail after the other. Only `graceful` tells what became of them.
async fn invite_all(
    node: &NodeCore,
    caller: &Caller,
    team: &Team,
    addresses: &[String],
    guest_channels: Option<Vec<String>>,
    query: &HashMap<String, String>,
) -> Answer {
    let mut told = Vec::new();
    for email in addresses {
        let error = match invite(node, caller, team, email, guest_channels.clone()).await {
            Ok(()) => Value::Null,
            Err(why) => {
                node.log.info(
                    "Failed to send invite email successfully",
                    "email/email.go:1",
                    json!({"error": why.to_string()}),
                );
                json!({
                    "id": "api.team.invite_members.unable_to_send_email.app_error",
                    "message": "Error while sending the email", "detailed_error": "", "status_code": 500,
                })
            }
        };
        told.push(json!({"email": email, "error": error}));
    }
    if query.get("graceful").is_some_and(|value| value == "true") { ok(&told.into()) } else { done() }
}

async fn invite(
    node: &NodeCore,
    caller: &Caller,
    team: &Team,
    email: &str,
    guest_channels: Option<Vec<String>>,
) -> std::io::Result<()> {
    let token = invitations::new_token();
    let invitation = Invitation { team_id: team.id.clone(), email: email.to_lowercase(), guest_channels };
    node.world.tables().invitations.insert(token.clone(), invitation);
    if node.has("invitation-mail-lost") {
        return Ok(());
    }
    let settings = node.settings();
    let from = node.user(&caller.user_id).map(|user| user.username).unwrap_or_default();
    let site = settings.text("ServiceSettings", "SiteURL");
    let letter = Letter {
        to: email,
        subject: &format!("{from} asks you into {}", team.display_name),
        html: &invitations::letter(site, &from, team, email, &token),
    };
    mail::send(&settings, &letter).await
}

/// What lets somebody sign up.
pub(super) enum WayIn {
    Mailed { token: String, invitation: Invitation },
    Known(Team),
}

impl WayIn {
    /// The way that a sign-up's query names: `t`, a mail's token, or `iid`, a team's invite id.
    pub(super) fn of(node: &NodeCore, query: &HashMap<String, String>) -> Result<Option<Self>, Refusal> {
        if let Some(token) = query.get("t").filter(|token| !token.is_empty()) {
            return Ok(Some(Self::mailed(node, token)?));
        }
        match query.get("iid").filter(|id| !id.is_empty()) {
            Some(id) => Ok(Some(Self::Known(team_of_invite(node, id)?))),
            None => Ok(None),
        }
    }

    fn mailed(node: &NodeCore, token: &str) -> Result<Self, Refusal> {
        let invitation = node.world.tables().invitations.get(token).cloned();
        let invitation = invitation.filter(|_| !node.has("invitation-refused"));
        let token = token.to_owned();
        invitation.map(|invitation| Self::Mailed { token, invitation }).ok_or_else(|| {
            let message = "The signup link does not appear to be valid.";
            Refusal::missing("api.user.create_user.signup_link_invalid.app_error", message, "Token", "Token")
        })
    }

    /// Refuses an account that the way is not for, and says what the account becomes: roles, e-mail address proved.
    pub(super) fn must_fit(&self, node: &NodeCore, email: &str) -> Result<(&'static str, bool), Refusal> {
        match self {
            Self::Mailed { invitation, .. } if invitation.email != email => Err(Refusal::new(
                400,
                "api.user.create_user.bad_token_email_data.app_error",
                "The email address in the token does not match the one in the user data.",
            )),
            Self::Mailed { invitation, .. } => {
                let guest = invitation.guest_channels.is_some() && !node.has("guest-made-member");
                Ok((if guest { "system_guest" } else { "system_user" }, true))
            }
            Self::Known(_) => Ok(("system_user", false)),
        }
    }

    /// Lets the new account in; a token is used up by it.
    pub(super) fn enter(&self, node: &NodeCore, user: &User) {
        match self {
            Self::Mailed { token, invitation } => {
                if !node.has("invitation-reusable") {
                    node.world.tables().invitations.remove(token);
                }
                if !node.has("invitation-leads-nowhere") {
                    enter(node, &invitation.team_id, user, false, invitation.guest_channels.as_deref());
                }
            }
            Self::Known(team) => drop(enter(node, &team.id, user, false, None)),
        }
    }
}

fn team_of_invite(node: &NodeCore, id: &str) -> Result<Team, Refusal> {
    let found = node.world.tables().teams.values().find(|team| team.invite_id == id).cloned();
    found.ok_or_else(|| {
        let message = "Unable to find the existing team.";
        Refusal::missing(
            "app.team.get_by_invite_id.finding.app_error",
            message,
            "Team",
            &format!("inviteId={id}"),
        )
    })
}

async fn what_team(State(node): State<Arc<NodeCore>>, Path(id): Path<String>) -> Answer {
    let team = team_of_invite(&node, &id)?;
    ok(&json!({
        "display_name": team.display_name, "description": team.description, "name": team.name, "id": team.id,
    }))
}

async fn join(State(node): State<Arc<NodeCore>>, caller: Caller, Query(query): Parameters) -> Answer {
    let team_id = match (query.get("token"), query.get("invite_id")) {
        (Some(token), _) => match WayIn::mailed(&node, token)? {
            WayIn::Mailed { token, invitation } => {
                node.world.tables().invitations.remove(&token);
                invitation.team_id
            }
            WayIn::Known(team) => team.id,
        },
        (None, id) => team_of_invite(&node, id.map(String::as_str).unwrap_or_default())?.id,
    };
    let user = node.user(&caller.user_id)?;
    created(&enter(&node, &team_id, &user, false, None).json())
}

async fn regenerate(
    State(node): State<Arc<NodeCore>>,
    caller: Caller,
    Path(team_id): Path<String>,
) -> Answer {
    let mut changed = ruled(&node, &caller, &team_id)?;
    changed.invite_id = ids::new_id();
    changed.update_at = node.world.tick();
    node.world.tables().teams.insert(team_id, changed.clone());
    ok(&changed.json())
}

async fn forget_all(State(node): State<Arc<NodeCore>>, caller: Caller) -> Answer {
    caller.must_be_admin("invalidate_email_invite")?;
    node.world.tables().invitations.clear();
    done()
}
