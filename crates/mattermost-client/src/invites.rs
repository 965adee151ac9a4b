//! The calls about invitations.

use serde_json::json;

use super::client::Client;
use super::error::ApiError;
use super::shapes::{Channel, Invited, Member};

impl Client {
    /// Sends invitations to a team by mail and says for each address whether its mail was sent; without `graceful` a
    /// server answers 200 even if no mail server takes it. 501 where they are switched off.
    pub async fn invite_by_mail(&self, team: &str, addresses: &[&str]) -> Result<Vec<Invited>, ApiError> {
        let path = format!("/api/v4/teams/{team}/invite/email?graceful=true");
        self.post(&path, &json!(addresses)).await?.json()
    }

    /// Invites guests by mail, who get into these channels only; 501 without a licence, or where they are switched off.
    pub async fn invite_guests_by_mail(
        &self,
        team: &str,
        channels: &[&str],
        addresses: &[&str],
    ) -> Result<Vec<Invited>, ApiError> {
        let path = format!("/api/v4/teams/{team}/invite-guests/email?graceful=true");
        let body = json!({ "emails": addresses, "channels": channels, "message": "" });
        self.post(&path, &body).await?.json()
    }

    /// Joins a team with this client's own account by the team's invite id; 404 for one that is not known.
    pub async fn join_by_invite_id(&self, invite_id: &str) -> Result<Member, ApiError> {
        self.post(&format!("/api/v4/teams/members/invite?invite_id={invite_id}"), &json!({})).await?.json()
    }

    /// The channels of a team that a user is in.
    pub async fn channels_of(&self, user: &str, team: &str) -> Result<Vec<Channel>, ApiError> {
        self.get(&format!("/api/v4/users/{user}/teams/{team}/channels")).await?.json()
    }
}
