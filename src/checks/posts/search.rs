//! `posts.search`: what is written on one node is found on every other, and so is what was written on stable.

use crate::checks::ledger::Entry;
use sha2::{Digest as _, Sha256};

use crate::checks::channel;
use crate::checks::check::{Check, Stages};
use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;

pub(in crate::checks) const CHECK: Check = Check {
    id: "posts.search",
    title: "the search of every node finds new and old messages, and nothing where there is nothing",
    lines: &["S2.4"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A message of stable: its id and the word that finds it.
const OLD: Entry<(String, String)> = Entry::new("old", "a message to find");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await?;
    let mut halted = Ok(());
    if let Some((id, found_by)) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} finds a message from stable", place.label());
            halted = halted.and(cx.step(name, finds(cx, place, &found_by, Some(&id))).await);
        }
    }
    for (n, (actor, _)) in cx.actors().into_iter().enumerate() {
        let found_by = word(&format!("{}-{n}", cx.nonce));
        let name = format!("write a word on {}", actor.label());
        let id = cx.step(name, async {
            let message = format!("look for {found_by} later");
            let post = cx.home.alice.at(&actor.anyone).create_post(&channel, &message, &[]).await;
            Ok(post.expecting("a new post")?.id)
        });
        let id = id.await?;
        OLD.keep(cx, &(id.clone(), found_by.clone()));
        for reader in cx.places {
            let name = format!("{} finds it", reader.label());
            let found = cx.crossed(reader, || finds(cx, reader, &found_by, Some(&id)));
            halted = halted.and(cx.step(name, found).await);
        }
    }
    for reader in cx.places {
        let name = format!("{} finds nothing by a word that nobody wrote", reader.label());
        halted = halted.and(cx.step(name, finds(cx, reader, &word(&reader.name), None)).await);
    }
    halted
}

/// Letters only: a search engine would take a word with digits or dashes apart.
fn word(seed: &str) -> String {
    let hash = Sha256::digest(seed.as_bytes());
    let letters = hash.iter().take(14).map(|byte| char::from(b'a' + byte % 26));
    // A beginning that no language bends.
    "zq".chars().chain(letters).collect()
}

/// Exactly this message is found, or none.
async fn finds(cx: &Context<'_>, reader: &Place, words: &str, wanted: Option<&str>) -> Result<(), Stop> {
    let bob = cx.home.bob.at(&reader.anyone);
    let found = bob.search_posts(&cx.home.team_id, words).await.expecting("what was found")?;
    // The same word twice is another check's finding; here it is enough that it is found.
    let right = wanted.map_or(found.is_empty(), |id| found.iter().any(|one| one == id));
    if right {
        return Ok(());
    }
    let expected = wanted.map_or("nothing".to_owned(), |id| format!("post {id} by the word {words}"));
    Err(Stop::failed_at(&reader.name, expected, format!("{found:?}")))
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
