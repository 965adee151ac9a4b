//! The shapes that checks read from answers. A field that no check reads is not here.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::client::Client;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// 26 characters.
    pub id: String,
    /// Lower case.
    pub username: String,
    /// Only shown to the user and to admins.
    #[serde(default)]
    pub email: String,
    /// Role names, separated by blanks.
    #[serde(default)]
    pub roles: String,
    /// Milliseconds; not 0 once deactivated.
    #[serde(default)]
    pub delete_at: i64,
}

/// A personal access token that was just made.
#[derive(Debug, Clone, Deserialize)]
pub struct AccessToken {
    /// 26 characters; it names the token and opens nothing.
    pub id: String,
    /// What opens the server.
    pub token: String,
}

/// What became of one invitation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Invited {
    /// To whom.
    pub email: String,
    /// Why its mail was not sent.
    pub error: Option<InviteError>,
}

/// Why a mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InviteError {
    /// The product's error id.
    pub id: String,
    /// Its words.
    #[serde(default)]
    pub message: String,
}

/// A session that was just begun.
#[derive(Debug, Clone)]
pub struct Login {
    /// Whose.
    pub user: User,
    /// The same client with the session's token.
    pub client: Client,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Team {
    /// 26 characters.
    pub id: String,
    /// The part of the address.
    pub name: String,
    /// What people see.
    pub display_name: String,
    /// Whoever knows it may join; only shown to those who may invite.
    #[serde(default)]
    pub invite_id: String,
    /// Milliseconds; not 0 once archived.
    #[serde(default)]
    pub delete_at: i64,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Channel {
    /// 26 characters.
    pub id: String,
    /// The part of the address.
    pub name: String,
    /// What people see.
    #[serde(default)]
    pub display_name: String,
    /// What it says of itself above its posts.
    #[serde(default)]
    pub header: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
    /// `O`, `P`, `D` or `G`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Empty for direct and group channels.
    #[serde(default)]
    pub team_id: String,
    /// Milliseconds; not 0 once archived.
    #[serde(default)]
    pub delete_at: i64,
}

/// A membership of a team or a channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// Who.
    pub user_id: String,
    /// Milliseconds; not 0 once somebody left a team.
    #[serde(default)]
    pub delete_at: i64,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Post {
    /// 26 characters.
    pub id: String,
    /// Where.
    pub channel_id: String,
    /// Milliseconds: servers order messages by it.
    #[serde(default)]
    pub create_at: i64,
    /// The text.
    pub message: String,
    /// What more there is to it: attachments, the name and the picture that a program gave itself.
    #[serde(default)]
    pub props: serde_json::Value,
    /// Milliseconds; not 0 once edited.
    #[serde(default)]
    pub edit_at: i64,
    /// The post that this one answers, or empty.
    #[serde(default)]
    pub root_id: String,
    /// Answers in its thread.
    #[serde(default)]
    pub reply_count: u64,
    /// Whether it is pinned to its channel.
    #[serde(default)]
    pub is_pinned: bool,
    /// Attached files.
    #[serde(default)]
    pub file_ids: Vec<String>,
}

/// A file's facts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FileInfo {
    /// 26 characters.
    pub id: String,
    /// As uploaded.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Pixels; 0 for what is no picture.
    #[serde(default)]
    pub width: u32,
    /// Pixels; 0 for what is no picture.
    #[serde(default)]
    pub height: u32,
    /// Whether there are smaller versions of it.
    #[serde(default)]
    pub has_preview_image: bool,
}

/// An upload that comes in parts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Upload {
    /// 26 characters; the file gets another one.
    pub id: String,
    /// Bytes that were announced.
    pub file_size: u64,
    /// Bytes that have come.
    pub file_offset: u64,
}

/// An emoji of somebody's making.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Emoji {
    /// 26 characters.
    pub id: String,
    /// Between the colons.
    pub name: String,
    /// Who made it.
    pub creator_id: String,
}

/// One applied schema migration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Migration {
    /// Its number; numbers are skipped now and then.
    pub version: i64,
    /// Its name: the same number under another name is another migration.
    pub name: String,
}

/// One plugin on one node.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PluginStatus {
    /// `playbooks`, `focalboard`.
    pub plugin_id: String,
    /// The node, in the cluster's own ids; empty without clustering.
    #[serde(default)]
    pub cluster_id: String,
    /// 0 not running, 1 starting, 2 running, 3 failed to start, 4 failed to stay running, 5 stopping.
    pub state: i64,
    /// Of the plugin.
    #[serde(default)]
    pub version: String,
    /// Why it failed, where the server says it.
    #[serde(default)]
    pub error: String,
}

impl PluginStatus {
    /// Whether it does not run because the server's edition or licence does not allow it: no failure, but what that
    /// edition is. Playbooks says "this plugin requires a professional license or higher" (its `OnActivate`, 2.9.2).
    #[must_use]
    pub fn is_unlicensed(&self) -> bool {
        let error = self.error.to_lowercase();
        matches!(self.state, 3 | 4) && (error.contains("license") || error.contains("licence"))
    }
}

/// One node as the cluster sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PeerInfo {
    /// The node's cluster id.
    pub id: String,
    /// The version it runs.
    pub version: String,
    /// The hash of its configuration.
    #[serde(default)]
    pub config_hash: String,
    /// Its host name.
    #[serde(default)]
    pub hostname: String,
}

/// The client configuration or licence: names and texts.
pub type Config = BTreeMap<String, String>;

/// What a server says it is, from the client configuration that anybody may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFacts {
    /// `11.6.0`.
    pub version: String,
    /// The tag, such as `11.6.0-rc3`, or a number of the build.
    pub build_number: String,
    /// The commit.
    pub build_hash: String,
    /// The enterprise part's commit; `none` in the Team edition.
    pub build_hash_enterprise: String,
    /// The id of the installation: the same on all nodes of one database.
    pub diagnostic_id: String,
}
