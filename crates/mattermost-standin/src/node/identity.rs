//! Who makes a request, and what they may do.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, AsHeaderName, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use crate::db::ids;
use crate::db::rows::{Channel, Team, User, Viewer};
use crate::db::tables::Tables;
use crate::node::answer::Refusal;
use crate::node::core::NodeCore;

/// Somebody logged in.
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) user_id: String,
    pub(crate) admin: bool,
}

/// A mark on a request: whoever makes it counts as an administrator.
#[derive(Clone, Copy)]
pub(crate) struct Unguarded;

/// What a request shows to say who makes it.
pub(crate) struct Token {
    text: Option<String>,
    unguarded: bool,
    /// By a cookie, for something that changes: what shows that the site's own page asks.
    proof: Option<PageProof>,
}

/// What shows that a page of another site did not make a browser ask.
struct PageProof {
    by_script: bool,
    csrf: String,
}

/// What a page has to send to change something in a session.
pub(crate) fn csrf_of(token: &str) -> String {
    token.chars().rev().collect()
}

impl Token {
    /// Whoever holds it, if somebody does.
    pub(crate) fn caller(self, node: &NodeCore, tables: &Tables) -> Result<Caller, Refusal> {
        let token = self.text.ok_or_else(|| Refusal::session("UserRequired"))?;
        let forged = |proof: PageProof| !proof.by_script && proof.csrf != csrf_of(&token);
        if self.proof.is_some_and(forged) && !node.has("forgery-unchecked") {
            return Err(Refusal::session(format!("token={token}, CSRF token missing")));
        }
        let session =
            node.session(tables, &token).ok_or_else(|| Refusal::session(format!("token={token}")))?;
        Ok(Caller { admin: session.is_admin() || self.unguarded, user_id: session.user_id, token })
    }
}

impl Caller {
    /// An id in a path, where `me` is the caller.
    pub(crate) fn resolve(&self, id: &str) -> Result<String, Refusal> {
        if id == "me" {
            return Ok(self.user_id.clone());
        }
        if ids::is_id(id) { Ok(id.to_owned()) } else { Err(Refusal::url("user_id")) }
    }

    /// Refuses whoever is no system administrator.
    pub(crate) fn must_be_admin(&self, permission: &str) -> Result<(), Refusal> {
        if self.admin { Ok(()) } else { Err(Refusal::permission(&self.user_id, permission)) }
    }

    /// Refuses whoever is neither this user nor a system administrator.
    pub(crate) fn must_be(&self, user: &str, permission: &str) -> Result<(), Refusal> {
        if self.user_id == user { Ok(()) } else { self.must_be_admin(permission) }
    }

    /// Refuses whoever may not read a channel: members may, and for an open one everybody in its team.
    pub(crate) fn must_read(
        &self,
        node: &NodeCore,
        tables: &Tables,
        channel: &Channel,
    ) -> Result<(), Refusal> {
        let open = channel.kind == "O"
            && tables.in_team(&channel.team_id, &self.user_id)
            && !node.user(tables, &self.user_id)?.is_guest();
        if self.admin || open || node.is_member(tables, &channel.id, &self.user_id) {
            return Ok(());
        }
        Err(Refusal::permission(&self.user_id, "read_channel"))
    }

    /// Refuses whoever may not write in a channel.
    pub(crate) fn must_write(
        &self,
        node: &NodeCore,
        tables: &Tables,
        channel: &Channel,
    ) -> Result<(), Refusal> {
        if self.admin || node.is_member(tables, &channel.id, &self.user_id) {
            return Ok(());
        }
        Err(Refusal::permission(&self.user_id, "create_post"))
    }

    /// The channel of this id, for somebody who may read it.
    pub(crate) fn reading(
        &self,
        node: &NodeCore,
        tables: &Tables,
        channel_id: &str,
    ) -> Result<Channel, Refusal> {
        must_be_id(channel_id, "channel_id")?;
        let channel = node.channel(tables, channel_id)?;
        self.must_read(node, tables, &channel)?;
        Ok(channel)
    }

    /// The channel of this id, for somebody who may change it or write in it.
    pub(crate) fn writing(
        &self,
        node: &NodeCore,
        tables: &Tables,
        channel_id: &str,
    ) -> Result<Channel, Refusal> {
        must_be_id(channel_id, "channel_id")?;
        let channel = node.channel(tables, channel_id)?;
        self.must_write(node, tables, &channel)?;
        Ok(channel)
    }

    /// The account that a path names, for its owner and for administrators.
    pub(crate) fn owning(&self, user: &str, permission: &str) -> Result<String, Refusal> {
        let id = self.resolve(user)?;
        self.must_be(&id, permission)?;
        Ok(id)
    }

    /// The team of this id, for its members and for administrators.
    pub(crate) fn visiting(&self, node: &NodeCore, tables: &Tables, team_id: &str) -> Result<Team, Refusal> {
        let team = node.team(tables, team_id)?;
        if !tables.in_team(team_id, &self.user_id) {
            self.must_be_admin("view_team")?;
        }
        Ok(team)
    }

    /// How the caller sees an account.
    pub(crate) fn viewer(&self, user: &User) -> Viewer {
        match () {
            () if user.id == self.user_id => Viewer::Owner,
            () if self.admin => Viewer::Admin,
            () => Viewer::Other,
        }
    }
}

fn text_of(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn cookie_in(headers: &HeaderMap) -> Option<&str> {
    let cookies = text_of(headers, COOKIE).unwrap_or_default();
    let token = cookies.split(';').find_map(|part| part.trim().strip_prefix("MMAUTHTOKEN="));
    token.filter(|token| !token.is_empty())
}

fn bearer_in(headers: &HeaderMap) -> Option<&str> {
    let header = text_of(headers, AUTHORIZATION)?;
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("BEARER "));
    token.filter(|token| !token.is_empty())
}

impl FromRequestParts<Arc<NodeCore>> for Token {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<NodeCore>) -> Result<Self, Infallible> {
        let unguarded = parts.extensions.get::<Unguarded>().is_some();
        let headers = &parts.headers;
        let cookie = cookie_in(headers).filter(|_| !node.has("cookies-unread"));
        let proof = || PageProof {
            by_script: text_of(headers, "X-Requested-With") == Some("XMLHttpRequest"),
            csrf: text_of(headers, "X-CSRF-Token").unwrap_or_default().to_owned(),
        };
        let proof = cookie.filter(|_| parts.method != Method::GET).map(|_| proof());
        Ok(Self { text: cookie.or(bearer_in(headers)).map(str::to_owned), unguarded, proof })
    }
}

/// For the routes that wait for something: who asks is looked up before they begin.
impl FromRequestParts<Arc<NodeCore>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<NodeCore>) -> Result<Self, Refusal> {
        let Ok(token) = Token::from_request_parts(parts, node).await;
        node.transact(|tables| token.caller(node, tables))
    }
}

/// Refuses what cannot be an id.
pub(crate) fn must_be_id(text: &str, name: &str) -> Result<(), Refusal> {
    if ids::is_id(text) { Ok(()) } else { Err(Refusal::url(name)) }
}
