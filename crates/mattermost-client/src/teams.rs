//! Teams and who is in them.

use serde_json::json;

use super::client::Client;
use super::error::ApiError;
use super::shapes::{Member, Team};

impl Client {
    /// Creates an open team.
    pub async fn create_team(&self, name: &str, display_name: &str) -> Result<Team, ApiError> {
        let body = json!({ "name": name, "display_name": display_name, "type": "O" });
        let made: Team = self.post("/api/v4/teams", &body).await?.json()?;
        self.note(|all| all.teams.push(made.id.clone()));
        Ok(made)
    }

    /// A team by id.
    pub async fn team(&self, id: &str) -> Result<Team, ApiError> {
        self.get(&format!("/api/v4/teams/{id}")).await?.json()
    }

    /// Adds a user to a team.
    pub async fn add_to_team(&self, team: &str, user: &str) -> Result<Member, ApiError> {
        let body = json!({ "team_id": team, "user_id": user });
        self.post(&format!("/api/v4/teams/{team}/members"), &body).await?.json()
    }

    /// Adds users to a team, up to 256 at once as servers want it.
    pub async fn add_all_to_team(&self, team: &str, users: &[String]) -> Result<(), ApiError> {
        let body: Vec<_> = users.iter().map(|user| json!({ "team_id": team, "user_id": user })).collect();
        self.post(&format!("/api/v4/teams/{team}/members/batch"), &body.into()).await.map(drop)
    }

    /// A user's membership of a team; 404 without one.
    pub async fn team_member(&self, team: &str, user: &str) -> Result<Member, ApiError> {
        self.get(&format!("/api/v4/teams/{team}/members/{user}")).await?.json()
    }

    /// Takes somebody out of a team.
    pub async fn remove_from_team(&self, team: &str, user: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/teams/{team}/members/{user}")).await.map(drop)
    }

    /// Archives a team.
    pub async fn archive_team(&self, team: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/teams/{team}")).await.map(drop)
    }

    /// Takes a team out of the archive.
    pub async fn restore_team(&self, team: &str) -> Result<Team, ApiError> {
        self.post(&format!("/api/v4/teams/{team}/restore"), &json!({})).await?.json()
    }
}
