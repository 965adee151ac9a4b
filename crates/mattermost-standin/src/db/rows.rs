//! What the database holds about people and places, and how it looks on the wire.

use serde_json::{Map, Value, json};

use crate::db::ids;

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) create_at: i64,
    pub(crate) update_at: i64,
    pub(crate) delete_at: i64,
    pub(crate) username: String,
    pub(crate) email: String,
    /// Nickname, first name, last name, position, locale: what its owner may patch.
    pub(crate) profile: Map<String, Value>,
    pub(crate) roles: String,
    pub(crate) password_hash: String,
    pub(crate) password_at: i64,
    pub(crate) failed_attempts: u32,
    /// Whether the address was proved, by a mail that arrived.
    pub(crate) email_verified: bool,
    /// What they say they are doing, as JSON text; empty for nothing.
    pub(crate) custom_status: String,
    /// When a picture of their own was set; 0 without one.
    pub(crate) picture_at: i64,
}

/// Who looks at an account: the less, the fewer fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    Owner,
    Admin,
    Other,
}

impl User {
    pub(crate) fn is_admin(&self) -> bool {
        self.roles.split(' ').any(|role| role == "system_admin")
    }

    /// Whether they see only what they were put into.
    pub(crate) fn is_guest(&self) -> bool {
        self.roles.split(' ').any(|role| role == "system_guest")
    }

    pub(crate) fn json(&self, viewer: Viewer) -> Value {
        let profile = |key: &str| self.profile.get(key).cloned().unwrap_or_else(|| json!(""));
        let mut user = json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.update_at,
            "delete_at": self.delete_at, "username": self.username,
        });
        let mut set = |key: &str, value: Value| user[key] = value;
        if viewer == Viewer::Other {
            set("auth_data", json!(""));
        }
        set("auth_service", json!(""));
        set("email", json!(self.email));
        if self.email_verified && viewer != Viewer::Other {
            set("email_verified", json!(true));
        }
        for key in ["nickname", "first_name", "last_name", "position"] {
            set(key, profile(key));
        }
        set("roles", json!(self.roles));
        if !self.custom_status.is_empty() {
            set("props", json!({"customStatus": self.custom_status}));
        }
        if viewer != Viewer::Other {
            let fresh = || {
                json!({
                    "channel": "true", "comments": "never", "desktop": "mention", "desktop_sound": "true",
                    "desktop_threads": "all", "email": "true", "email_threads": "all",
                    "first_name": "false", "mention_keys": "", "push": "mention",
                    "push_status": "online", "push_threads": "all",
                })
            };
            set("notify_props", self.profile.get("notify_props").cloned().unwrap_or_else(fresh));
        }
        if self.picture_at > 0 {
            set("last_picture_update", json!(self.picture_at));
        }
        if viewer == Viewer::Owner {
            set("last_password_update", json!(self.password_at));
            if self.failed_attempts > 0 {
                set("failed_attempts", json!(self.failed_attempts));
            }
        }
        set("locale", self.profile.get("locale").cloned().unwrap_or_else(|| json!("en")));
        set(
            "timezone",
            json!({"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"}),
        );
        set("remote_id", json!(""));
        set("disable_welcome_email", json!(false));
        user
    }
}

/// A login.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) user_id: String,
    pub(crate) roles: String,
    pub(crate) create_at: i64,
    /// The device that has it, as `android:` and its id; empty for a browser.
    pub(crate) device_id: String,
}

impl Session {
    pub(crate) fn is_admin(&self) -> bool {
        self.roles.split(' ').any(|role| role == "system_admin")
    }

    pub(crate) fn json(&self) -> Value {
        const MONTH_MS: i64 = 30 * 24 * 3600 * 1000;
        json!({
            "id": self.id, "token": "", "create_at": self.create_at, "expires_at": self.create_at + MONTH_MS,
            "last_activity_at": self.create_at, "user_id": self.user_id, "device_id": self.device_id,
            "roles": self.roles, "is_oauth": false, "expired_notify": false,
            "props": {"browser": "Unknown/0.0", "csrf": self.id, "isMobile": "false", "isOAuthUser": "false",
                "isSaml": "false", "is_guest": "false", "os": "", "platform": "Unknown"},
            "team_members": [], "local": false,
        })
    }
}

/// A team.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) create_at: i64,
    pub(crate) update_at: i64,
    pub(crate) delete_at: i64,
    pub(crate) display_name: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) email: String,
    pub(crate) kind: String,
    pub(crate) invite_id: String,
    pub(crate) allow_open_invite: bool,
    /// When an icon was set; 0 without one.
    pub(crate) icon_at: i64,
}

impl Team {
    pub(crate) fn json(&self) -> Value {
        let mut team = json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.update_at, "delete_at": self.delete_at,
            "display_name": self.display_name, "name": self.name, "description": self.description,
            "email": self.email, "type": self.kind, "company_name": "", "allowed_domains": "",
            "invite_id": self.invite_id, "allow_open_invite": self.allow_open_invite, "scheme_id": null,
            "group_constrained": null, "policy_id": null, "cloud_limits_archived": false,
        });
        if self.icon_at > 0 {
            team["last_team_icon_update"] = json!(self.icon_at);
        }
        team
    }
}

/// Somebody's place in a team.
#[derive(Debug, Clone)]
pub(crate) struct TeamMember {
    pub(crate) team_id: String,
    pub(crate) user_id: String,
    pub(crate) admin: bool,
    pub(crate) delete_at: i64,
}

impl TeamMember {
    pub(crate) fn json(&self) -> Value {
        json!({
            "team_id": self.team_id, "user_id": self.user_id,
            "roles": if self.admin { "team_user team_admin" } else { "team_user" },
            "delete_at": self.delete_at, "scheme_guest": false, "scheme_user": true,
            "scheme_admin": self.admin, "explicit_roles": "",
        })
    }
}

/// A channel of any kind: `O` open, `P` private, `D` direct, `G` group.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) create_at: i64,
    pub(crate) update_at: i64,
    pub(crate) delete_at: i64,
    pub(crate) team_id: String,
    pub(crate) kind: String,
    pub(crate) display_name: String,
    pub(crate) name: String,
    pub(crate) header: String,
    pub(crate) purpose: String,
    pub(crate) last_post_at: i64,
    pub(crate) total_msg_count: i64,
    pub(crate) creator_id: String,
}

impl Channel {
    /// A channel with nothing in it yet.
    pub(crate) fn new(
        now: i64,
        team_id: &str,
        kind: &str,
        name: &str,
        title: &str,
        creator_id: &str,
    ) -> Self {
        Self {
            id: ids::new_id(),
            create_at: now,
            update_at: now,
            delete_at: 0,
            team_id: team_id.into(),
            kind: kind.into(),
            display_name: title.into(),
            name: name.into(),
            header: String::new(),
            purpose: String::new(),
            last_post_at: 0,
            total_msg_count: 0,
            creator_id: creator_id.into(),
        }
    }

    pub(crate) fn is_personal(&self) -> bool {
        self.kind == "D" || self.kind == "G"
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.update_at, "delete_at": self.delete_at,
            "team_id": self.team_id, "type": self.kind, "display_name": self.display_name, "name": self.name,
            "header": self.header, "purpose": self.purpose, "last_post_at": self.last_post_at,
            "total_msg_count": self.total_msg_count, "extra_update_at": 0, "creator_id": self.creator_id,
            "scheme_id": null, "props": null, "group_constrained": null, "autotranslation": false,
            "shared": if self.is_personal() { json!(false) } else { Value::Null },
            "total_msg_count_root": self.total_msg_count, "policy_id": null,
            "last_root_post_at": self.last_post_at, "banner_info": null, "policy_enforced": false,
            "policy_is_active": false, "default_category_name": "",
        })
    }
}

/// Somebody's place in a channel.
#[derive(Debug, Clone)]
pub(crate) struct ChannelMember {
    pub(crate) channel_id: String,
    pub(crate) user_id: String,
    pub(crate) admin: bool,
    pub(crate) update_at: i64,
}

impl ChannelMember {
    pub(crate) fn json(&self) -> Value {
        json!({
            "channel_id": self.channel_id, "user_id": self.user_id,
            "roles": if self.admin { "channel_user channel_admin" } else { "channel_user" },
            "last_viewed_at": 0, "msg_count": 0, "mention_count": 0, "mention_count_root": 0,
            "urgent_mention_count": 0, "msg_count_root": 0,
            "notify_props": {"channel_auto_follow_threads": "off", "desktop": "default", "email": "default",
                "ignore_channel_mentions": "default", "mark_unread": "all", "push": "default"},
            "last_update_at": self.update_at, "scheme_guest": false, "scheme_user": true,
            "scheme_admin": self.admin, "explicit_roles": "", "autotranslation_disabled": false,
        })
    }
}
