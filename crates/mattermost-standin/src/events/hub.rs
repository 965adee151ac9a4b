//! The websockets of one node: who is connected, and which events each gets.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::db::ids;
use crate::db::tables::Tables;
use crate::events::bus::{Audience, SocketEvent};
use crate::fault::EventEffect;

/// Open websockets.
#[derive(Default)]
pub(crate) struct Hub {
    connections: Mutex<Vec<Connection>>,
}

struct Connection {
    id: String,
    user_id: String,
    token: String,
    seq: u64,
    frames: mpsc::UnboundedSender<String>,
}

/// What a delivery has to ask its node.
pub(crate) trait Gatekeeper {
    /// Whether this token still is a session here; without one a socket stays open and mute.
    fn is_session(&self, tables: &Tables, token: &str) -> bool;
    /// What happens to this event on its way.
    fn event_effect(&self, event: &SocketEvent) -> EventEffect;
}

impl Hub {
    /// Adds a websocket and sends it `hello`; gives the frames to write.
    pub(crate) fn open(
        &self,
        user_id: &str,
        token: &str,
        hello: Value,
    ) -> (String, mpsc::UnboundedReceiver<String>) {
        let (frames, receiver) = mpsc::unbounded_channel();
        let id = ids::new_id();
        let mut hello = hello;
        hello["connection_id"] = json!(id);
        let event = SocketEvent::new("hello", Audience::User(user_id.into()), hello);
        let _ = frames.send(frame(&event, event.data.clone(), 0));
        let connection =
            Connection { id: id.clone(), user_id: user_id.into(), token: token.into(), seq: 1, frames };
        self.locked().push(connection);
        (id, receiver)
    }

    /// Sends something that is no event: the reply to an action.
    pub(crate) fn reply(&self, id: &str, reply: &Value) {
        if let Some(connection) = self.locked().iter().find(|connection| connection.id == id) {
            let _ = connection.frames.send(reply.to_string());
        }
    }

    /// Forgets a websocket that is gone.
    pub(crate) fn close(&self, id: &str) {
        self.locked().retain(|connection| connection.id != id);
    }

    /// Ends all websockets: their writers see the end of the stream and let go of the connection.
    pub(crate) fn close_all(&self) {
        self.locked().clear();
    }

    /// Sends an event to those of this node's websockets whom it concerns.
    pub(crate) fn deliver(&self, event: &SocketEvent, tables: &Tables, keeper: &impl Gatekeeper) {
        let mut connections = self.locked();
        if connections.is_empty() {
            return;
        }
        for connection in connections.iter_mut() {
            if !concerns(event, connection, tables) || !keeper.is_session(tables, &connection.token) {
                continue;
            }
            let mut data = event.data.clone();
            if event.mentions.contains(&connection.user_id) {
                data["mentions"] = json!(json!([connection.user_id]).to_string());
            }
            let times = match keeper.event_effect(event) {
                EventEffect::Drop => 0,
                EventEffect::Deliver => 1,
                EventEffect::Duplicate => 2,
            };
            for _ in 0..times {
                let _ = connection.frames.send(frame(event, data.clone(), connection.seq));
                connection.seq += 1;
            }
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn concerns(event: &SocketEvent, connection: &Connection, tables: &Tables) -> bool {
    let user = &connection.user_id;
    if event.omit.iter().any(|omitted| omitted == user) {
        return false;
    }
    match &event.audience {
        Audience::All => true,
        Audience::User(id) | Audience::UserIn(id, _) => id == user,
        Audience::Admins => tables.users.get(user).is_some_and(crate::db::rows::User::is_admin),
        Audience::Channel(id) => tables.in_channel(id, user),
        Audience::Connection(id) => *id == connection.id,
        Audience::Team(id) => tables.in_team(id, user),
    }
}

fn frame(event: &SocketEvent, data: Value, seq: u64) -> String {
    json!({"event": event.name, "data": data, "broadcast": event.broadcast(), "seq": seq}).to_string()
}
