//! What the database holds for one user alone: drafts, preferences, and groups of channels in the sidebar.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

/// The tables of single users.
#[derive(Default, Clone)]
pub(crate) struct Personal {
    /// By user, channel and root.
    pub(crate) drafts: IndexMap<(String, String, String), Draft>,
    /// By user, category and name, in whose order they are listed.
    pub(crate) preferences: BTreeMap<(String, String, String), String>,
    pub(crate) categories: IndexMap<String, SidebarCategory>,
}

impl Personal {
    /// What a new account has from the start: recorded.
    pub(crate) fn welcome(&mut self, user: &str) {
        for (category, name, value) in [
            ("recommended_next_steps", "hide", "false"),
            ("system_notice", "GMasDM", "true"),
            ("tutorial_step", user, "0"),
        ] {
            self.preferences.insert((user.into(), category.into(), name.into()), value.into());
        }
    }
}

/// What somebody began to write.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) create_at: i64,
    pub(crate) update_at: i64,
    pub(crate) user_id: String,
    pub(crate) channel_id: String,
    pub(crate) root_id: String,
    pub(crate) message: String,
    pub(crate) props: Value,
}

impl Draft {
    pub(crate) fn json(&self) -> Value {
        json!({
            "create_at": self.create_at, "update_at": self.update_at, "delete_at": 0, "user_id": self.user_id,
            "channel_id": self.channel_id, "root_id": self.root_id, "message": self.message, "type": "",
            "props": self.props, "metadata": {},
        })
    }
}

/// A group of channels that a user made.
#[derive(Debug, Clone)]
pub(crate) struct SidebarCategory {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) team_id: String,
    pub(crate) display_name: String,
    pub(crate) channel_ids: Vec<String>,
}

impl SidebarCategory {
    /// The category at this place of the sidebar.
    pub(crate) fn json(&self, place: usize) -> Value {
        category_json(
            &self.id,
            (&self.user_id, &self.team_id),
            place,
            ("custom", "", &self.display_name),
            &self.channel_ids,
        )
    }
}

/// A category on the wire: whose in which team, at which place, its kind with sorting and title, and its channels.
pub(crate) fn category_json(
    id: &str,
    (user, team): (&str, &str),
    place: usize,
    (kind, sorting, title): (&str, &str, &str),
    channels: &[String],
) -> Value {
    json!({
        "id": id, "user_id": user, "team_id": team, "sort_order": 10 * place, "sorting": sorting, "type": kind,
        "display_name": title, "muted": false, "collapsed": false, "channel_ids": channels,
    })
}
