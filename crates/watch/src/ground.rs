//! What the watch stands on: a channel of its own, a message that is searched for, a file that is fetched.

use std::time::Duration;

use anyhow::{Context as _, Result};
use availability::{NotWatched, UserPath};
use basics::wait;
use mattermost_client::{ApiErrorKind, Client};
use tokio::time::Instant;

use crate::setup::WatchLogin;

/// What was made at the start, and what answers are compared with.
#[derive(Debug)]
pub(crate) struct WatchGround {
    pub(crate) me: String,
    pub(crate) team: String,
    pub(crate) channel: String,
    /// A word that one message has.
    pub(crate) word: String,
    /// That message.
    pub(crate) marker: String,
    pub(crate) file: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) login: Option<WatchLogin>,
}

/// How long a server may take to find a message that was just sent: one that has an index of its own fills it in the background.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

impl WatchGround {
    /// Makes it, and says which paths cannot be watched here.
    pub(crate) async fn make(
        client: &Client,
        team: &str,
        name: &str,
        login: Option<WatchLogin>,
    ) -> Result<(Self, Vec<NotWatched>)> {
        let me = client.me().await.context("the watch asked who it is")?.id;
        let channel =
            client.create_channel(team, name, "P").await.context("the watch made a channel of its own")?.id;
        let word: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>() + "marker";
        let marker =
            client.create_post(&channel, &word, &[]).await.context("the watch sent its first message")?.id;
        let bytes: Vec<u8> = (0..64).flat_map(|line| format!("{line:02} upgrade\n").into_bytes()).collect();
        let uploaded = client.upload(&channel, "watch.txt", bytes.clone()).await;
        let file = uploaded.context("the watch uploaded the file that it fetches")?.id;
        let ground = Self { me, team: team.to_owned(), channel, word, marker, file, bytes, login };
        let missing =
            [ground.without_search(client).await, ground.without_login(), without_page(client).await];
        Ok((ground, missing.into_iter().flatten().collect()))
    }

    fn without_login(&self) -> Option<NotWatched> {
        let why = "the watch was given no account with a password".to_owned();
        self.login.is_none().then_some(NotWatched { path: UserPath::Login, why })
    }

    async fn without_search(&self, client: &Client) -> Option<NotWatched> {
        let looked = wait::until_ok(Instant::now() + FOUND_WITHIN, || async {
            match client.search_posts(&self.team, &self.word).await {
                Ok(found) if found.contains(&self.marker) => Ok(()),
                Ok(_) => Err(format!("no search found a message within {} s", FOUND_WITHIN.as_secs())),
                Err(error) => Err(format!("a search at the start failed: {error}")),
            }
        })
        .await;
        looked.err().map(|why| NotWatched { path: UserPath::Search, why })
    }
}

/// A server without the web app has no page: a difference from an upgraded one that has it is for the checks to find.
async fn without_page(client: &Client) -> Option<NotWatched> {
    let why = match client.get("/").await {
        Ok(reply) if is_page(&reply.body) => return None,
        Ok(_) => "GET / answered something that is no page at the start".to_owned(),
        Err(error) if matches!(error.kind, ApiErrorKind::Status { status: 404, .. }) => {
            "GET / answered 404 at the start: this server has no web app built in".to_owned()
        }
        Err(error) => format!("GET / had no page at the start: {error}"),
    };
    Some(NotWatched { path: UserPath::Page, why })
}

/// Whether this begins like a page.
pub(crate) fn is_page(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(512)]).to_ascii_lowercase();
    start.contains("<!doctype html") || start.contains("<html")
}
