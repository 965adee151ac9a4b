//! The calls about messages and files.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::client::Client;
use super::error::{ApiError, ApiErrorKind};
use super::shapes::{FileInfo, Post};

impl Client {
    /// Sends a message, with files if there are any.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn create_post(&self, channel: &str, message: &str, files: &[&str]) -> Result<Post, ApiError> {
        let body = json!({ "channel_id": channel, "message": message, "file_ids": files });
        self.post("/api/v4/posts", &body).await?.json()
    }

    /// Edits a message.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn edit_post(&self, post: &str, message: &str) -> Result<Post, ApiError> {
        self.put(&format!("/api/v4/posts/{post}/patch"), &json!({ "message": message })).await?.json()
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn delete_post(&self, post: &str) -> Result<(), ApiError> {
        self.delete(&format!("/api/v4/posts/{post}")).await.map(drop)
    }

    /// Ids of the newest messages of a channel, newest first.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn newest_posts(&self, channel: &str) -> Result<Vec<String>, ApiError> {
        #[derive(Deserialize)]
        struct List {
            order: Vec<String>,
        }
        let list: List = self.get(&format!("/api/v4/channels/{channel}/posts")).await?.json()?;
        Ok(list.order)
    }

    /// Puts an emoji below a message, as `user`.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn react(&self, user: &str, post: &str, emoji: &str) -> Result<(), ApiError> {
        let body = json!({ "user_id": user, "post_id": post, "emoji_name": emoji });
        self.post("/api/v4/reactions", &body).await.map(drop)
    }

    /// The emojis below a message.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn reactions(&self, post: &str) -> Result<Vec<String>, ApiError> {
        #[derive(Deserialize)]
        struct Reaction {
            emoji_name: String,
        }
        let path = format!("/api/v4/posts/{post}/reactions");
        let list: Option<Vec<Reaction>> = self.get(&path).await?.json()?;
        Ok(list.unwrap_or_default().into_iter().map(|reaction| reaction.emoji_name).collect())
    }

    /// A post by id; 404 once it is deleted.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn read_post(&self, id: &str) -> Result<Post, ApiError> {
        self.get(&format!("/api/v4/posts/{id}")).await?.json()
    }

    /// Uploads a file to a channel; `channel_id` goes first, because the server reads the form as a stream.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn upload(&self, channel: &str, name: &str, bytes: Vec<u8>) -> Result<FileInfo, ApiError> {
        #[derive(Deserialize)]
        struct Uploaded {
            file_infos: Vec<FileInfo>,
        }
        let form = reqwest::multipart::Form::new()
            .text("channel_id", channel.to_owned())
            .part("files", reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()));
        let request = self.request(Method::POST, "/api/v4/files").multipart(form);
        let reply = self.finish("POST", "/api/v4/files", request, &[201]).await?;
        let uploaded: Uploaded = reply.json()?;
        uploaded.file_infos.into_iter().next().ok_or_else(|| ApiError {
            node: self.node().to_owned(),
            request: "POST /api/v4/files".into(),
            kind: ApiErrorKind::Shape { reason: "names no file".into(), request_id: reply.request_id() },
        })
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// No answer or another status.
    pub async fn download(&self, id: &str) -> Result<Vec<u8>, ApiError> {
        Ok(self.get(&format!("/api/v4/files/{id}")).await?.body)
    }

    /// A file's facts.
    ///
    /// # Errors
    /// No answer, another status, another shape.
    pub async fn file_info(&self, id: &str) -> Result<FileInfo, ApiError> {
        self.get(&format!("/api/v4/files/{id}/info")).await?.json()
    }
}
