//! Plugins: what a node has, and installing, switching and removing them. All of it needs an admin.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::client::{Client, Reply};
use super::error::ApiError;

/// A plugin as its bundle describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Manifest {
    /// `playbooks`, `focalboard`.
    pub id: String,
    /// Of the plugin.
    #[serde(default)]
    pub version: String,
}

/// The plugins that the answering node has; never those of another one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Installed {
    /// Those that run.
    pub active: Vec<Manifest>,
    /// Those that do not: switched off, starting, or failed.
    pub inactive: Vec<Manifest>,
}

impl Installed {
    /// A plugin of this node, and whether it runs.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<(&Manifest, bool)> {
        let among = |list: &'_ Vec<Manifest>| list.iter().position(|manifest| manifest.id == id);
        among(&self.active)
            .map(|at| (&self.active[at], true))
            .or_else(|| among(&self.inactive).map(|at| (&self.inactive[at], false)))
    }
}

impl Client {
    /// The plugins of this node; 501 where plugins are off.
    pub async fn plugins(&self) -> Result<Installed, ApiError> {
        self.get("/api/v4/plugins").await?.json()
    }

    /// What browsers load: the running plugins of this node that have a web app.
    pub async fn webapp_plugins(&self) -> Result<Vec<Manifest>, ApiError> {
        self.get("/api/v4/plugins/webapp").await?.json()
    }

    /// Installs a bundle (`.tar.gz`), in place of one of the same id only with `force`: 400 else. 501 where uploads are off.
    pub async fn upload_plugin(&self, bundle: Vec<u8>, force: bool) -> Result<Manifest, ApiError> {
        let part = reqwest::multipart::Part::bytes(bundle).file_name("plugin.tar.gz");
        let mut form = reqwest::multipart::Form::new().part("plugin", part);
        if force {
            form = form.text("force", "true");
        }
        let request = self.request(Method::POST, "/api/v4/plugins").multipart(form);
        self.finish("POST", "/api/v4/plugins", request, &[201]).await?.json()
    }

    /// Switches a plugin on; that it runs then is not promised. 404 where it is not installed.
    pub async fn enable_plugin(&self, id: &str) -> Result<Reply, ApiError> {
        self.post(&format!("/api/v4/plugins/{id}/enable"), &json!({})).await
    }

    /// Switches a plugin off; 404 where it is not installed.
    pub async fn disable_plugin(&self, id: &str) -> Result<Reply, ApiError> {
        self.post(&format!("/api/v4/plugins/{id}/disable"), &json!({})).await
    }

    /// Switches a plugin off and removes it, from the file store too; 404 where it is not installed.
    pub async fn remove_plugin(&self, id: &str) -> Result<Reply, ApiError> {
        self.delete(&format!("/api/v4/plugins/{id}")).await
    }

    /// GET of a route that a plugin serves itself, expecting this status: 404 while it does not run.
    pub async fn plugin_route(&self, path: &str, status: u16) -> Result<Reply, ApiError> {
        self.send(Method::GET, path, None, &[status]).await
    }
}
