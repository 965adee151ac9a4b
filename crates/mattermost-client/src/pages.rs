//! Messages of a channel, page by page.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;

use super::client::{Client, Reply};
use super::error::ApiError;
use super::shapes::Post;

/// One page of a channel's messages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PostPage {
    /// Ids, the newest first.
    pub order: Vec<String>,
    /// The messages by id.
    pub posts: BTreeMap<String, Post>,
    /// The next older message, where this page ends before the oldest.
    #[serde(default)]
    pub prev_post_id: String,
}

impl Client {
    /// Asks for a page of a channel's messages, newest first; `query` is `page=0&per_page=30`, or has `before=` or
    /// `after=` with a message's id. 304 where `If-None-Match` among the headers names what is there.
    pub async fn page_of_posts(
        &self,
        channel: &str,
        query: &str,
        headers: &[(&str, &str)],
    ) -> Result<Reply, ApiError> {
        let path = format!("/api/v4/channels/{channel}/posts?{query}");
        self.send_bytes(Method::GET, &path, headers, Vec::new(), &[200, 304]).await
    }
}
