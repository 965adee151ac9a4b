//! The calls about files, pictures and emojis.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::json;

use super::client::{Client, Reply};
use super::error::ApiError;
use super::shapes::{Emoji, FileInfo, Upload};

impl Client {
    /// Uploads a file to a channel; `channel_id` goes first, because the server reads the form as a stream.
    pub async fn upload(&self, channel: &str, name: &str, bytes: Vec<u8>) -> Result<FileInfo, ApiError> {
        #[derive(Deserialize)]
        struct Uploaded {
            file_infos: Vec<FileInfo>,
        }
        let form = Form::new()
            .text("channel_id", channel.to_owned())
            .part("files", Part::bytes(bytes).file_name(name.to_owned()));
        let request = self.request(Method::POST, "/api/v4/files").multipart(form);
        let reply = self.finish("POST", "/api/v4/files", request, &[201]).await?;
        let uploaded: Uploaded = reply.json()?;
        uploaded.file_infos.into_iter().next().ok_or_else(|| reply.misshapen("names no file".into()))
    }

    /// A file's bytes.
    pub async fn download(&self, id: &str) -> Result<Vec<u8>, ApiError> {
        Ok(self.get(&format!("/api/v4/files/{id}")).await?.body)
    }

    /// A smaller version of a picture: `thumbnail` or `preview`; 400 for a file that is no picture.
    pub async fn smaller_picture(&self, id: &str, which: &str) -> Result<Vec<u8>, ApiError> {
        Ok(self.get(&format!("/api/v4/files/{id}/{which}")).await?.body)
    }

    /// Where people without an account find a file, without scheme and host: the server puts its `SiteURL` before it.
    /// The file must be attached to a post. The last `/files/` counts, as the site's own path may have one too.
    /// 403 where public links are off.
    pub async fn public_path(&self, id: &str) -> Result<String, ApiError> {
        #[derive(Deserialize)]
        struct Link {
            link: String,
        }
        let reply = self.get(&format!("/api/v4/files/{id}/link")).await?;
        let link: Link = reply.json()?;
        let path = link.link.rfind("/files/").map(|at| link.link[at..].to_owned());
        path.ok_or_else(|| reply.misshapen(format!("has no path of a file: {}", link.link)))
    }

    /// Begins an upload in parts.
    pub async fn begin_upload(&self, channel: &str, name: &str, size: usize) -> Result<Upload, ApiError> {
        let body = json!({ "channel_id": channel, "filename": name, "file_size": size });
        self.post("/api/v4/uploads", &body).await?.json()
    }

    /// How far an upload has come.
    pub async fn upload_state(&self, id: &str) -> Result<Upload, ApiError> {
        self.get(&format!("/api/v4/uploads/{id}")).await?.json()
    }

    /// Sends the next part; with the last one the file is there. 400 where the first of several parts has less than 5 MiB.
    pub async fn continue_upload(&self, id: &str, part: Vec<u8>) -> Result<Option<FileInfo>, ApiError> {
        let path = format!("/api/v4/uploads/{id}");
        let reply = self.send_bytes(Method::POST, &path, &[], part, &[200, 204]).await?;
        if reply.status == 204 { Ok(None) } else { reply.json().map(Some) }
    }

    /// Makes an emoji, as `creator`.
    pub async fn create_emoji(&self, creator: &str, name: &str, png: Vec<u8>) -> Result<Emoji, ApiError> {
        let told = json!({ "name": name, "creator_id": creator }).to_string();
        let form = Form::new().text("emoji", told);
        let made: Emoji = self.send_picture("/api/v4/emoji", form, png).await?.json()?;
        self.note(|all| all.emojis.push(made.id.clone()));
        Ok(made)
    }

    /// An emoji by its name; 404 without one.
    pub async fn emoji_named(&self, name: &str) -> Result<Emoji, ApiError> {
        self.get(&format!("/api/v4/emoji/name/{name}")).await?.json()
    }

    /// The picture at one of `/emoji/{id}/image`, `/users/{id}/image`, `/teams/{id}/image`.
    pub async fn picture(&self, of: &str) -> Result<Vec<u8>, ApiError> {
        Ok(self.get(&format!("/api/v4/{of}/image")).await?.body)
    }

    /// Sets the picture of `users/{id}` or `teams/{id}`; the server scales it down.
    pub async fn set_picture(&self, of: &str, png: Vec<u8>) -> Result<(), ApiError> {
        self.send_picture(&format!("/api/v4/{of}/image"), Form::new(), png).await.map(drop)
    }

    async fn send_picture(&self, path: &str, form: Form, png: Vec<u8>) -> Result<Reply, ApiError> {
        let form = form.part("image", Part::bytes(png).file_name("gate.png"));
        let request = self.request(Method::POST, path).multipart(form);
        self.finish("POST", path, request, &[200, 201]).await
    }
}
