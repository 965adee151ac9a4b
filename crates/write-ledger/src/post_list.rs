//! How the posts of the ledger's channel are read from a node: in pages of two hundred, or by their ids.

use std::collections::HashMap;

use mattermost_client::ApiError;
use serde::Deserialize;
use serde_json::json;

use crate::post_sheet::{PostRow, PostSeen, PostSheet};
use crate::reading::{BulkReading, Sighting, Sightings};
use crate::row::RowId;

/// The most posts that a page has.
const PAGE: usize = 200;

#[derive(Deserialize)]
struct PageOfPosts {
    order: Vec<String>,
    posts: HashMap<String, PostRow>,
}

/// The posts that are looked for, and if all are read anyway, all.
pub(crate) async fn sheet<'a>(reading: &'a BulkReading<'_>) -> Result<&'a PostSheet, ApiError> {
    reading
        .sheet
        .get_or_try_init(|| async {
            if reading.closely { by_ids(reading).await } else { pages(reading).await }
        })
        .await
}

async fn pages(reading: &BulkReading<'_>) -> Result<PostSheet, ApiError> {
    let mut sheet = PostSheet::default();
    for page in 0_u32.. {
        let channel = &reading.premises.channel;
        // Without the last parameter each page brings the roots of its answers again.
        let path =
            format!("/api/v4/channels/{channel}/posts?page={page}&per_page={PAGE}&skipFetchThreads=true");
        let mut list: PageOfPosts = reading.get(&path).await?.json()?;
        for id in &list.order {
            if let Some(post) = list.posts.remove(id) {
                sheet.add(reading.premises, post, false);
            }
        }
        if list.order.len() < PAGE {
            break;
        }
    }
    Ok(sheet)
}

async fn by_ids(reading: &BulkReading<'_>) -> Result<PostSheet, ApiError> {
    let mut sheet = PostSheet::default();
    for some in reading.wanted.chunks(PAGE) {
        let ids: Vec<&str> = some.iter().map(RowId::as_str).collect();
        let reply = reading.author().post("/api/v4/posts/ids", &json!(ids)).await?;
        let posts: Vec<PostRow> = reading.attested(reply).json()?;
        posts.into_iter().for_each(|post| sheet.add(reading.premises, post, true));
    }
    Ok(sheet)
}

/// What a kind of posts sees of the rows that it looks for.
pub(crate) async fn sightings(
    reading: &BulkReading<'_>,
    kind: &str,
    show: impl Fn(&PostSeen) -> Option<Sighting>,
) -> Result<Sightings, ApiError> {
    let sheet = sheet(reading).await?;
    let rows = sheet.of(reading.wanted).filter_map(|(id, post)| Some((id, show(post)?))).collect();
    Ok(Sightings { rows, marked: sheet.marked(kind) })
}

/// What a post says.
pub(crate) fn words(post: &PostSeen) -> Option<Sighting> {
    Some(Sighting { says: post.message, text: post.text.clone() })
}
