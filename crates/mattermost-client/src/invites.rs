//! The calls about invitations.

use serde_json::json;

use super::client::Client;
use super::error::ApiError;
use super::shapes::{Channel, Invited, Member};

impl Client {
    /// Sends invitations to a team by mail and says for each address whether its mail was sent; without `graceful` a
    /// server answers 200 even if no mail server takes it.
    ///
    /// # Errors
    /// No answer, another status (501 where they are switched off), another shape.
    pub async fn invite_by_mail(&self, team: &str, addresses: &[&str]) -> Result<Vec<Invited>, ApiError> {
        let path = format!("/api/v4/teams/{team}/invite/email?graceful=true");
        self.post(&path, &json!(addresses)).await?.json()
    }

    /// The same for guests, who get into these channels only.
    ///
    /// # Errors
    /// No answer, another status (501 without a licence or switched off), another shape.
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

    /// Joins a team with this client's own account by the team's invite id.
    ///
    /// # Errors
    /// No answer, another status (404 for an id that is not known), another shape.
    pub async fn join_by_invite_id(&self, invite_id: &str) -> Result<Member, ApiError> {
        self.post(&format!("/api/v4/teams/members/invite?invite_id={invite_id}"), &json!({})).await?.json()
    }

    /// The channels of a team that a user is in.
    pub async fn channels_of(&self, user: &str, team: &str) -> Result<Vec<Channel>, ApiError> {
        self.get(&format!("/api/v4/users/{user}/teams/{team}/channels")).await?.json()
    }
}
