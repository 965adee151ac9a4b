//! Who makes a request, and what they may do.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;

use super::answer::Refusal;
use super::core::NodeCore;
use super::ids;
use super::rows::{Channel, Team, User, Viewer};

/// Somebody logged in.
pub(super) struct Caller {
    pub(super) token: String,
    pub(super) user_id: String,
    pub(super) admin: bool,
}

/// Somebody logged in, or nobody.
pub(super) struct MaybeCaller(pub(super) Option<Caller>);

impl Caller {
    /// Whoever holds the token in these headers.
    pub(super) fn of(node: &NodeCore, headers: &HeaderMap) -> Result<Self, Refusal> {
        let token = token_in(headers).ok_or_else(|| Refusal::session("UserRequired"))?;
        let session = node.session(&token).ok_or_else(|| Refusal::session(format!("token={token}")))?;
        Ok(Self { admin: session.is_admin(), user_id: session.user_id, token })
    }

    /// An id in a path, where `me` is the caller.
    pub(super) fn resolve(&self, id: &str) -> Result<String, Refusal> {
        if id == "me" {
            return Ok(self.user_id.clone());
        }
        if ids::is_id(id) { Ok(id.to_owned()) } else { Err(Refusal::url("user_id")) }
    }

    /// Refuses whoever is no system administrator.
    pub(super) fn must_be_admin(&self, permission: &str) -> Result<(), Refusal> {
        if self.admin { Ok(()) } else { Err(Refusal::permission(&self.user_id, permission)) }
    }

    /// Refuses whoever is neither this user nor a system administrator.
    pub(super) fn must_be(&self, user: &str, permission: &str) -> Result<(), Refusal> {
        if self.user_id == user { Ok(()) } else { self.must_be_admin(permission) }
    }

    /// Refuses whoever may not read a channel: members may, and for an open one everybody in its team.
    pub(super) fn must_read(&self, node: &NodeCore, channel: &Channel) -> Result<(), Refusal> {
        let open = channel.kind == "O"
            && node.world.tables().in_team(&channel.team_id, &self.user_id)
            && !node.user(&self.user_id)?.is_guest();
        if self.admin
            || open
            || node.is_member(&channel.id, &self.user_id)
            || node.has("private-channel-open")
        {
            return Ok(());
        }
        Err(Refusal::permission(&self.user_id, "read_channel"))
    }

    /// Refuses whoever may not write in a channel.
    pub(super) fn must_write(&self, node: &NodeCore, channel: &Channel) -> Result<(), Refusal> {
        let member = node.is_member(&channel.id, &self.user_id);
        if self.admin || member || node.has("private-channel-writable") {
            return Ok(());
        }
        Err(Refusal::permission(&self.user_id, "create_post"))
    }

    /// The channel of this id, for somebody who may read it.
    pub(super) fn reading(&self, node: &NodeCore, channel_id: &str) -> Result<Channel, Refusal> {
        must_be_id(channel_id, "channel_id")?;
        let channel = node.channel(channel_id)?;
        self.must_read(node, &channel)?;
        Ok(channel)
    }

    /// The channel of this id, for somebody who may change it or write in it.
    pub(super) fn writing(&self, node: &NodeCore, channel_id: &str) -> Result<Channel, Refusal> {
        must_be_id(channel_id, "channel_id")?;
        let channel = node.channel(channel_id)?;
        self.must_write(node, &channel)?;
        Ok(channel)
    }

    /// The account that a path names, for its owner and for administrators.
    pub(super) fn owning(&self, user: &str, permission: &str) -> Result<String, Refusal> {
        let id = self.resolve(user)?;
        self.must_be(&id, permission)?;
        Ok(id)
    }

    /// The team of this id, for its members and for administrators.
    pub(super) fn visiting(&self, node: &NodeCore, team_id: &str) -> Result<Team, Refusal> {
        let team = node.team(team_id)?;
        if !node.world.tables().in_team(team_id, &self.user_id) {
            self.must_be_admin("view_team")?;
        }
        Ok(team)
    }

    /// How the caller sees an account.
    pub(super) fn viewer(&self, user: &User) -> Viewer {
        match () {
            () if user.id == self.user_id => Viewer::Owner,
            () if self.admin => Viewer::Admin,
            () => Viewer::Other,
        }
    }
}

fn token_in(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cookie = cookies.split(';').find_map(|part| part.trim().strip_prefix("MMAUTHTOKEN="));
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer =
        header.and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("BEARER ")));
    cookie.or(bearer).map(str::to_owned).filter(|token| !token.is_empty())
}

impl FromRequestParts<Arc<NodeCore>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<NodeCore>) -> Result<Self, Refusal> {
        Self::of(node, &parts.headers)
    }
}

impl FromRequestParts<Arc<NodeCore>> for MaybeCaller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, node: &Arc<NodeCore>) -> Result<Self, Refusal> {
        Ok(Self(Caller::of(node, &parts.headers).ok()))
    }
}

/// Refuses what cannot be an id.
pub(super) fn must_be_id(text: &str, name: &str) -> Result<(), Refusal> {
    if ids::is_id(text) { Ok(()) } else { Err(Refusal::url(name)) }
}
