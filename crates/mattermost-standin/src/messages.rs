//! What the database holds about what was said: posts, reactions, files, emojis.

use serde_json::{Value, json};

/// A post.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) id: String,
    pub(super) create_at: i64,
    pub(super) update_at: i64,
    pub(super) edit_at: i64,
    pub(super) delete_at: i64,
    pub(super) is_pinned: bool,
    pub(super) user_id: String,
    pub(super) channel_id: String,
    pub(super) root_id: String,
    pub(super) original_id: String,
    pub(super) message: String,
    pub(super) kind: String,
    pub(super) props: Value,
    pub(super) file_ids: Vec<String>,
    pub(super) pending_post_id: String,
}

impl Post {
    /// A new post; `kind` is empty for what people write.
    pub(super) fn new(id: String, now: i64, user: &str, channel: &str, message: &str, kind: &str) -> Self {
        Self {
            id,
            create_at: now,
            update_at: now,
            edit_at: 0,
            delete_at: 0,
            is_pinned: false,
            user_id: user.into(),
            channel_id: channel.into(),
            root_id: String::new(),
            original_id: String::new(),
            message: message.into(),
            kind: kind.into(),
            props: json!({}),
            file_ids: Vec::new(),
            pending_post_id: String::new(),
        }
    }

    /// The post on the wire; `metadata` is what the reader is told about its files and reactions.
    pub(super) fn json(&self, replies: usize, metadata: Value) -> Value {
        let mut post = json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.update_at, "edit_at": self.edit_at,
            "delete_at": self.delete_at, "is_pinned": self.is_pinned, "user_id": self.user_id,
            "channel_id": self.channel_id, "root_id": self.root_id, "original_id": self.original_id,
            "message": self.message, "type": self.kind, "props": self.props, "hashtags": self.hashtags(),
            "file_ids": self.file_ids, "pending_post_id": self.pending_post_id,
        });
        if self.kind.is_empty() {
            post["remote_id"] = json!("");
        }
        post["reply_count"] = json!(replies);
        post["last_reply_at"] = json!(0);
        post["participants"] = Value::Null;
        post["metadata"] = metadata;
        post
    }

    fn hashtags(&self) -> String {
        let tags: Vec<&str> =
            self.message.split_whitespace().filter(|word| word.len() > 3 && word.starts_with('#')).collect();
        tags.join(" ")
    }
}

/// A reaction to a post.
#[derive(Debug, Clone)]
pub(super) struct Reaction {
    pub(super) user_id: String,
    pub(super) post_id: String,
    pub(super) emoji_name: String,
    pub(super) create_at: i64,
    pub(super) channel_id: String,
}

impl Reaction {
    pub(super) fn json(&self) -> Value {
        json!({
            "user_id": self.user_id, "post_id": self.post_id, "emoji_name": self.emoji_name,
            "create_at": self.create_at, "update_at": self.create_at, "delete_at": 0, "remote_id": "",
            "channel_id": self.channel_id,
        })
    }
}

/// A blurred miniature, JPEG in base64. The product makes a real one; here it is the same few bytes for all.
const MINI_PREVIEW: &str = "/9j/2wCEAAMCAgMCAgMDAwMEAwM=";

/// An upload that comes in parts.
#[derive(Debug, Clone)]
pub(super) struct UploadSession {
    pub(super) id: String,
    pub(super) create_at: i64,
    pub(super) user_id: String,
    pub(super) channel_id: String,
    pub(super) name: String,
    /// What was announced.
    pub(super) size: usize,
    /// What has come so far.
    pub(super) offset: usize,
    /// The key of the file that it becomes.
    pub(super) key: String,
}

impl UploadSession {
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id, "type": "attachment", "create_at": self.create_at, "user_id": self.user_id,
            "channel_id": self.channel_id, "filename": self.name, "file_size": self.size,
            "file_offset": self.offset, "remote_id": "", "req_file_id": "",
        })
    }
}

/// An emoji of somebody's making.
#[derive(Debug, Clone)]
pub(super) struct Emoji {
    pub(super) id: String,
    pub(super) create_at: i64,
    pub(super) creator_id: String,
    pub(super) name: String,
    /// The bytes' own content type.
    pub(super) mime_type: String,
}

impl Emoji {
    /// Where its picture is; a deleted one's is moved aside.
    pub(super) fn key(&self) -> String {
        format!("emoji/{}/image", self.id)
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.create_at, "delete_at": 0,
            "creator_id": self.creator_id, "name": self.name,
        })
    }
}

/// What is known about an uploaded file.
#[derive(Debug, Clone)]
pub(super) struct FileInfo {
    pub(super) id: String,
    pub(super) user_id: String,
    pub(super) post_id: String,
    pub(super) channel_id: String,
    pub(super) create_at: i64,
    pub(super) name: String,
    pub(super) size: usize,
    pub(super) mime_type: String,
    /// Width and height of a picture.
    pub(super) picture: Option<(u32, u32)>,
    /// Its key in the file store.
    pub(super) key: String,
}

impl FileInfo {
    /// The key of a smaller version: `…/name_thumb.png` beside `…/name.png`.
    pub(super) fn smaller(&self, which: &str) -> String {
        match self.key.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}_{which}.{extension}"),
            None => format!("{}_{which}", self.key),
        }
    }

    pub(super) fn json(&self) -> Value {
        let mut info = json!({"id": self.id, "user_id": self.user_id});
        if !self.post_id.is_empty() {
            info["post_id"] = json!(self.post_id);
        }
        info["channel_id"] = json!(self.channel_id);
        info["create_at"] = json!(self.create_at);
        info["update_at"] = json!(self.create_at);
        info["delete_at"] = json!(0);
        info["name"] = json!(self.name);
        info["extension"] = json!(self.name.rsplit_once('.').map_or("", |(_, extension)| extension));
        info["size"] = json!(self.size);
        info["mime_type"] = json!(self.mime_type);
        if let Some((width, height)) = self.picture {
            info["width"] = json!(width);
            info["height"] = json!(height);
            info["has_preview_image"] = json!(true);
        }
        info["mini_preview"] = if self.picture.is_some() { json!(MINI_PREVIEW) } else { Value::Null };
        info["remote_id"] = json!("");
        info["archived"] = json!(false);
        info
    }
}
