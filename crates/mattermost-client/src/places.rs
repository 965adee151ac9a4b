//! The calls that change teams and channels and who is in them.

use serde_json::{Value, json};

use super::client::Client;
use super::error::ApiError;
use super::shapes::{Channel, Team};

impl Client {
    /// Changes what a channel is called and what it says of itself.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn patch_channel(&self, channel: &str, patch: &Value) -> Result<Channel, ApiError> {
        self.put(&format!("/api/v4/channels/{channel}/patch"), patch).await?.json()
    }

    /// Makes a channel private (`P`) or public (`O`); a plain member may do neither.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn set_privacy(&self, channel: &str, kind: &str) -> Result<Channel, ApiError> {
        let path = format!("/api/v4/channels/{channel}/privacy");
        self.put(&path, &json!({ "privacy": kind })).await?.json()
    }

    /// Archives a channel: it stays readable, and takes no more posts.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn archive_channel(&self, channel: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/channels/{channel}")).await.map(drop)
    }

    /// Takes a channel out of the archive; needs `manage_team`.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn restore_channel(&self, channel: &str) -> Result<Channel, ApiError> {
        self.post(&format!("/api/v4/channels/{channel}/restore"), &json!({})).await?.json()
    }

    /// Says that this account is typing in a channel: only who may write there may.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn typing(&self, channel: &str) -> Result<(), ApiError> {
        self.post("/api/v4/users/me/typing", &json!({ "channel_id": channel })).await.map(drop)
    }

    /// Takes somebody out of a channel.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn remove_from_channel(&self, channel: &str, user: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/channels/{channel}/members/{user}")).await.map(drop)
    }

    /// Takes somebody out of a team.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn remove_from_team(&self, team: &str, user: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/teams/{team}/members/{user}")).await.map(drop)
    }

    /// Archives a team.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn archive_team(&self, team: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/teams/{team}")).await.map(drop)
    }

    /// Takes a team out of the archive.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn restore_team(&self, team: &str) -> Result<Team, ApiError> {
        self.post(&format!("/api/v4/teams/{team}/restore"), &json!({})).await?.json()
    }

    /// Makes a member a guest, who sees only the channels that they are in.
    ///
    /// # Errors
    /// No answer, or another status: 501 without a licence or with guests switched off.
    pub async fn demote(&self, user: &str) -> Result<(), ApiError> {
        self.post(&format!("/api/v4/users/{user}/demote"), &json!({})).await.map(drop)
    }
}
