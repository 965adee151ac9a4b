//! What the database holds about integrations: webhooks, slash commands, buttons, bots and apps.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::rows::User;

/// The tables of integrations.
#[derive(Default, Clone)]
pub(crate) struct Integrations {
    pub(crate) incoming: IndexMap<String, IncomingHook>,
    pub(crate) outgoing: IndexMap<String, OutgoingHook>,
    pub(crate) commands: IndexMap<String, SlashCommand>,
    /// Where a command may still answer, by the id in its `response_url`.
    pub(crate) late: HashMap<String, LateAnswer>,
    /// What a button calls, by post and action: readers of the post are not told.
    pub(crate) buttons: HashMap<(String, String), Button>,
    /// By account.
    pub(crate) bots: IndexMap<String, Bot>,
    /// Manifests of apps that are known, by app.
    pub(crate) listed_apps: IndexMap<String, Value>,
    /// Manifests of apps that are installed, by app.
    pub(crate) apps: IndexMap<String, Value>,
}

/// A way in: who knows the id may post.
#[derive(Debug, Clone)]
pub(crate) struct IncomingHook {
    pub(crate) id: String,
    pub(crate) create_at: i64,
    pub(crate) update_at: i64,
    pub(crate) user_id: String,
    pub(crate) channel_id: String,
    pub(crate) team_id: String,
    pub(crate) display_name: String,
    pub(crate) description: String,
    /// Of its posts, in place of its maker's.
    pub(crate) username: String,
    pub(crate) icon_url: String,
    pub(crate) channel_locked: bool,
}

impl IncomingHook {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.update_at, "delete_at": 0,
            "user_id": self.user_id, "channel_id": self.channel_id, "team_id": self.team_id,
            "display_name": self.display_name, "description": self.description, "username": self.username,
            "icon_url": self.icon_url, "channel_locked": self.channel_locked,
        })
    }
}

/// A way out: posts of a channel that begin with a word are sent somewhere.
#[derive(Debug, Clone)]
pub(crate) struct OutgoingHook {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) create_at: i64,
    pub(crate) update_at: i64,
    pub(crate) creator_id: String,
    /// Empty for all open channels of the team.
    pub(crate) channel_id: String,
    pub(crate) team_id: String,
    pub(crate) trigger_words: Vec<String>,
    pub(crate) callback_urls: Vec<String>,
    pub(crate) display_name: String,
    pub(crate) content_type: String,
}

impl OutgoingHook {
    pub(crate) fn json(&self) -> Value {
        let words = if self.trigger_words.is_empty() { Value::Null } else { json!(self.trigger_words) };
        json!({
            "id": self.id, "token": self.token, "create_at": self.create_at, "update_at": self.update_at,
            "delete_at": 0, "creator_id": self.creator_id, "channel_id": self.channel_id,
            "team_id": self.team_id, "trigger_words": words, "trigger_when": 0,
            "callback_urls": self.callback_urls, "display_name": self.display_name, "description": "",
            "content_type": self.content_type, "username": "", "icon_url": "",
        })
    }

    /// The word that makes a message go out, if it does; a hook without words takes every message.
    pub(crate) fn triggered_by(&self, channel: &str, message: &str) -> Option<String> {
        if !self.channel_id.is_empty() && self.channel_id != channel {
            return None;
        }
        if self.trigger_words.is_empty() {
            return Some(String::new());
        }
        let first = message.split_whitespace().next().unwrap_or_default();
        self.trigger_words.iter().find(|word| *word == first).cloned()
    }
}

/// A slash command.
#[derive(Debug, Clone)]
pub(crate) struct SlashCommand {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) create_at: i64,
    pub(crate) creator_id: String,
    pub(crate) team_id: String,
    pub(crate) trigger: String,
    pub(crate) url: String,
    pub(crate) display_name: String,
    pub(crate) update_at: i64,
    /// Whether people are offered it while they write, and with which words.
    pub(crate) auto_complete: bool,
    pub(crate) auto_complete_desc: String,
}

impl SlashCommand {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "token": self.token, "create_at": self.create_at, "update_at": self.update_at,
            "delete_at": 0, "creator_id": self.creator_id, "team_id": self.team_id, "trigger": self.trigger,
            "method": "P", "username": "", "icon_url": "", "auto_complete": self.auto_complete,
            "auto_complete_desc": self.auto_complete_desc,
            "auto_complete_hint": "", "display_name": self.display_name, "description": "", "url": self.url,
            "plugin_id": "",
        })
    }
}

/// A command that may still answer.
#[derive(Debug, Clone)]
pub(crate) struct LateAnswer {
    pub(crate) user_id: String,
    pub(crate) channel_id: String,
    /// How many answers were taken; five are the most.
    pub(crate) taken: u32,
}

/// What pressing a button calls.
#[derive(Debug, Clone)]
pub(crate) struct Button {
    pub(crate) url: String,
    pub(crate) context: Value,
}

/// A bot.
#[derive(Debug, Clone)]
pub(crate) struct Bot {
    pub(crate) user_id: String,
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) description: String,
    pub(crate) owner_id: String,
    pub(crate) create_at: i64,
    pub(crate) update_at: i64,
    pub(crate) delete_at: i64,
}

impl Bot {
    /// The account that it writes by.
    pub(crate) fn account(&self) -> User {
        let mut profile = Map::new();
        profile.insert("first_name".into(), self.display_name.as_str().into());
        User {
            id: self.user_id.clone(),
            create_at: self.create_at,
            update_at: self.update_at,
            delete_at: 0,
            email: format!("{}@localhost", self.username),
            username: self.username.clone(),
            profile,
            roles: "system_user".into(),
            // No digest is empty: nobody logs in as a bot.
            password_hash: String::new(),
            password_at: self.create_at,
            failed_attempts: 0,
            email_verified: true,
            custom_status: String::new(),
            picture_at: 0,
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "user_id": self.user_id, "username": self.username, "display_name": self.display_name,
            "description": self.description, "owner_id": self.owner_id, "create_at": self.create_at,
            "update_at": self.update_at.max(self.delete_at), "delete_at": self.delete_at,
        })
    }
}
