//! The calls about accounts, their sessions and their access tokens.

use serde_json::json;

use super::client::{Client, Reply};
use super::error::ApiError;
use super::shapes::{AccessToken, Login, User};

/// The e-mail address that the gate gives to an account of this name.
#[must_use]
pub fn address_of(username: &str) -> String {
    format!("{username}@upgrade-gate.example")
}

impl Client {
    /// Creates a user: the first one of an empty database becomes the admin.
    pub async fn create_user(&self, username: &str, password: &str) -> Result<User, ApiError> {
        self.create_user_with("", &address_of(username), username, password).await
    }

    /// Creates a user by an invitation, as nobody: `query` is `t=` with the token of a mail, or `iid=` with the
    /// invite id of a team; empty for an account without one. 404 for an invitation that is not known.
    pub async fn create_user_with(
        &self,
        query: &str,
        email: &str,
        username: &str,
        password: &str,
    ) -> Result<User, ApiError> {
        let body = json!({ "email": email, "username": username, "password": password });
        let path =
            if query.is_empty() { String::from("/api/v4/users") } else { format!("/api/v4/users?{query}") };
        let made: User = self.post(&path, &body).await?.json()?;
        self.note(|all| all.users.push(made.id.clone()));
        Ok(made)
    }

    /// Creates a user who logs in elsewhere, if ever: without a password, so that no server has to hash one, and without any mail,
    /// neither a welcome nor what they miss. Needs an admin.
    pub async fn create_outside_user(&self, username: &str) -> Result<User, ApiError> {
        let body = json!({
            "email": address_of(username), "username": username, "auth_service": "saml", "auth_data": username,
            "disable_welcome_email": true,
            "notify_props": {
                "channel": "true", "comments": "never", "desktop": "mention", "desktop_sound": "true",
                "desktop_threads": "all", "email": "false", "email_threads": "all", "first_name": "false",
                "mention_keys": "", "push": "mention", "push_status": "online", "push_threads": "all",
            },
        });
        let made: User = self.post("/api/v4/users", &body).await?.json()?;
        self.note(|all| all.users.push(made.id.clone()));
        Ok(made)
    }

    /// Begins a session with a user name or an e-mail address; 401 for a wrong password.
    pub async fn login(&self, login_id: &str, password: &str) -> Result<Login, ApiError> {
        let body = json!({ "login_id": login_id, "password": password });
        let reply = self.post("/api/v4/users/login", &body).await?;
        let token = reply.header("token").unwrap_or_default().to_owned();
        Ok(Login { user: reply.json()?, client: self.with_token(&token) })
    }

    /// Ends this client's session.
    pub async fn logout(&self) -> Result<Reply, ApiError> {
        self.post("/api/v4/users/logout", &json!({})).await
    }

    /// The account of this client's session; 401 once that is over.
    pub async fn me(&self) -> Result<User, ApiError> {
        self.get("/api/v4/users/me").await?.json()
    }

    /// A user by id.
    pub async fn user(&self, id: &str) -> Result<User, ApiError> {
        self.get(&format!("/api/v4/users/{id}")).await?.json()
    }

    /// A user by name: never answered from the by-id cache.
    pub async fn user_by_name(&self, username: &str) -> Result<User, ApiError> {
        self.get(&format!("/api/v4/users/username/{username}")).await?.json()
    }

    /// Users by their names, always from the database; unknown names are left out.
    pub async fn users_by_names(&self, usernames: &[&str]) -> Result<Vec<User>, ApiError> {
        self.post("/api/v4/users/usernames", &json!(usernames)).await?.json()
    }

    /// Deactivates a user or brings them back.
    pub async fn set_active(&self, user: &str, active: bool) -> Result<(), ApiError> {
        self.put(&format!("/api/v4/users/{user}/active"), &json!({ "active": active })).await.map(drop)
    }

    /// Takes another password; only the account itself may, with the one that it has.
    pub async fn change_password(&self, user: &str, current: &str, new: &str) -> Result<(), ApiError> {
        let body = json!({ "current_password": current, "new_password": new });
        self.put(&format!("/api/v4/users/{user}/password"), &body).await.map(drop)
    }

    /// Gives a user other roles: names, separated by blanks. Needs an admin.
    pub async fn set_roles(&self, user: &str, roles: &str) -> Result<(), ApiError> {
        self.put(&format!("/api/v4/users/{user}/roles"), &json!({ "roles": roles })).await.map(drop)
    }

    /// Looks at a user's sessions; only they and admins may.
    pub async fn see_sessions(&self, user: &str) -> Result<(), ApiError> {
        self.get(&format!("/api/v4/users/{user}/sessions")).await.map(drop)
    }

    /// Makes a personal access token for a user; 501 where they are switched off.
    pub async fn create_access_token(&self, user: &str, purpose: &str) -> Result<AccessToken, ApiError> {
        let body = json!({ "description": purpose });
        self.post(&format!("/api/v4/users/{user}/tokens"), &body).await?.json()
    }

    /// Ends a personal access token and the sessions of it.
    pub async fn revoke_access_token(&self, id: &str) -> Result<(), ApiError> {
        self.post("/api/v4/users/tokens/revoke", &json!({ "token_id": id })).await.map(drop)
    }

    /// Makes a member a guest, who sees only the channels that they are in. 501 without a licence or with guests
    /// switched off.
    pub async fn demote(&self, user: &str) -> Result<(), ApiError> {
        self.post(&format!("/api/v4/users/{user}/demote"), &json!({})).await.map(drop)
    }
}
