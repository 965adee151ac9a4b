//! `posts.search`: what is written on one node is found on every other, and so is what was written on stable.

use sha2::{Digest as _, Sha256};

use crate::checks::channel;
use crate::checks::prelude::*;

pub(in crate::checks) const CHECK: Check = Check::new(
    "posts.search",
    "the search of every node finds new and old messages, and nothing where there is nothing",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
);

/// A message of stable: its id and the word that finds it.
const OLD: Entry<(String, String)> = Entry::new("a message to find");

async fn run(cx: &Context<'_>) {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    if let Some((id, found_by)) = OLD.old(cx) {
        cx.on_each_at_once(cx.places, "finds a message from stable", |place| {
            finds(cx, place, &found_by, Some(&id))
        })
        .await;
    }
    cx.each_version(async |walk| {
        let found_by = word(&format!("{}-{}", cx.nonce, walk.n));
        let written = async {
            let message = format!("look for {found_by} later");
            Ok(walk.alice().create_post(&channel, &message, &[]).await.expecting("a new post")?.id)
        };
        let id = walk.step("write a word on {node}", written).await?;
        OLD.keep(cx, &(id.clone(), found_by.clone()));
        cx.on_each(cx.places, "finds it", |place| finds(cx, place, &found_by, Some(&id))).await;
        Ok(())
    })
    .await;
    cx.on_each_at_once(cx.places, "finds nothing by a word that nobody wrote", async |place| {
        finds(cx, place, &word(&place.name), None).await
    })
    .await;
}

/// Letters only: a search engine would take a word with digits or dashes apart.
fn word(seed: &str) -> String {
    let hash = Sha256::digest(seed.as_bytes());
    let letters = hash.iter().take(14).map(|byte| char::from(b'a' + byte % 26));
    // A beginning that no language bends.
    "zq".chars().chain(letters).collect()
}

/// Exactly this message is found, or none.
async fn finds(cx: &Context<'_>, reader: &Place, words: &str, wanted: Option<&str>) -> Result<(), StepError> {
    let found = reader.bob().search_posts(&cx.home.team_id, words).await.expecting("what was found")?;
    // The same word twice is another check's finding; here it is enough that it is found.
    let right = wanted.map_or(found.is_empty(), |id| found.iter().any(|one| one == id));
    let expected = wanted.map_or("nothing".to_owned(), |id| format!("post {id} by the word {words}"));
    reader.ensure(right, expected, format!("{found:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_letters_and_its_own() {
        assert_eq!(word("a").len(), 16);
        assert!(word("a").bytes().all(|letter| letter.is_ascii_lowercase()));
        assert_ne!(word("a"), word("b"));
    }
}
