//! The calls about messages.

use serde::Deserialize;
use serde_json::json;

use super::client::Client;
use super::error::ApiError;
use super::shapes::Post;

impl Client {
    /// Sends a message, with files if there are any.
    pub async fn create_post(&self, channel: &str, message: &str, files: &[&str]) -> Result<Post, ApiError> {
        let body = json!({ "channel_id": channel, "message": message, "file_ids": files });
        self.post("/api/v4/posts", &body).await?.json()
    }

    /// Edits a message.
    pub async fn edit_post(&self, post: &str, message: &str) -> Result<Post, ApiError> {
        self.put(&format!("/api/v4/posts/{post}/patch"), &json!({ "message": message })).await?.json()
    }

    /// Deletes a message.
    pub async fn delete_post(&self, post: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/posts/{post}")).await.map(drop)
    }

    /// Ids of the newest messages of a channel, newest first.
    pub async fn newest_posts(&self, channel: &str) -> Result<Vec<String>, ApiError> {
        self.ids(&format!("/api/v4/channels/{channel}/posts")).await
    }

    /// Puts an emoji below a message, as `user`.
    pub async fn react(&self, user: &str, post: &str, emoji: &str) -> Result<(), ApiError> {
        let body = json!({ "user_id": user, "post_id": post, "emoji_name": emoji });
        self.post("/api/v4/reactions", &body).await.map(drop)
    }

    /// The emojis below a message.
    pub async fn reactions(&self, post: &str) -> Result<Vec<String>, ApiError> {
        #[derive(Deserialize)]
        struct SavedReaction {
            emoji_name: String,
        }
        let path = format!("/api/v4/posts/{post}/reactions");
        let list: Option<Vec<SavedReaction>> = self.get(&path).await?.json()?;
        Ok(list.unwrap_or_default().into_iter().map(|reaction| reaction.emoji_name).collect())
    }

    /// A post by id; 404 once it is deleted.
    pub async fn read_post(&self, id: &str) -> Result<Post, ApiError> {
        self.get(&format!("/api/v4/posts/{id}")).await?.json()
    }

    /// Answers a message.
    pub async fn reply(&self, channel: &str, root: &str, message: &str) -> Result<Post, ApiError> {
        let body = json!({ "channel_id": channel, "root_id": root, "message": message });
        self.post("/api/v4/posts", &body).await?.json()
    }

    /// Ids of a thread's messages: its root and the answers, in no promised order.
    pub async fn thread(&self, root: &str) -> Result<Vec<String>, ApiError> {
        self.ids(&format!("/api/v4/posts/{root}/thread")).await
    }

    /// Pins a message to its channel, or takes it down.
    pub async fn pin(&self, post: &str, pinned: bool) -> Result<(), ApiError> {
        let action = if pinned { "pin" } else { "unpin" };
        self.post(&format!("/api/v4/posts/{post}/{action}"), &json!({})).await.map(drop)
    }

    /// Ids of the messages that are pinned to a channel.
    pub async fn pinned(&self, channel: &str) -> Result<Vec<String>, ApiError> {
        self.ids(&format!("/api/v4/channels/{channel}/pinned")).await
    }

    /// What a message said before its edits, newest first; only its author is told. 404 without an edit.
    pub async fn former_texts(&self, post: &str) -> Result<Vec<String>, ApiError> {
        let list: Vec<Post> = self.get(&format!("/api/v4/posts/{post}/edit_history")).await?.json()?;
        Ok(list.into_iter().map(|former| former.message).collect())
    }

    /// Ids of the messages of a team that have all these words.
    pub async fn search_posts(&self, team: &str, words: &str) -> Result<Vec<String>, ApiError> {
        let body = json!({ "terms": words, "is_or_search": false });
        Ok(self.post(&format!("/api/v4/teams/{team}/posts/search"), &body).await?.json::<List>()?.order)
    }

    async fn ids(&self, path: &str) -> Result<Vec<String>, ApiError> {
        Ok(self.get(path).await?.json::<List>()?.order)
    }
}

/// A list of messages: their ids in order, and more that nobody reads here.
#[derive(Deserialize)]
struct List {
    order: Vec<String>,
}
