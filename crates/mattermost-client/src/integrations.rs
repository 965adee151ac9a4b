//! The calls about integrations: webhooks, slash commands, buttons, dialogs, bots.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::error::ApiError;
use super::pages::PostPage;
use super::shapes::Post;

/// An outgoing webhook or a slash command: what the server calls, and how it proves that it is the server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Integration {
    /// 26 characters.
    pub id: String,
    /// Sent along with each call; empty for incoming webhooks, whose id is the secret.
    #[serde(default)]
    pub token: String,
}

/// What a slash command came to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommandAnswer {
    /// `ephemeral`, `in_channel`, or empty.
    #[serde(default)]
    pub response_type: String,
    /// The text of the answer.
    #[serde(default)]
    pub text: String,
}

/// What a submitted dialog came to: nothing, or what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct DialogAnswer {
    /// What is wrong with the whole.
    #[serde(default)]
    pub error: String,
    /// What is wrong with single fields.
    #[serde(default)]
    pub errors: std::collections::BTreeMap<String, String>,
}

/// A bot account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Bot {
    /// The account's id.
    pub user_id: String,
    /// Lower case.
    pub username: String,
}

impl Client {
    /// Creates an incoming webhook that posts to a channel.
    pub async fn create_incoming_hook(&self, channel: &str, name: &str) -> Result<Integration, ApiError> {
        let body = json!({ "channel_id": channel, "display_name": name });
        self.post("/api/v4/hooks/incoming", &body).await?.json()
    }

    /// Deletes an incoming webhook.
    pub async fn delete_incoming_hook(&self, hook: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/hooks/incoming/{hook}")).await.map(drop)
    }

    /// Posts through an incoming webhook, as any program would; 400 once the webhook is gone.
    pub async fn post_through(&self, hook: &str, text: &str) -> Result<Reply, ApiError> {
        self.send(Method::POST, &format!("/hooks/{hook}"), Some(&json!({ "text": text })), &[200]).await
    }

    /// Posts a body of any kind through an incoming webhook: JSON, or a form.
    pub async fn post_body_through(&self, hook: &str, kind: &str, body: String) -> Result<Reply, ApiError> {
        let path = format!("/hooks/{hook}");
        self.send_bytes(Method::POST, &path, &[("content-type", kind)], body.into_bytes(), &[200]).await
    }

    /// Creates an outgoing webhook: posts of this channel that begin with `word` are sent to `callback` as JSON.
    pub async fn create_outgoing_hook(
        &self,
        team: &str,
        channel: &str,
        word: &str,
        callback: &str,
    ) -> Result<Integration, ApiError> {
        let body = json!({
            "team_id": team, "channel_id": channel, "display_name": word, "trigger_words": [word],
            "trigger_when": 0, "callback_urls": [callback], "content_type": "application/json",
        });
        self.post("/api/v4/hooks/outgoing", &body).await?.json()
    }

    /// Creates the slash command `/trigger`, sent to `url` as a form by POST.
    pub async fn create_command(
        &self,
        team: &str,
        trigger: &str,
        url: &str,
    ) -> Result<Integration, ApiError> {
        let body = json!({ "team_id": team, "trigger": trigger, "method": "P", "url": url });
        self.post("/api/v4/commands", &body).await?.json()
    }

    /// Runs a slash command in a channel; 500 when the command's endpoint failed.
    pub async fn execute(&self, channel: &str, command: &str) -> Result<CommandAnswer, ApiError> {
        let body = json!({ "channel_id": channel, "command": command });
        self.post("/api/v4/commands/execute", &body).await?.json()
    }

    /// Answers a slash command later. `response_url` is the site's, and its path is the same on every node: it is
    /// asked at this client's address. Its last `/hooks/` counts, as the site's own path may have one too.
    pub async fn respond_late(&self, response_url: &str, text: &str) -> Result<(), ApiError> {
        let path = response_url.rsplit_once("/hooks/").map_or("", |(_, rest)| rest);
        let body = json!({ "response_type": "in_channel", "text": text });
        self.send(Method::POST, &format!("/hooks/{path}"), Some(&body), &[200]).await.map(drop)
    }

    /// Opens a dialog for whoever did what `trigger` stands for; needs no session. 400 for a trigger that is made up or
    /// too old.
    pub async fn open_dialog(&self, trigger: &str, url: &str, dialog: &Value) -> Result<(), ApiError> {
        let body = json!({ "trigger_id": trigger, "url": url, "dialog": dialog });
        self.post("/api/v4/actions/dialogs/open", &body).await.map(drop)
    }

    /// Submits a dialog: `body` has url, `callback_id`, state, channel, team and what was filled in. 400 when
    /// the endpoint failed.
    pub async fn submit_dialog(&self, body: &Value) -> Result<DialogAnswer, ApiError> {
        self.post("/api/v4/actions/dialogs/submit", body).await?.json()
    }

    /// Sends a message with properties, such as attachments with buttons.
    pub async fn create_post_with(
        &self,
        channel: &str,
        message: &str,
        props: &Value,
    ) -> Result<Post, ApiError> {
        let body = json!({ "channel_id": channel, "message": message, "props": props });
        self.post("/api/v4/posts", &body).await?.json()
    }

    /// Presses a button of a message; 400 when the button's endpoint failed.
    pub async fn press(&self, post: &str, action: &str) -> Result<(), ApiError> {
        self.post(&format!("/api/v4/posts/{post}/actions/{action}"), &json!({})).await.map(drop)
    }

    /// The newest messages of a channel, in no order.
    pub async fn channel_posts(&self, channel: &str) -> Result<Vec<Post>, ApiError> {
        let page: PostPage = self.get(&format!("/api/v4/channels/{channel}/posts")).await?.json()?;
        Ok(page.posts.into_values().collect())
    }

    /// Creates a bot account.
    pub async fn create_bot(&self, username: &str) -> Result<Bot, ApiError> {
        let body = json!({ "username": username, "display_name": "Upgrade gate" });
        let made: Bot = self.post("/api/v4/bots", &body).await?.json()?;
        self.note(|all| all.bots.push(made.user_id.clone()));
        Ok(made)
    }

    /// Disables a bot: it keeps its posts and loses its sessions.
    pub async fn disable_bot(&self, bot: &str) -> Result<(), ApiError> {
        self.post(&format!("/api/v4/bots/{bot}/disable"), &json!({})).await.map(drop)
    }
}
