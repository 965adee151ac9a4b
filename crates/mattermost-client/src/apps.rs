//! The calls of the Apps framework: its plugin's own API.

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::error::ApiError;

/// Where the plugin answers.
const BASE: &str = "/plugins/com.mattermost.apps/api/v1";

/// What a call to an app came to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AppAnswer {
    /// `ok`, `error`, `form`, `navigate` or `call`: a failed call is a 200 with `error` here.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text of the answer, or what went wrong.
    #[serde(default)]
    pub text: String,
}

impl Client {
    /// Makes an app known by its manifest, to be reached by HTTP. Needs an admin.
    pub async fn list_app(&self, manifest: &Value) -> Result<(), ApiError> {
        self.post(&format!("{BASE}/update-app-listing"), manifest).await.map(drop)
    }

    /// Installs an app that is known. Needs an admin.
    pub async fn install_app(&self, app: &str) -> Result<(), ApiError> {
        let body = json!({ "app_id": app, "deploy_type": "http" });
        self.post(&format!("{BASE}/install-app"), &body).await.map(drop)
    }

    /// Uninstalls an app. Needs an admin.
    pub async fn uninstall_app(&self, app: &str) -> Result<(), ApiError> {
        self.post(&format!("{BASE}/uninstall-app"), &json!({ "app_id": app })).await.map(drop)
    }

    /// What all apps show in a channel: the answer's text, to look for an app in.
    pub async fn app_bindings(&self, team: &str, channel: &str) -> Result<Vec<Value>, ApiError> {
        let query = format!("team_id={team}&channel_id={channel}&user_agent_type=webapp");
        let list: Option<Vec<Value>> = self.get(&format!("{BASE}/bindings?{query}")).await?.json()?;
        Ok(list.unwrap_or_default())
    }

    /// Runs a call of an app; an app's own error is an answer.
    pub async fn call_app(&self, call: &Value) -> Result<AppAnswer, ApiError> {
        self.post(&format!("{BASE}/call"), call).await?.json()
    }
}
