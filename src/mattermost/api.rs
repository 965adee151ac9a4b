//! The calls that checks make, by area, with the shapes that they read. A field that no check reads is not here.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::error::ApiError;

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
    /// `O`, `P`, `D` or `G`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Empty for direct and group channels.
    #[serde(default)]
    pub team_id: String,
}

/// A membership of a team or a channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// Who.
    pub user_id: String,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Post {
    /// 26 characters.
    pub id: String,
    /// Where.
    pub channel_id: String,
    /// The text.
    pub message: String,
    /// Milliseconds; not 0 once edited.
    #[serde(default)]
    pub edit_at: i64,
    /// The post that this one answers, or empty.
    #[serde(default)]
    pub root_id: String,
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

impl Client {
    /// Whether the server answers, its database and its file store included.
    ///
    /// `use_rest_semantics` keeps the status at 200, so that the body tells which part is sick; servers that
    /// do not know it answer 500, which counts as sick as well.
    ///
    /// # Errors
    /// No answer, or an answer that is not ping's.
    pub async fn ping_deep(&self) -> Result<Config, ApiError> {
        let path = "/api/v4/system/ping?get_server_status=true&use_rest_semantics=true";
        let reply = self.send(Method::GET, path, None, &[200, 500]).await?;
        let told: BTreeMap<String, Value> = reply.json()?;
        Ok(told.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect())
    }

    /// Whether the server answers at all; green even when its database is gone.
    ///
    /// # Errors
    /// No answer, or another status than 200.
    pub async fn ping(&self) -> Result<Reply, ApiError> {
        self.get("/api/v4/system/ping").await
    }

    /// The client configuration.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn client_config(&self) -> Result<Config, ApiError> {
        self.get("/api/v4/config/client?format=old").await?.json()
    }

    /// What the server says it is.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn version_facts(&self) -> Result<VersionFacts, ApiError> {
        let config = self.client_config().await?;
        let word = |key: &str| config.get(key).cloned().unwrap_or_default();
        Ok(VersionFacts {
            version: word("Version"),
            build_number: word("BuildNumber"),
            build_hash: word("BuildHash"),
            build_hash_enterprise: word("BuildHashEnterprise"),
            diagnostic_id: config
                .get("TelemetryId")
                .or_else(|| config.get("DiagnosticId"))
                .cloned()
                .unwrap_or_default(),
        })
    }

    /// The licence as clients see it; `IsLicensed` and `Cluster` are texts.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn client_license(&self) -> Result<Config, ApiError> {
        self.get("/api/v4/license/client?format=old").await?.json()
    }

    /// The applied migrations, ascending. Needs an admin.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn schema(&self) -> Result<Vec<Migration>, ApiError> {
        let mut list: Vec<Migration> = self.get("/api/v4/system/schema/version").await?.json()?;
        list.sort();
        Ok(list)
    }

    /// The cluster's members; empty without clustering. Needs an admin.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn cluster_status(&self) -> Result<Vec<PeerInfo>, ApiError> {
        self.get("/api/v4/cluster/status").await?.json()
    }

    /// One entry per plugin and node. Needs an admin.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn plugin_statuses(&self) -> Result<Vec<PluginStatus>, ApiError> {
        self.get("/api/v4/plugins/statuses").await?.json()
    }

    /// The whole configuration, secrets masked by 32 asterisks. Needs an admin.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn config(&self) -> Result<Value, ApiError> {
        self.get("/api/v4/config").await?.json()
    }

    /// Changes a part of the configuration; a key that the environment sets answers 200 and stays as it was.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn patch_config(&self, patch: &Value) -> Result<Value, ApiError> {
        self.put("/api/v4/config/patch", patch).await?.json()
    }

    /// Makes this node forget what it cached: configuration and everything else.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn refresh(&self) -> Result<(), ApiError> {
        self.post("/api/v4/config/reload", &json!({})).await?;
        self.post("/api/v4/caches/invalidate", &json!({})).await?;
        Ok(())
    }

    /// Creates a user: the first one of an empty database becomes the admin.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn create_user(&self, username: &str, password: &str) -> Result<User, ApiError> {
        let email = format!("{username}@upgrade-gate.example");
        let body = json!({ "email": email, "username": username, "password": password });
        self.post("/api/v4/users", &body).await?.json()
    }

    /// Begins a session with a user name or an e-mail address.
    ///
    /// # Errors
    /// No answer, another status (401 for a wrong password), or an answer without a token.
    pub async fn login(&self, login_id: &str, password: &str) -> Result<Login, ApiError> {
        let body = json!({ "login_id": login_id, "password": password });
        let reply = self.post("/api/v4/users/login", &body).await?;
        let token = reply.header("token").unwrap_or_default().to_owned();
        Ok(Login { user: reply.json()?, client: self.with_token(&token) })
    }

    /// Ends this client's session.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn logout(&self) -> Result<Reply, ApiError> {
        self.post("/api/v4/users/logout", &json!({})).await
    }

    /// The account of this client's session.
    ///
    /// # Errors
    /// No answer, or 401 once the session is over.
    pub async fn me(&self) -> Result<User, ApiError> {
        self.get("/api/v4/users/me").await?.json()
    }

    /// A user by id.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn user(&self, id: &str) -> Result<User, ApiError> {
        self.get(&format!("/api/v4/users/{id}")).await?.json()
    }

    /// A user by name: never answered from the by-id cache.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn user_by_name(&self, username: &str) -> Result<User, ApiError> {
        self.get(&format!("/api/v4/users/username/{username}")).await?.json()
    }

    /// Creates an open team.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn create_team(&self, name: &str, display_name: &str) -> Result<Team, ApiError> {
        let body = json!({ "name": name, "display_name": display_name, "type": "O" });
        self.post("/api/v4/teams", &body).await?.json()
    }

    /// A team by id.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn team(&self, id: &str) -> Result<Team, ApiError> {
        self.get(&format!("/api/v4/teams/{id}")).await?.json()
    }

    /// Adds a user to a team.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn add_to_team(&self, team: &str, user: &str) -> Result<Member, ApiError> {
        let body = json!({ "team_id": team, "user_id": user });
        self.post(&format!("/api/v4/teams/{team}/members"), &body).await?.json()
    }

    /// A user's membership of a team; 404 without one.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn team_member(&self, team: &str, user: &str) -> Result<Member, ApiError> {
        self.get(&format!("/api/v4/teams/{team}/members/{user}")).await?.json()
    }

    /// Creates a channel: `kind` is `O` (public) or `P` (private).
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn create_channel(&self, team: &str, name: &str, kind: &str) -> Result<Channel, ApiError> {
        let body = json!({ "team_id": team, "name": name, "display_name": name, "type": kind });
        self.post("/api/v4/channels", &body).await?.json()
    }

    /// The direct channel of two users, or the group channel of three to eight.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn converse(&self, users: &[&str]) -> Result<Channel, ApiError> {
        let path = if users.len() == 2 { "/api/v4/channels/direct" } else { "/api/v4/channels/group" };
        self.post(path, &json!(users)).await?.json()
    }

    /// A channel by id.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn channel(&self, id: &str) -> Result<Channel, ApiError> {
        self.get(&format!("/api/v4/channels/{id}")).await?.json()
    }

    /// Adds a user to a channel.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn add_to_channel(&self, channel: &str, user: &str) -> Result<Member, ApiError> {
        self.post(&format!("/api/v4/channels/{channel}/members"), &json!({ "user_id": user })).await?.json()
    }

    /// A user's membership of a channel; 404 without one.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn channel_member(&self, channel: &str, user: &str) -> Result<Member, ApiError> {
        self.get(&format!("/api/v4/channels/{channel}/members/{user}")).await?.json()
    }

    /// Sends a message, with files if there are any.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn create_post(&self, channel: &str, message: &str, files: &[&str]) -> Result<Post, ApiError> {
        let body = json!({ "channel_id": channel, "message": message, "file_ids": files });
        self.post("/api/v4/posts", &body).await?.json()
    }

    /// Edits a message.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn edit_post(&self, post: &str, message: &str) -> Result<Post, ApiError> {
        self.put(&format!("/api/v4/posts/{post}/patch"), &json!({ "message": message })).await?.json()
    }

    /// A post by id; 404 once it is deleted.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn read_post(&self, id: &str) -> Result<Post, ApiError> {
        self.get(&format!("/api/v4/posts/{id}")).await?.json()
    }

    /// Uploads a file to a channel; `channel_id` goes first, because the server reads the form as a stream.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn upload(&self, channel: &str, name: &str, bytes: Vec<u8>) -> Result<FileInfo, ApiError> {
        #[derive(Deserialize)]
        struct Uploaded {
            file_infos: Vec<FileInfo>,
        }
        let form = reqwest::multipart::Form::new()
            .text("channel_id", channel.to_owned())
            .part("files", reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()));
        let request = self.request(Method::POST, "/api/v4/files").multipart(form);
        let reply = self.finish("POST", "/api/v4/files", request, &[201]).await?;
        let uploaded: Uploaded = reply.json()?;
        uploaded.file_infos.into_iter().next().ok_or_else(|| ApiError {
            node: self.node().to_owned(),
            request: "POST /api/v4/files".into(),
            kind: super::error::ApiErrorKind::Shape {
                reason: "names no file".into(),
                request_id: reply.request_id(),
            },
        })
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn download(&self, id: &str) -> Result<Vec<u8>, ApiError> {
        Ok(self.get(&format!("/api/v4/files/{id}")).await?.body)
    }

    /// A file's facts.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn file_info(&self, id: &str) -> Result<FileInfo, ApiError> {
        self.get(&format!("/api/v4/files/{id}/info")).await?.json()
    }
}
