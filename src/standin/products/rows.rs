//! What the products keep in the database: their own tables, as they look on the wire where that is all there is to them.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::{Value, json};

/// The tables of all three.
#[derive(Default)]
pub(in crate::standin) struct ProductTables {
    pub(in crate::standin) boards: IndexMap<String, Value>,
    /// Board and user.
    pub(in crate::standin) board_members: HashSet<(String, String)>,
    pub(in crate::standin) cards: IndexMap<String, Value>,
    pub(in crate::standin) playbooks: IndexMap<String, Value>,
    pub(in crate::standin) runs: IndexMap<String, Value>,
    /// Status updates by run, newest first.
    pub(in crate::standin) updates: HashMap<String, Vec<Value>>,
    /// Channels where calls were allowed or forbidden.
    pub(in crate::standin) calls_channels: HashMap<String, bool>,
    /// Running calls by channel.
    pub(in crate::standin) calls: IndexMap<String, Call>,
}

/// A running call.
#[derive(Debug, Clone)]
pub(in crate::standin) struct Call {
    pub(in crate::standin) id: String,
    pub(in crate::standin) channel_id: String,
    pub(in crate::standin) start_at: i64,
    pub(in crate::standin) owner_id: String,
    pub(in crate::standin) host_id: String,
    pub(in crate::standin) post_id: String,
    /// Who is in it: websocket and user.
    pub(in crate::standin) sessions: Vec<(String, String)>,
}

impl Call {
    /// The call as clients see it.
    pub(in crate::standin) fn json(&self) -> Value {
        let session = |(id, user): &(String, String)| json!({"session_id": id, "user_id": user, "unmuted": false, "raised_hand": 0});
        let sessions: Vec<Value> = self.sessions.iter().map(session).collect();
        json!({
            "id": self.id, "start_at": self.start_at, "sessions": sessions, "thread_id": self.post_id,
            "post_id": self.post_id, "screen_sharing_session_id": "", "owner_id": self.owner_id,
            "host_id": self.host_id,
        })
    }
}
