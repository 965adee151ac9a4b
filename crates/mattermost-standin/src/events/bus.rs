//! What goes between nodes: websocket events, and word that something cached is out of date.
//!
//! With clustering everything crosses. Without it nothing does: that is the whole difference between the two modes.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::{Value, json};

use crate::db::tables::Tables;
use crate::fault::OutageKind;

/// An event for websockets, and for whom it is.
#[derive(Debug, Clone)]
pub(crate) struct SocketEvent {
    pub(crate) name: &'static str,
    pub(crate) data: Value,
    pub(crate) audience: Audience,
    /// Not these users.
    pub(crate) omit: Vec<String>,
    /// Users who are told that they are mentioned.
    pub(crate) mentions: Vec<String>,
}

/// For whom an event is.
#[derive(Debug, Clone)]
pub(crate) enum Audience {
    /// Everybody.
    All,
    /// System administrators.
    Admins,
    /// One user.
    User(String),
    /// The members of a channel.
    Channel(String),
    /// The members of a team.
    Team(String),
    /// One user, about something in a channel.
    UserIn(String, String),
    /// One websocket.
    Connection(String),
}

impl SocketEvent {
    pub(crate) fn new(name: &'static str, audience: Audience, data: Value) -> Self {
        Self { name, data, audience, omit: Vec::new(), mentions: Vec::new() }
    }

    /// The `broadcast` object of the frame.
    pub(crate) fn broadcast(&self) -> Value {
        let (mut user, mut channel, mut team, mut connection) = ("", "", "", "");
        match &self.audience {
            Audience::All | Audience::Admins => {}
            Audience::User(id) => user = id,
            Audience::Channel(id) => channel = id,
            Audience::Team(id) => team = id,
            Audience::UserIn(id, place) => (user, channel) = (id, place),
            Audience::Connection(id) => connection = id,
        }
        let omit = if self.omit.is_empty() {
            Value::Null
        } else {
            self.omit.iter().map(|id| (id.clone(), json!(true))).collect::<serde_json::Map<_, _>>().into()
        };
        let mut broadcast = json!({
            "omit_users": omit, "user_id": user, "channel_id": channel, "team_id": team, "connection_id": connection,
            "omit_connection_id": "",
        });
        if matches!(self.audience, Audience::Admins) {
            broadcast["contains_sensitive_data"] = json!(true);
        }
        broadcast
    }
}

/// Something cached that is out of date.
#[derive(Debug, Clone)]
pub(crate) enum Outdated {
    /// Everything.
    All,
    /// The sessions of a user.
    Sessions(String),
    /// An account.
    User(String),
    /// An emoji.
    Emoji(String),
    /// A channel.
    Channel(String),
    /// Who is in a channel.
    Members(String),
    /// The reactions to a post, and the pages of its channel.
    Post {
        /// The post.
        post: String,
        /// Its channel.
        channel: String,
    },
    /// An incoming webhook.
    Hook(String),
    /// The configuration.
    Config,
    /// Whether a plugin is installed, and as what.
    Plugin(String),
}

/// A node, as the others know it.
pub(crate) trait Peer: Send + Sync {
    /// Its name.
    fn name(&self) -> &str;
    /// Sends an event to its own websockets.
    fn deliver(&self, tables: &Tables, event: &SocketEvent);
    /// Forgets something cached.
    fn drop_outdated(&self, tables: &Tables, what: &Outdated);
    /// Its line in `/cluster/status`, unless it did not join.
    fn cluster_status_row(&self, tables: &Tables) -> Option<Value>;
    /// Its lines in `/plugins/statuses`.
    fn plugin_statuses(&self) -> Vec<Value>;
    /// Is out for so long.
    fn be_out(self: Arc<Self>, kind: OutageKind, length: Duration);
}

/// All running nodes.
#[derive(Default)]
pub(crate) struct Bus {
    peers: RwLock<Vec<Arc<dyn Peer>>>,
    /// Whether it carries nothing, and can only be asked who is there.
    muted: bool,
}

impl Bus {
    /// A bus with the nodes that are here now, which carries nothing.
    pub(crate) fn muted(&self) -> Self {
        Self { peers: RwLock::new(self.peers()), muted: true }
    }

    /// The nodes that hear what this one says.
    pub(crate) fn others(&self, name: &str) -> Vec<Arc<dyn Peer>> {
        if self.muted {
            return Vec::new();
        }
        self.peers().into_iter().filter(|peer| peer.name() != name).collect()
    }

    pub(crate) fn join(&self, peer: Arc<dyn Peer>) {
        let mut peers = self.peers.write().unwrap_or_else(PoisonError::into_inner);
        peers.retain(|other| other.name() != peer.name());
        peers.push(peer);
    }

    /// Takes exactly this node out; one of the same name that started since stays.
    pub(crate) fn leave(&self, gone: &Arc<dyn Peer>) {
        let mut peers = self.peers.write().unwrap_or_else(PoisonError::into_inner);
        peers.retain(|peer| !std::ptr::addr_eq(Arc::as_ptr(peer), Arc::as_ptr(gone)));
    }

    /// The running nodes, in the order in which they started.
    pub(crate) fn peers(&self) -> Vec<Arc<dyn Peer>> {
        self.peers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
