//! The tables of the database, and what is asked of several of them at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;
use serde_json::Value;

use crate::db::ids;
use crate::db::integrations::Integrations;
use crate::db::invitations::{AccessToken, Invitation};
use crate::db::kept::{CallOfAll, KeptRows};
use crate::db::personal::Personal;
use crate::db::posts::{Emoji, FileInfo, Post, Reaction, UploadSession};
use crate::db::products::ProductTables;
use crate::db::rows::{Channel, ChannelMember, Session, Team, TeamMember, User};
use crate::fault::Table;
use crate::release::StandInRelease;

/// The tables of the database.
#[derive(Default, Clone)]
pub(crate) struct Tables {
    pub(crate) users: IndexMap<String, User>,
    /// By token.
    pub(crate) sessions: HashMap<String, Session>,
    /// By token.
    pub(crate) access_tokens: IndexMap<String, AccessToken>,
    /// By token.
    pub(crate) invitations: HashMap<String, Invitation>,
    pub(crate) teams: IndexMap<String, Team>,
    /// By team and user.
    pub(crate) team_members: IndexMap<(String, String), TeamMember>,
    pub(crate) channels: IndexMap<String, Channel>,
    /// By channel and user.
    pub(crate) channel_members: IndexMap<(String, String), ChannelMember>,
    pub(crate) posts: HashMap<String, Post>,
    /// Ids of the posts of a channel, oldest first.
    pub(crate) channel_posts: HashMap<String, Vec<String>>,
    /// Deleted posts as they were before: what a fault brings back.
    pub(crate) deleted: HashMap<String, Post>,
    /// Replies by the id of their root: counted once here instead of at each look.
    pub(crate) thread_sizes: HashMap<String, usize>,
    /// Former states of a post, newest first.
    pub(crate) edits: HashMap<String, Vec<Post>>,
    pub(crate) reactions: HashMap<String, Vec<Reaction>>,
    pub(crate) files: IndexMap<String, FileInfo>,
    pub(crate) uploads: HashMap<String, UploadSession>,
    pub(crate) emojis: IndexMap<String, Emoji>,
    /// What belongs to one user alone.
    pub(crate) personal: Personal,
    /// Keys of files whose bytes are damaged.
    pub(crate) rotten_files: HashSet<String>,
    /// Bytes that should be in the file store and are not.
    pub(crate) stray_bytes: HashMap<String, Vec<u8>>,
    /// Applied migrations.
    pub(crate) schema: BTreeMap<u32, String>,
    pub(crate) config: Value,
    /// Manifests of uploaded plugins.
    pub(crate) bundles: IndexMap<String, Value>,
    pub(crate) integrations: Integrations,
    /// What nothing else asks for.
    pub(crate) kept: KeptRows,
    /// What the products keep.
    pub(crate) products: ProductTables,
    /// Migration jobs, as `/jobs` shows them.
    pub(crate) jobs: Vec<Value>,
}

/// Two ids as a key.
pub(crate) fn pair(first: &str, second: &str) -> (String, String) {
    (first.to_owned(), second.to_owned())
}

impl Tables {
    pub(crate) fn user_named(&self, name: &str) -> Option<&User> {
        self.users.values().find(|user| user.username == name || user.email == name)
    }

    /// What a personal access token opens: a session of its user, unless that one is deactivated.
    pub(crate) fn session_of_access_token(&self, token: &str) -> Option<Session> {
        let known = self.access_tokens.get(token)?;
        if self.kept.inactive_tokens.contains(&known.id) {
            return None;
        }
        let user = self.users.get(&known.user_id).filter(|user| user.delete_at == 0)?;
        Some(Session {
            id: known.id.clone(),
            token: known.token.clone(),
            user_id: known.user_id.clone(),
            roles: user.roles.clone(),
            create_at: known.create_at,
            device_id: String::new(),
        })
    }

    /// These tables as they once were, with the sessions and new accounts of now: who asks is always known.
    pub(crate) fn as_of(&self, then: &Self) -> Self {
        let mut users = self.users.clone();
        users.extend(then.users.clone());
        Self {
            users,
            sessions: self.sessions.clone(),
            access_tokens: self.access_tokens.clone(),
            ..then.clone()
        }
    }

    /// Empties a table, as a migration that goes wrong would.
    pub(crate) fn wipe(&mut self, table: Table) {
        match table {
            Table::Sessions => self.sessions.clear(),
            Table::Invitations => self.invitations.clear(),
            Table::Posts => {
                self.posts.clear();
                self.channel_posts.clear();
            }
            Table::Files => self.files.clear(),
            Table::Boards => {
                self.products.boards.clear();
                self.products.cards.clear();
            }
            Table::Runs => self.products.runs.clear(),
        }
    }

    pub(crate) fn in_team(&self, team: &str, user: &str) -> bool {
        self.team_members.get(&pair(team, user)).is_some_and(|member| member.delete_at == 0)
    }

    pub(crate) fn in_channel(&self, channel: &str, user: &str) -> bool {
        self.channel_members.contains_key(&pair(channel, user))
    }

    /// How many replies a post's thread has.
    fn replies(&self, post: &Post) -> usize {
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        self.thread_sizes.get(root).copied().unwrap_or_default()
    }

    /// A post as a reader sees it.
    pub(crate) fn post_json(&self, post: &Post) -> Value {
        let mut metadata = serde_json::Map::new();
        if !post.file_ids.is_empty() {
            let files: Vec<Value> =
                post.file_ids.iter().filter_map(|id| self.files.get(id)).map(FileInfo::json).collect();
            metadata.insert("files".into(), files.into());
        }
        if post.props["attachments"].is_array() {
            metadata.insert("embeds".into(), serde_json::json!([{"type": "message_attachment"}]));
        }
        if let Some(priority) = self.kept.priorities.get(&post.id) {
            metadata.insert("priority".into(), priority.clone());
        }
        if let Some(list) = self.kept.acknowledgements.get(&post.id).filter(|list| !list.is_empty()) {
            metadata.insert("acknowledgements".into(), list.clone().into());
        }
        if let Some(reactions) = self.reactions.get(&post.id).filter(|list| !list.is_empty()) {
            let reactions: Vec<Value> = reactions.iter().map(Reaction::json).collect();
            metadata.insert("reactions".into(), reactions.into());
        }
        post.json(self.replies(post), metadata.into())
    }

    /// How many accounts count for the limit of a server without a licence: those of people, as long as they are active.
    pub(crate) fn active_users(&self) -> usize {
        let of_people = |user: &&User| user.delete_at == 0 && !self.integrations.bots.contains_key(&user.id);
        self.users.values().filter(of_people).count()
    }

    /// How many messages and mentions a member of a channel has not read: what others wrote since they looked.
    pub(crate) fn unread(&self, channel: &str, user: &str) -> (usize, usize) {
        let since = self.kept.viewed.get(&pair(channel, user)).copied().unwrap_or_default();
        let name = self.users.get(user).map(|user| format!("@{}", user.username)).unwrap_or_default();
        let ids = self.channel_posts.get(channel).map_or(&[][..], Vec::as_slice);
        let posts = ids.iter().filter_map(|id| self.posts.get(id));
        let unread: Vec<&Post> = posts
            .filter(|post| post.kind.is_empty() && post.delete_at == 0)
            .filter(|post| post.user_id != user && post.create_at > since)
            .collect();
        let own = unread.iter().filter(|post| post.message.contains(&name)).count();
        (unread.len(), own + self.called(channel, user, since))
    }

    /// How often a member is mentioned by messages that call everybody.
    fn called(&self, channel: &str, user: &str, since: i64) -> usize {
        let calls = self.kept.calls.iter();
        let mut here =
            calls.filter(|call| call.channel == channel && call.by != user && call.at > since).peekable();
        if here.peek().is_none() {
            return 0;
        }
        let mut members = self.channel_members.values().filter(|member| member.channel_id == channel);
        let place = members.position(|member| member.user_id == user);
        let is_bot = self.integrations.bots.contains_key(user);
        let meant =
            |call: &&CallOfAll| place.is_some_and(|place| place < call.members) && (call.bots || !is_bot);
        here.filter(meant).map(|call| call.times).sum()
    }

    /// A member of a channel on the wire, with their settings and what they have not read.
    pub(crate) fn member_json(&self, member: &ChannelMember) -> Value {
        let mut shown = member.json();
        let key = pair(&member.channel_id, &member.user_id);
        if let Some(Value::Object(props)) = self.kept.notify_props.get(&key) {
            for (name, value) in props {
                shown["notify_props"][name] = value.clone();
            }
        }
        let (_, mentions) = self.unread(&member.channel_id, &member.user_id);
        shown["last_viewed_at"] = self.kept.viewed.get(&key).copied().unwrap_or_default().into();
        shown["mention_count"] = mentions.into();
        shown["mention_count_root"] = mentions.into();
        shown
    }

    /// Stores a post and counts it in its channel.
    pub(crate) fn add_post(&mut self, post: Post) {
        self.channel_posts.entry(post.channel_id.clone()).or_default().push(post.id.clone());
        if let Some(channel) = self.channels.get_mut(&post.channel_id) {
            channel.last_post_at = post.create_at;
            channel.total_msg_count += i64::from(post.kind.is_empty());
        }
        if !post.root_id.is_empty() {
            *self.thread_sizes.entry(post.root_id.clone()).or_default() += 1;
        }
        self.posts.insert(post.id.clone(), post);
    }

    /// Keeps what a post was before it changed.
    pub(crate) fn keep_former(&mut self, before: Post, now: i64) {
        let id = before.id.clone();
        let former =
            Post { id: ids::new_id(), original_id: id.clone(), update_at: now, delete_at: now, ..before };
        self.edits.entry(id).or_default().insert(0, former);
    }

    /// Deletes a post with its files, and with a root its whole thread.
    pub(crate) fn delete_post(&mut self, post: &Post, by: &str, now: i64) {
        let ids = self.channel_posts.get(&post.channel_id).cloned().unwrap_or_default();
        for id in ids {
            if let Some(row) = self.posts.get_mut(&id)
                && (row.id == post.id || row.root_id == post.id)
            {
                if row.delete_at == 0 {
                    self.deleted.insert(id, row.clone());
                }
                for file in &row.file_ids {
                    self.files.shift_remove(file);
                }
                row.delete_at = now;
                row.update_at = now;
                row.message.clear();
                row.props = serde_json::json!({"deleteBy": by});
            }
        }
        if let Some(size) = self.thread_sizes.get_mut(&post.root_id) {
            *size = size.saturating_sub(1);
        }
    }

    /// Applies the migrations that a release has and these tables lack; gives their names. Nothing is ever taken back.
    pub(crate) fn migrate(&mut self, release: &StandInRelease, now: i64) -> Vec<String> {
        let mut applied = Vec::new();
        for (number, name) in &release.schema {
            if !self.schema.contains_key(number) {
                self.schema.insert(*number, name.clone());
                applied.push(name.clone());
            }
        }
        if self.jobs.is_empty() {
            self.jobs.push(serde_json::json!({
                "id": ids::new_id(), "type": "migrations", "priority": 0, "create_at": now, "start_at": now,
                "last_activity_at": now, "status": "success", "progress": 0,
                "data": {"migration_key": "migration_advanced_permissions_phase_2", "last_done": ""},
            }));
        }
        applied
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release;

    #[test]
    fn the_first_node_migrates_and_an_older_one_takes_nothing_back() {
        let mut tables = Tables::default();
        let mut applied = |version| tables.migrate(&release::known(version), 1).len();
        assert_eq!(applied("11.6.0"), 158);
        assert_eq!(applied("11.6.0"), 0);
        assert_eq!(applied("11.7.0"), 3);
        assert_eq!(applied("11.6.0"), 0);
        assert_eq!(tables.schema.len(), 161);
    }
}
