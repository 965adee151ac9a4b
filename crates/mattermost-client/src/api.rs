//! The calls that checks make, by area.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::error::ApiError;
use super::shapes::{Channel, Config, Member, Migration, PeerInfo, PluginStatus, Team, VersionFacts};

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

    /// Creates an open team.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn create_team(&self, name: &str, display_name: &str) -> Result<Team, ApiError> {
        let body = json!({ "name": name, "display_name": display_name, "type": "O" });
        let made: Team = self.post("/api/v4/teams", &body).await?.json()?;
        self.note(|all| all.teams.push(made.id.clone()));
        Ok(made)
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
}
