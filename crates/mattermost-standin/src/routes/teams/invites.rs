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

use crate::db::ids;
use crate::db::invitations::{self, Invitation};
use crate::db::rows::{Team, User};
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, done, ok, read};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::{anyone, signed_in};
use crate::outside::mail::{self, Letter};
use crate::routes::teams::members::enter;
use crate::routes::teams::team::ruled;

/// The most addresses of one request.
const MOST: usize = 20;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/teams/{team_id}/invite/email", post(by_mail))
        .route("/teams/{team_id}/invite-guests/email", post(guests_by_mail))
        .route("/teams/{team_id}/regenerate_invite_id", post(signed_in(regenerate)))
        .route("/teams/invites/email", delete(signed_in(forget_all)))
        .route("/teams/invite/{invite_id}", get(anyone(what_team)))
        .route("/teams/members/invite", post(signed_in(join)))
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
    let team = node.transact(|tables| may_invite(&node, tables, &caller, &team_id, &addresses))?;
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
    let team = node.transact(|tables| may_invite(&node, tables, &caller, &team_id, &addresses))?;
    invite_all(&node, &caller, &team, &addresses, Some(texts(&body["channels"])), &query).await
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn may_invite(
    node: &NodeCore,
    tables: &Tables,
    caller: &Caller,
    team_id: &str,
    addresses: &[String],
) -> Result<Team, Refusal> {
    if !tables.in_team(team_id, &caller.user_id) {
        caller.must_be_admin("invite_user")?;
    }
    if addresses.is_empty() {
        return Err(Refusal::body("user_email"));
    }
    if addresses.len() > MOST {
        let (id, message) = ("app.email.rate_limit_exceeded.app_error", "Invite emails rate limit exceeded.");
        return Err(Refusal::new(413, id, message));
    }
    node.team(tables, team_id)
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
    let from = node.transact(|tables| {
        tables.invitations.insert(token.clone(), invitation);
        node.user(tables, &caller.user_id).map(|user| user.username).unwrap_or_default()
    });
    if node.world.is_copy() {
        return Ok(());
    }
    let settings = node.settings();
    let site = settings.text("ServiceSettings", "SiteURL");
    let letter = Letter {
        to: email,
        subject: &format!("{from} asks you into {}", team.display_name),
        html: &invitations::letter(site, &from, team, email, &token),
    };
    mail::send(&settings, &letter).await
}

/// What lets somebody sign up.
pub(crate) enum WayIn {
    Mailed { token: String, invitation: Invitation },
    Known(Team),
}

impl WayIn {
    /// The way that a sign-up's query names: `t`, a mail's token, or `iid`, a team's invite id.
    pub(crate) fn of(tables: &Tables, query: &HashMap<String, String>) -> Result<Option<Self>, Refusal> {
        if let Some(token) = query.get("t").filter(|token| !token.is_empty()) {
            return Ok(Some(Self::mailed(tables, token)?));
        }
        match query.get("iid").filter(|id| !id.is_empty()) {
            Some(id) => Ok(Some(Self::Known(team_of_invite(tables, id)?))),
            None => Ok(None),
        }
    }

    fn mailed(tables: &Tables, token: &str) -> Result<Self, Refusal> {
        let invitation = tables.invitations.get(token).cloned();
        let token = token.to_owned();
        invitation.map(|invitation| Self::Mailed { token, invitation }).ok_or_else(|| {
            let message = "The signup link does not appear to be valid.";
            Refusal::missing("api.user.create_user.signup_link_invalid.app_error", message, "Token", "Token")
        })
    }

    /// Refuses an account that the way is not for, and says what the account becomes: roles, e-mail address proved.
    pub(crate) fn must_fit(&self, node: &NodeCore, email: &str) -> Result<(&'static str, bool), Refusal> {
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
    pub(crate) fn enter(&self, node: &NodeCore, tables: &mut Tables, user: &User) {
        match self {
            Self::Mailed { token, invitation } => {
                if !node.has("invitation-reusable") {
                    tables.invitations.remove(token);
                }
                if !node.has("invitation-leads-nowhere") {
                    enter(
                        node,
                        tables,
                        &invitation.team_id,
                        user,
                        false,
                        invitation.guest_channels.as_deref(),
                    );
                }
            }
            Self::Known(team) => drop(enter(node, tables, &team.id, user, false, None)),
        }
    }
}

fn team_of_invite(tables: &Tables, id: &str) -> Result<Team, Refusal> {
    let found = tables.teams.values().find(|team| team.invite_id == id).cloned();
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

fn what_team(_node: &Arc<NodeCore>, tables: &mut Tables, Path(id): Path<String>) -> Answer {
    let team = team_of_invite(tables, &id)?;
    ok(&json!({
        "display_name": team.display_name, "description": team.description, "name": team.name, "id": team.id,
    }))
}

fn join(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Query(query): Parameters) -> Answer {
    let team_id = match (query.get("token"), query.get("invite_id")) {
        (Some(token), _) => match WayIn::mailed(tables, token)? {
            WayIn::Mailed { token, invitation } => {
                tables.invitations.remove(&token);
                invitation.team_id
            }
            WayIn::Known(team) => team.id,
        },
        (None, id) => team_of_invite(tables, id.map(String::as_str).unwrap_or_default())?.id,
    };
    let user = node.user(tables, &caller.user_id)?;
    created(&enter(node, tables, &team_id, &user, false, None).json())
}

fn regenerate(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(team_id): Path<String>,
) -> Answer {
    let mut changed = ruled(node, tables, &caller, &team_id)?;
    changed.invite_id = ids::new_id();
    changed.update_at = node.world.tick();
    tables.teams.insert(team_id, changed.clone());
    ok(&changed.json())
}

fn forget_all(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("invalidate_email_invite")?;
    tables.invitations.clear();
    done()
}
