//! What the database holds of many kinds that nothing else asks for: rows as they look on the wire.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::Value;

/// A row of JSON by its id.
pub(crate) type Rows = IndexMap<String, Value>;

/// Those tables.
#[derive(Default, Clone)]
pub(crate) struct KeptRows {
    pub(crate) scheduled: Rows,
    pub(crate) bookmarks: Rows,
    pub(crate) oauth_apps: Rows,
    /// Fields of custom profile attributes.
    pub(crate) fields: Rows,
    /// Their values by user and field.
    pub(crate) values: HashMap<(String, String), Value>,
    pub(crate) groups: Rows,
    pub(crate) schemes: Rows,
    /// Views and other blocks of boards that are no cards.
    pub(crate) blocks: Rows,
    /// How a board is shared, by board.
    pub(crate) sharings: Rows,
    /// What a post says of its urgency, by post.
    pub(crate) priorities: Rows,
    /// Who acknowledged a post, by post.
    pub(crate) acknowledgements: IndexMap<String, Vec<Value>>,
    /// Statuses that were set by hand, by user.
    pub(crate) presences: Rows,
    /// Settings of notifications, by channel and user.
    pub(crate) notify_props: HashMap<(String, String), Value>,
    /// When somebody looked into a channel, by channel and user.
    pub(crate) viewed: HashMap<(String, String), i64>,
    /// Threads that somebody follows no more: root and user.
    pub(crate) unfollowed: HashSet<(String, String)>,
    /// Devices whose session ended, by user: who sends to them has not noticed.
    pub(crate) lost_devices: Vec<(String, String)>,
    /// Whose new password a mailed token lets set, by token.
    pub(crate) resets: HashMap<String, String>,
    /// What people want to be reminded of, and were.
    pub(crate) reminders: Vec<Reminder>,
    /// The last push notification: where it went, and what it said.
    pub(crate) last_push: Option<(String, Value)>,
    /// Messages that call everybody.
    pub(crate) calls: Vec<CallOfAll>,
    /// Tokens that are switched off, by id.
    pub(crate) inactive_tokens: HashSet<String>,
}

/// That somebody wants to be reminded of a message.
#[derive(Debug, Clone)]
pub(crate) struct Reminder {
    pub(crate) user: String,
    pub(crate) post: String,
    /// In seconds.
    pub(crate) target_time: i64,
    /// Whether they were.
    pub(crate) done: bool,
}

/// What a message that calls everybody in a channel counts for.
#[derive(Debug, Clone)]
pub(crate) struct CallOfAll {
    pub(crate) channel: String,
    pub(crate) at: i64,
    /// Who called, and is not mentioned.
    pub(crate) by: String,
    /// How often each member is mentioned.
    pub(crate) times: usize,
    /// How many members are, in the order in which they came.
    pub(crate) members: usize,
    /// Whether bots among them are mentioned as everybody else.
    pub(crate) bots: bool,
}

/// Lets the fields of `given` that are named take their place in a row.
pub(crate) fn take_over(row: &mut Value, given: &Value, fields: &[&str]) {
    for field in fields {
        if let Some(value) = given.get(field) {
            row[field] = value.clone();
        }
    }
}
