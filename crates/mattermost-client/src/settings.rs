//! The calls about configuration, roles and counts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::error::ApiError;

/// A role, and what it allows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Role {
    /// `system_user`, or the generated name of a scheme's role.
    pub name: String,
    /// Names such as `create_post`.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// Milliseconds; not 0 once it is deleted.
    #[serde(default)]
    pub delete_at: i64,
}

impl Client {
    /// The whole configuration, secrets masked by 32 asterisks. Needs an admin.
    pub async fn config(&self) -> Result<Value, ApiError> {
        self.get("/api/v4/config").await?.json()
    }

    /// Changes a part of the configuration; a key that the environment sets answers 200 and stays as it was.
    pub async fn patch_config(&self, patch: &Value) -> Result<Value, ApiError> {
        self.put("/api/v4/config/patch", patch).await?.json()
    }

    /// Makes this node read the configuration from the database again.
    pub async fn reload_config(&self) -> Result<(), ApiError> {
        self.post("/api/v4/config/reload", &json!({})).await.map(drop)
    }

    /// Makes this node forget what it cached: configuration and everything else.
    pub async fn refresh(&self) -> Result<(), ApiError> {
        self.reload_config().await?;
        self.post("/api/v4/caches/invalidate", &json!({})).await?;
        Ok(())
    }

    /// What of the configuration is not the default. Servers before 10 do not know the question and answer with all
    /// of it (seen on 9.8).
    pub async fn config_without_defaults(&self) -> Result<Value, ApiError> {
        self.get("/api/v4/config?remove_defaults=true").await?.json()
    }

    /// Replaces the whole configuration; masked secrets stay what they are.
    pub async fn put_config(&self, config: &Value) -> Result<Value, ApiError> {
        self.put("/api/v4/config", config).await?.json()
    }

    /// Which settings the environment sets: the configuration's nesting, `true` at each. Feature flags are not told.
    pub async fn config_environment(&self) -> Result<Value, ApiError> {
        self.get("/api/v4/config/environment").await?.json()
    }

    /// All roles, also those of schemes. Needs an admin.
    pub async fn roles(&self) -> Result<Vec<Role>, ApiError> {
        self.get("/api/v4/roles").await?.json()
    }

    /// How many there are of what, by the server's own names: `team_count`. Needs an admin.
    pub async fn counts(&self) -> Result<BTreeMap<String, i64>, ApiError> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
            value: f64,
        }
        let rows: Vec<Row> = self.get("/api/v4/analytics/old?name=standard").await?.json()?;
        #[expect(clippy::cast_possible_truncation, reason = "counts are whole numbers")]
        let count = |row: Row| (row.name, row.value as i64);
        Ok(rows.into_iter().map(count).collect())
    }

    /// The link that shows a file to anybody: path and query, to be asked of any node. 403 while such links are off, 400
    /// for a file without a post.
    pub async fn public_link(&self, file: &str) -> Result<String, ApiError> {
        #[derive(Deserialize)]
        struct Told {
            link: String,
        }
        let told: Told = self.get(&format!("/api/v4/files/{file}/link")).await?.json()?;
        let path = told.link.find("/files/").map_or("", |at| &told.link[at..]);
        Ok(path.to_owned())
    }
}
