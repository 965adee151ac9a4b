//! Calls about the server itself: whether it lives, what it is, its schema, its cluster, its plugins.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;

use super::client::{Client, Reply};
use super::error::ApiError;
use super::shapes::{Config, Migration, PeerInfo, PluginStatus, VersionFacts};

impl Client {
    /// Whether the server answers, its database and its file store included.
    ///
    /// `use_rest_semantics` keeps the status at 200, so that the body tells which part is sick; servers that
    /// do not know it answer 500, which counts as sick as well.
    pub async fn ping_deep(&self) -> Result<Config, ApiError> {
        let path = "/api/v4/system/ping?get_server_status=true&use_rest_semantics=true";
        let reply = self.send(Method::GET, path, None, &[200, 500]).await?;
        let told: BTreeMap<String, Value> = reply.json()?;
        Ok(told.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect())
    }

    /// Whether the server answers at all; green even when its database is gone.
    pub async fn ping(&self) -> Result<Reply, ApiError> {
        self.get("/api/v4/system/ping").await
    }

    /// The client configuration.
    pub async fn client_config(&self) -> Result<Config, ApiError> {
        self.get("/api/v4/config/client?format=old").await?.json()
    }

    /// What the server says it is.
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
    pub async fn client_license(&self) -> Result<Config, ApiError> {
        self.get("/api/v4/license/client?format=old").await?.json()
    }

    /// The applied migrations, ascending. Needs an admin.
    pub async fn schema(&self) -> Result<Vec<Migration>, ApiError> {
        let mut list: Vec<Migration> = self.get("/api/v4/system/schema/version").await?.json()?;
        list.sort();
        Ok(list)
    }

    /// The cluster's members; empty without clustering. Needs an admin.
    pub async fn cluster_status(&self) -> Result<Vec<PeerInfo>, ApiError> {
        self.get("/api/v4/cluster/status").await?.json()
    }

    /// One entry per plugin and node. Needs an admin.
    pub async fn plugin_statuses(&self) -> Result<Vec<PluginStatus>, ApiError> {
        self.get("/api/v4/plugins/statuses").await?.json()
    }
}
