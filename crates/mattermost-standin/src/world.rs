//! The world that nodes share: what a real installation keeps in PostgreSQL and S3.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use serde_json::Value;
use time::OffsetDateTime;

use super::bus::Bus;
use super::defaults::DEFAULTS;
use super::file_store::{FileStore, MemoryFiles};
use super::ids;
use super::integrations::Integrations;
use super::invitations::{AccessToken, Invitation};
use super::messages::{Emoji, FileInfo, Post, Reaction, UploadSession};
use super::products::rows::ProductTables;
use super::release::Release;
use super::rows::{Channel, ChannelMember, Session, Team, TeamMember, User};

/// The plugin of the Apps framework.
pub(super) const APPS: &str = "com.mattermost.apps";

/// What kind of installation a world is.
#[derive(Clone)]
pub struct Options {
    /// Whether the servers have a licence with clustering.
    pub clustered: bool,
    /// Whether that licence is one of a cloud workspace, whose servers ask a Customer Web Server.
    pub cloud: bool,
    /// Whether the retired Apps framework is switched on and its plugin there.
    pub apps: bool,
    /// `ServiceSettings.SiteURL`.
    pub site_url: String,
    /// `FileSettings.EnablePublicLink` at first.
    pub public_links: bool,
    /// `TeamSettings.SiteName` at first.
    pub site_name: String,
    /// Plugins that somebody switched on besides those that are on in a fresh server.
    pub switched_on: Vec<String>,
    /// Where file bytes go.
    pub files: Arc<dyn FileStore>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clustered: true,
            cloud: false,
            apps: false,
            site_url: "http://balancer:8065".into(),
            site_name: "Mattermost".into(),
            public_links: false,
            switched_on: Vec::new(),
            files: Arc::new(MemoryFiles::default()),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("clustered", &self.clustered)
            .field("site_url", &self.site_url)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Database, file store and cluster bus of one installation; nodes come and go, this stays.
pub struct World {
    pub(super) options: Options,
    pub(super) bus: Bus,
    /// The time of installation, in milliseconds since 1970.
    pub(super) installed_at: i64,
    /// `DiagnosticId`: one per database.
    pub(super) server_id: String,
    tables: Mutex<Tables>,
    clock: AtomicI64,
}

/// The tables of the database.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) users: IndexMap<String, User>,
    /// By token.
    pub(super) sessions: HashMap<String, Session>,
    /// By token.
    pub(super) access_tokens: IndexMap<String, AccessToken>,
    /// By token.
    pub(super) invitations: HashMap<String, Invitation>,
    pub(super) teams: IndexMap<String, Team>,
    /// By team and user.
    pub(super) team_members: IndexMap<(String, String), TeamMember>,
    pub(super) channels: IndexMap<String, Channel>,
    /// By channel and user.
    pub(super) channel_members: IndexMap<(String, String), ChannelMember>,
    pub(super) posts: HashMap<String, Post>,
    /// Ids of the posts of a channel, oldest first.
    pub(super) channel_posts: HashMap<String, Vec<String>>,
    /// Replies by the id of their root: counted once here instead of at each look.
    pub(super) thread_sizes: HashMap<String, usize>,
    /// Former states of a post, newest first.
    pub(super) edits: HashMap<String, Vec<Post>>,
    pub(super) reactions: HashMap<String, Vec<Reaction>>,
    pub(super) files: IndexMap<String, FileInfo>,
    pub(super) uploads: HashMap<String, UploadSession>,
    pub(super) emojis: IndexMap<String, Emoji>,
    /// Bytes that should be in the file store and are not.
    pub(super) stray_bytes: HashMap<String, Vec<u8>>,
    /// Applied migrations.
    pub(super) schema: BTreeMap<u32, String>,
    pub(super) config: Value,
    /// Manifests of uploaded plugins.
    pub(super) bundles: IndexMap<String, Value>,
    pub(super) integrations: Integrations,
    /// What the products keep.
    pub(super) products: ProductTables,
    /// Migration jobs, as `/jobs` shows them.
    pub(super) jobs: Vec<Value>,
}

impl World {
    /// An empty database.
    #[must_use]
    pub fn new(options: Options) -> Arc<Self> {
        let mut config = DEFAULTS.config.clone();
        config["ServiceSettings"]["SiteURL"] = options.site_url.clone().into();
        config["TeamSettings"]["SiteName"] = options.site_name.clone().into();
        config["FileSettings"]["PublicLinkSalt"] = ids::new_id().into();
        config["ClusterSettings"]["Enable"] = options.clustered.into();
        config["FileSettings"]["EnablePublicLink"] = options.public_links.into();
        // As cluster/compose.yaml has it: integrations of a test live at private addresses.
        config["ServiceSettings"]["AllowedUntrustedInternalConnections"] = "0.0.0.0/0".into();
        if options.apps {
            config["FeatureFlags"]["AppsEnabled"] = true.into();
            config["PluginSettings"]["PluginStates"][APPS] = serde_json::json!({"Enable": true});
        }
        for plugin in &options.switched_on {
            config["PluginSettings"]["PluginStates"][plugin] = serde_json::json!({"Enable": true});
        }
        let world = Self {
            options,
            bus: Bus::default(),
            installed_at: now_ms(),
            server_id: ids::new_id(),
            tables: Mutex::new(Tables { config, ..Tables::default() }),
            clock: AtomicI64::new(0),
        };
        Arc::new(world)
    }

    /// Whether the nodes form a cluster.
    #[must_use]
    pub fn clustered(&self) -> bool {
        self.options.clustered
    }

    /// Whether the licence is one of a cloud workspace; there is none without clustering.
    #[must_use]
    pub fn cloud(&self) -> bool {
        self.options.clustered && self.options.cloud
    }

    /// Says where the Customer Web Server of a cloud workspace is; nodes that start from now on ask there.
    pub fn set_customer_web_server(&self, url: &str) {
        let settings = serde_json::json!({
            "CWSURL": url, "CWSAPIURL": url, "CWSMock": false, "Disable": false, "PreviewModalBucketURL": "",
        });
        self.tables().config["CloudSettings"] = settings;
    }

    /// The tables, locked. Never held over an await: every use is a few map look-ups.
    pub(super) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since 1970, later than every earlier answer: the order of posts must never be a tie.
    pub(super) fn tick(&self) -> i64 {
        let now = now_ms();
        let last = self
            .clock
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(now.max(last + 1)))
            .unwrap_or(now);
        now.max(last + 1)
    }

    /// Applies the migrations that a release has and the database lacks; gives their names. Nothing is ever taken back.
    pub(super) fn migrate(&self, release: &Release) -> Vec<String> {
        let now = self.tick();
        let mut tables = self.tables();
        let mut applied = Vec::new();
        for (number, name) in &release.schema {
            if !tables.schema.contains_key(number) {
                tables.schema.insert(*number, name.clone());
                applied.push(name.clone());
            }
        }
        if tables.jobs.is_empty() {
            tables.jobs.push(serde_json::json!({
                "id": ids::new_id(), "type": "migrations", "priority": 0, "create_at": now, "start_at": now,
                "last_activity_at": now, "status": "success", "progress": 0,
                "data": {"migration_key": "migration_advanced_permissions_phase_2", "last_done": ""},
            }));
        }
        applied
    }
}

/// Two ids as a key.
pub(super) fn pair(first: &str, second: &str) -> (String, String) {
    (first.to_owned(), second.to_owned())
}

fn now_ms() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

impl Tables {
    pub(super) fn user_named(&self, name: &str) -> Option<&User> {
        self.users.values().find(|user| user.username == name || user.email == name)
    }

    /// What a personal access token opens: a session of its user, unless that one is deactivated.
    pub(super) fn session_of_access_token(&self, token: &str) -> Option<Session> {
        let known = self.access_tokens.get(token)?;
        let user = self.users.get(&known.user_id).filter(|user| user.delete_at == 0)?;
        Some(Session {
            id: known.id.clone(),
            token: known.token.clone(),
            user_id: known.user_id.clone(),
            roles: user.roles.clone(),
            create_at: known.create_at,
        })
    }

    pub(super) fn in_team(&self, team: &str, user: &str) -> bool {
        self.team_members.get(&pair(team, user)).is_some_and(|member| member.delete_at == 0)
    }

    pub(super) fn in_channel(&self, channel: &str, user: &str) -> bool {
        self.channel_members.contains_key(&pair(channel, user))
    }

    /// How many replies a post's thread has.
    fn replies(&self, post: &Post) -> usize {
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        self.thread_sizes.get(root).copied().unwrap_or_default()
    }

    /// A post as a reader sees it.
    pub(super) fn post_json(&self, post: &Post) -> Value {
        let mut metadata = serde_json::Map::new();
        if !post.file_ids.is_empty() {
            let files: Vec<Value> =
                post.file_ids.iter().filter_map(|id| self.files.get(id)).map(FileInfo::json).collect();
            metadata.insert("files".into(), files.into());
        }
        if post.props["attachments"].is_array() {
            metadata.insert("embeds".into(), serde_json::json!([{"type": "message_attachment"}]));
        }
        if let Some(reactions) = self.reactions.get(&post.id).filter(|list| !list.is_empty()) {
            let reactions: Vec<Value> = reactions.iter().map(Reaction::json).collect();
            metadata.insert("reactions".into(), reactions.into());
        }
        post.json(self.replies(post), metadata.into())
    }

    /// Stores a post and counts it in its channel.
    pub(super) fn add_post(&mut self, post: Post) {
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
    pub(super) fn keep_former(&mut self, before: Post, now: i64) {
        let id = before.id.clone();
        let former =
            Post { id: ids::new_id(), original_id: id.clone(), update_at: now, delete_at: now, ..before };
        self.edits.entry(id).or_default().insert(0, former);
    }

    /// Deletes a post, and with a root its whole thread.
    pub(super) fn delete_post(&mut self, post: &Post, by: &str, now: i64) {
        let ids = self.channel_posts.get(&post.channel_id).cloned().unwrap_or_default();
        for id in ids {
            if let Some(row) = self.posts.get_mut(&id)
                && (row.id == post.id || row.root_id == post.id)
            {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release;

    #[test]
    fn the_first_node_migrates_and_an_older_one_takes_nothing_back() {
        let world = World::new(Options::default());
        assert_eq!(world.migrate(&release::known("11.6.0")).len(), 158);
        assert_eq!(world.migrate(&release::known("11.6.0")).len(), 0);
        assert_eq!(world.migrate(&release::known("11.7.0")).len(), 3);
        assert_eq!(world.migrate(&release::known("11.6.0")).len(), 0);
        assert_eq!(world.tables().schema.len(), 161);
    }

    #[test]
    fn the_clock_never_stands_still() {
        let world = World::new(Options::default());
        let ticks: Vec<i64> = (0..100).map(|_| world.tick()).collect();
        assert!(ticks.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
