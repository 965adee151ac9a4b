//! What the products keep in the database: their own tables, as they look on the wire where that is all there is to them.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::{Value, json};

/// The tables of all three.
#[derive(Default, Clone)]
pub(crate) struct ProductTables {
    pub(crate) boards: IndexMap<String, Value>,
    /// Board and user.
    pub(crate) board_members: HashSet<(String, String)>,
    pub(crate) cards: IndexMap<String, Value>,
    /// Files of boards, by the name that each has there.
    pub(crate) board_files: IndexMap<String, BoardFile>,
    pub(crate) playbooks: IndexMap<String, Value>,
    pub(crate) runs: IndexMap<String, Value>,
    /// Status updates by run, newest first.
    pub(crate) updates: HashMap<String, Vec<Value>>,
    /// Channels where calls were allowed or forbidden.
    pub(crate) calls_channels: HashMap<String, bool>,
    /// Running calls by channel.
    pub(crate) calls: IndexMap<String, Call>,
}

/// A file of a board.
#[derive(Debug, Clone)]
pub(crate) struct BoardFile {
    pub(crate) board_id: String,
    /// As whoever sent it called it.
    pub(crate) name: String,
    pub(crate) create_at: i64,
    pub(crate) bytes: Vec<u8>,
}

/// A running call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) channel_id: String,
    pub(crate) start_at: i64,
    pub(crate) owner_id: String,
    pub(crate) host_id: String,
    pub(crate) post_id: String,
    /// Who is in it: websocket and user.
    pub(crate) sessions: Vec<(String, String)>,
}

impl Call {
    /// The call as clients see it.
    pub(crate) fn json(&self) -> Value {
        let session = |(id, user): &(String, String)| json!({"session_id": id, "user_id": user, "unmuted": false, "raised_hand": 0});
        let sessions: Vec<Value> = self.sessions.iter().map(session).collect();
        json!({
            "id": self.id, "start_at": self.start_at, "sessions": sessions, "thread_id": self.post_id,
            "post_id": self.post_id, "screen_sharing_session_id": "", "owner_id": self.owner_id,
            "host_id": self.host_id,
        })
    }
}
