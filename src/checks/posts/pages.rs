//! `posts.pages`: a channel of several pages, read through all nodes in turn as apps scroll through it, and what they are
//! told of a page that they have.

use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::read::GzDecoder;
use futures_util::future::try_join_all;

use crate::checks::channel;
use crate::checks::prelude::*;
use crate::mattermost::{PostPage, Reply};

pub(in crate::checks) const CHECK: Check = Check::new(
    "posts.pages",
    "a channel of several pages has each message once, in order, through all nodes in turn; a page that is known is not sent again, a packed one is the same",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
);

/// How many messages stable is given to keep.
const WRITTEN: usize = 70;
/// How many of them are a page: what servers keep in a cache, as those of 60.
const SIZE: usize = 30;
/// The newest page.
const NEWEST: &str = "page=0&per_page=30";
/// More than there are pages: a list that never ends is not followed further.
const MOST_PAGES: usize = 20;

/// The messages of the channel: their time and id.
const POSTS: Entry<Vec<(i64, String)>> = Entry::new("several pages of messages");

async fn run(cx: &Context<'_>) {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    if POSTS.is_wanted(cx) {
        let written = cx.step(format!("write {WRITTEN} messages"), write(cx, &channel, WRITTEN)).await;
        let Ok(written) = written else { return };
        POSTS.put(cx, written);
    } else if POSTS.kept(cx).is_none() {
        // Says why there are none.
        POSTS.old(cx);
        return;
    }
    cx.each_version(async |walk| walked(cx, &channel, &walk).await).await;
    cx.on_each_at_once(cx.places, "{node} does not send a page again that is known", |place| {
        unchanged(place, &channel)
    })
    .await;
    cx.on_each_at_once(cx.places, "{node} has the same page packed", |place| packed(place, &channel)).await;
}

/// One more message, which nobody may miss, and then all pages in three ways.
async fn walked(cx: &Context<'_>, channel: &str, walk: &Walk<'_>) -> Result<(), Reported> {
    let before = async {
        let pages = cx.places.iter().map(async |place| asked(place, channel, NEWEST, &[]).await);
        try_join_all(pages).await
    };
    let before = cx.step("every node shows the newest page", before).await?;
    let known: Vec<String> = before.iter().map(|reply| etag(reply).to_owned()).collect();
    let one = async {
        let post = walk.alice().create_post(channel, "one more", &[]).await.expecting("a new post")?;
        Ok((post.create_at, post.id))
    };
    let one = walk.step("write one more on {node}", one).await?;
    let mut posts = POSTS.kept(cx).unwrap_or_default();
    posts.push(one.clone());
    posts.sort();
    POSTS.put(cx, posts.clone());
    let tags = cx.places.iter().zip(&known);
    for (place, tag) in tags {
        let shown = cx.until_replicated(place, async || {
            let reply = asked(place, channel, NEWEST, &[("if-none-match", tag)]).await?;
            let expected = format!("200 with the new message {} for one who has the page of before", one.1);
            place.ensure(reply.status == 200, &expected, reply.status.to_string())?;
            let newest = page(&reply)?.order.first().cloned().unwrap_or_default();
            place.ensure(newest == one.1, expected, format!("{newest} as the newest"))
        });
        cx.step(format!("{place} shows it to one who has the page of before"), shown).await?;
    }
    for (name, way) in [("page by page", Scroll::Numbers), ("back from the newest", Scroll::Before)] {
        cx.verify(format!("{name}, from {} on", walk.actor), read(cx, channel, walk, way, &posts)).await;
    }
    let oldest = posts.first().map(|(_, id)| id.clone()).unwrap_or_default();
    let way = Scroll::After(oldest);
    cx.verify(format!("on from the oldest, from {} on", walk.actor), read(cx, channel, walk, way, &posts))
        .await;
    Ok(())
}

/// How a list is gone through.
#[derive(Clone)]
enum Scroll {
    /// By the number of the page.
    Numbers,
    /// By what comes before the last one of a page.
    Before,
    /// By what comes after the first one of a page, from this one on, which is not among them.
    After(String),
}

/// Writes messages through all nodes in turn: their times and ids.
async fn write(cx: &Context<'_>, channel: &str, count: usize) -> Result<Vec<(i64, String)>, StepError> {
    let mut posts = Vec::new();
    for (n, place) in cx.places.iter().cycle().take(count).enumerate() {
        let text = format!("number {n} of several pages, written on {}", place.name);
        let post = place.alice().create_post(channel, &text, &[]).await.expecting("a new post")?;
        posts.push((post.create_at, post.id));
    }
    Ok(posts)
}

/// Goes through the list from node to node: each message that is known comes once, in order, with no other twice.
async fn read(
    cx: &Context<'_>,
    channel: &str,
    walk: &Walk<'_>,
    way: Scroll,
    posts: &[(i64, String)],
) -> Result<(), StepError> {
    let first = cx.places.iter().position(|place| place.name == walk.actor.name).unwrap_or_default();
    let turn = cx.places.iter().cycle().skip(first);
    let (mut shown, mut cursor, mut asked_last) = (Vec::new(), String::new(), walk.actor);
    if let Scroll::After(oldest) = &way {
        cursor.clone_from(oldest);
    }
    for (n, place) in turn.take(MOST_PAGES).enumerate() {
        let query = match &way {
            Scroll::Numbers => format!("page={n}&per_page={SIZE}"),
            Scroll::Before if cursor.is_empty() => NEWEST.to_owned(),
            Scroll::Before => format!("per_page={SIZE}&before={cursor}"),
            Scroll::After(_) => format!("per_page={SIZE}&after={cursor}"),
        };
        let page = page(&asked(place, channel, &query, &[]).await?)?;
        asked_last = place;
        let (Some(newest), Some(oldest)) = (page.order.first(), page.order.last()) else { break };
        let older = !matches!(way, Scroll::After(_));
        cursor.clone_from(if older { oldest } else { newest });
        let times =
            page.order.iter().map(|id| (page.posts.get(id).map_or(0, |post| post.create_at), id.clone()));
        // Oldest first in all three ways.
        let mut times: Vec<(i64, String)> = times.collect();
        times.reverse();
        if older {
            shown.splice(0..0, times)
        } else {
            shown.splice(shown.len().., times)
        };
    }
    let wanted: Vec<&String> = match &way {
        Scroll::After(oldest) => posts.iter().map(|(_, id)| id).filter(|id| *id != oldest).collect(),
        _ => posts.iter().map(|(_, id)| id).collect(),
    };
    judged(&shown, &wanted).map_or(Ok(()), |got| {
        Err(asked_last.failed(format!("each of {} messages once, newest first", wanted.len()), got))
    })
}

/// What is wrong with messages that came oldest first; lines of the server's own may be among them.
fn judged(shown: &[(i64, String)], wanted: &[&String]) -> Option<String> {
    let mut seen = BTreeSet::new();
    if let Some((_, twice)) = shown.iter().find(|(_, id)| !seen.insert(id)) {
        return Some(format!("{twice} twice"));
    }
    if let Some(missing) = wanted.iter().find(|id| !seen.contains(*id)) {
        return Some(format!(
            "{} of them, without {missing}",
            wanted.iter().filter(|id| seen.contains(*id)).count()
        ));
    }
    let out = shown.windows(2).find(|pair| pair[0].0 > pair[1].0)?;
    Some(format!("{} of {} before {} of {}", out[0].1, out[0].0, out[1].1, out[1].0))
}

/// The same page asked again by who has it already.
async fn unchanged(place: &Place, channel: &str) -> Result<(), StepError> {
    let first = asked(place, channel, NEWEST, &[]).await?;
    let tag = etag(&first);
    place.ensure(!tag.is_empty(), "an ETag of the newest page", "none")?;
    let again = asked(place, channel, NEWEST, &[("if-none-match", tag)]).await?;
    place.ensure(again.status == 304, format!("304 for If-None-Match: {tag}"), again.status.to_string())
}

/// The same page asked by who can unpack it; whether it comes packed is the server's affair.
async fn packed(place: &Place, channel: &str) -> Result<(), StepError> {
    let plain = page(&asked(place, channel, NEWEST, &[("accept-encoding", "identity")]).await?)?;
    let mut reply = asked(place, channel, NEWEST, &[("accept-encoding", "gzip")]).await?;
    if reply.header("content-encoding").is_some_and(|kind| kind == "gzip") {
        let mut whole = Vec::new();
        let read = GzDecoder::new(reply.body.as_slice()).read_to_end(&mut whole);
        let expected = "a body that can be unpacked, as Content-Encoding: gzip promises";
        read.map_err(|error| place.failed(expected, error.to_string()))?;
        reply.body = whole;
    }
    let packed = page(&reply)?;
    let words = |page: &PostPage| format!("{} messages, {:?} first", page.order.len(), page.order.first());
    place.ensure(packed == plain, format!("the page as it is unpacked: {}", words(&plain)), words(&packed))
}

async fn asked(
    place: &Place,
    channel: &str,
    query: &str,
    headers: &[(&str, &str)],
) -> Result<Reply, StepError> {
    place.bob().page_of_posts(channel, query, headers).await.expecting("a page of the channel")
}

fn page(reply: &Reply) -> Result<PostPage, StepError> {
    reply.json().expecting("a page of the channel")
}

fn etag(reply: &Reply) -> &str {
    reply.header("etag").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_comes_once_and_in_order() {
        let list = |list: &[(i64, &str)]| -> Vec<(i64, String)> {
            list.iter().map(|(at, id)| (*at, (*id).to_owned())).collect()
        };
        let (a, b) = ("a".to_owned(), "b".to_owned());
        let told = |shown: &[(i64, &str)]| judged(&list(shown), &[&a, &b]);
        assert_eq!(told(&[(0, "the server's own"), (1, "a"), (1, "b")]), None);
        assert_eq!(told(&[(1, "a"), (2, "b"), (3, "a")]).as_deref(), Some("a twice"));
        assert_eq!(told(&[(1, "a")]).as_deref(), Some("1 of them, without b"));
        assert_eq!(told(&[(2, "b"), (1, "a")]).as_deref(), Some("b of 2 before a of 1"));
    }
}
