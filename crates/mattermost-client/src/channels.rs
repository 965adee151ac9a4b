//! Channels, direct ones included, and who is in them.

use serde_json::{Value, json};

use super::client::Client;
use super::error::ApiError;
use super::shapes::{Channel, Member};

/// The channel that everybody of a team is in.
pub const FIRST_CHANNEL: &str = "town-square";

impl Client {
    /// Creates a channel: `kind` is `O` (public) or `P` (private).
    pub async fn create_channel(&self, team: &str, name: &str, kind: &str) -> Result<Channel, ApiError> {
        let body = json!({ "team_id": team, "name": name, "display_name": name, "type": kind });
        self.post("/api/v4/channels", &body).await?.json()
    }

    /// The direct channel of two users, or the group channel of three to eight.
    pub async fn converse(&self, users: &[&str]) -> Result<Channel, ApiError> {
        let path = if users.len() == 2 { "/api/v4/channels/direct" } else { "/api/v4/channels/group" };
        self.post(path, &json!(users)).await?.json()
    }

    /// A channel by id.
    pub async fn channel(&self, id: &str) -> Result<Channel, ApiError> {
        self.get(&format!("/api/v4/channels/{id}")).await?.json()
    }

    /// A channel of a team by its name.
    pub async fn channel_named(&self, team: &str, name: &str) -> Result<Channel, ApiError> {
        self.get(&format!("/api/v4/teams/{team}/channels/name/{name}")).await?.json()
    }

    /// Adds a user to a channel.
    pub async fn add_to_channel(&self, channel: &str, user: &str) -> Result<Member, ApiError> {
        self.post(&format!("/api/v4/channels/{channel}/members"), &json!({ "user_id": user })).await?.json()
    }

    /// A user's membership of a channel; 404 without one.
    pub async fn channel_member(&self, channel: &str, user: &str) -> Result<Member, ApiError> {
        self.get(&format!("/api/v4/channels/{channel}/members/{user}")).await?.json()
    }

    /// Changes what a channel is called and what it says of itself.
    pub async fn patch_channel(&self, channel: &str, patch: &Value) -> Result<Channel, ApiError> {
        self.put(&format!("/api/v4/channels/{channel}/patch"), patch).await?.json()
    }

    /// Makes a channel private (`P`) or public (`O`); a plain member may do neither.
    pub async fn set_privacy(&self, channel: &str, kind: &str) -> Result<Channel, ApiError> {
        let path = format!("/api/v4/channels/{channel}/privacy");
        self.put(&path, &json!({ "privacy": kind })).await?.json()
    }

    /// Archives a channel: it stays readable, and takes no more posts.
    pub async fn archive_channel(&self, channel: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/channels/{channel}")).await.map(drop)
    }

    /// Takes a channel out of the archive; needs `manage_team`.
    pub async fn restore_channel(&self, channel: &str) -> Result<Channel, ApiError> {
        self.post(&format!("/api/v4/channels/{channel}/restore"), &json!({})).await?.json()
    }

    /// Says that this account is typing in a channel: only who may write there may.
    pub async fn typing(&self, channel: &str) -> Result<(), ApiError> {
        self.post("/api/v4/users/me/typing", &json!({ "channel_id": channel })).await.map(drop)
    }

    /// Takes somebody out of a channel.
    pub async fn remove_from_channel(&self, channel: &str, user: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/channels/{channel}/members/{user}")).await.map(drop)
    }
}
