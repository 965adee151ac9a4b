//! `posts.long`: the longest message that stable takes comes back whole on every node, and what is longer is refused as
//! stable refused it.
//!
//! Servers count characters, not bytes: 16,383 of up to four bytes each fit into the database's column. What is longer was
//! refused with 400 by real servers of 11.6 to 12.0.

use crate::announced::{Change, Ground};
use crate::checks::channel;
use crate::checks::explained::{applying, told};
use crate::checks::prelude::*;
use crate::mattermost::ApiError;

pub(in crate::checks) const CHECK: Check = Check::new(
    "posts.long",
    "a message of 16,383 characters written on one node is whole on every other, and longer ones are answered as stable did",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
);

/// The most that servers take, what is one more, and what is more than the column has bytes.
const LENGTHS: [usize; 3] = [16_383, 16_384, 70_000];

/// What makes a message hard to carry: letters of one to four bytes.
const LETTERS: [char; 8] = ['a', 'é', 'ß', '漢', '字', '🎉', '👍', ' '];

/// A long message of stable: its id, and the seed of its text with its length.
const OLD: Entry<(String, String, usize)> = Entry::new("a long message");
/// What stable answered to a message of each length.
const ANSWERS: Entry<Vec<String>> = Entry::new("answers to long messages");

async fn run(cx: &Context<'_>) {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    if let Some((id, seed, length)) = OLD.old(cx) {
        let text = text(&seed, length);
        cx.on_each_at_once(cx.places, "shows a long message from stable whole", |place| {
            reads(place, &id, &text)
        })
        .await;
    }
    let known = ANSWERS.old(cx);
    cx.each_version(async |walk| {
        let mut answers = Vec::new();
        for (n, length) in LENGTHS.into_iter().enumerate() {
            let wanted = known.as_ref().and_then(|known| known.get(n)).map(String::as_str);
            answers.extend(sent(cx, &walk, &channel, length, wanted).await?);
        }
        if ANSWERS.is_wanted(cx) && answers.len() == LENGTHS.len() {
            ANSWERS.put(cx, answers);
            if OLD.is_wanted(cx) {
                OLD.none(cx, &format!("stable takes no message of {} characters", LENGTHS[0]));
            }
        }
        Ok(())
    })
    .await;
}

/// Sends a message of this length; where it is taken, every node must show it whole. What the answer was, unless it is a
/// failure.
async fn sent(
    cx: &Context<'_>,
    walk: &Walk<'_>,
    channel: &str,
    length: usize,
    wanted: Option<&str>,
) -> Result<Option<String>, Reported> {
    let seed = format!("{}-{}-{length}", cx.nonce, walk.n);
    let text = text(&seed, length);
    let answer = async {
        let answer = walk.alice().create_post(channel, &text, &[]).await;
        let word = word(&answer);
        match wanted {
            Some(wanted) if word != wanted => {
                if let (Ok(post), Some(_)) = (&answer, grown(cx, length)) {
                    return Ok((Some(post.id.clone()), word));
                }
                let expected = format!("what stable answered to {length} characters: {wanted}");
                answer.expecting(&expected)?;
                Err(walk.actor.failed(expected, word))
            }
            // A refusal for its length is an answer; anything else is none.
            None if answer.as_ref().is_err_and(|error| !matches!(error.status(), Some(400 | 413))) => {
                answer.expecting(&format!("201, or 400 for a message of {length} characters"))?;
                Ok((None, word))
            }
            _ => Ok((answer.ok().map(|post| post.id), word)),
        }
    };
    let name = format!("{{node}} answers a message of {length} characters as stable does");
    let (taken, word) = walk.step(&name, answer).await?;
    if let (Some(change), Some(wanted)) = (grown(cx, length), wanted)
        && word != wanted
    {
        cx.judge(format!("{} takes {length} characters", walk.actor), told(&[change]));
    }
    if let Some(id) = taken {
        OLD.keep(cx, &(id.clone(), seed, length));
        cx.on_each(walk.readers(), &format!("shows all {length} characters"), |place| {
            reads(place, &id, &text)
        })
        .await;
    }
    Ok(Some(word))
}

/// What was announced of messages that may be longer than stable's.
fn grown(cx: &Context<'_>, length: usize) -> Option<&'static Change> {
    let (most, now) = (LENGTHS[0].to_string(), length.to_string());
    applying(cx, &Ground::default()).client("MaxPostSize", &most, &now)
}

/// An answer in a word, the same for the same answer.
fn word<T>(answer: &Result<T, ApiError>) -> String {
    match answer {
        Ok(_) => "201".to_owned(),
        Err(error) => match error.status() {
            Some(status) => format!("{status} {}", error.id()),
            None => error.got(),
        },
    }
}

/// A text of this many characters, another one for each seed, that begins and ends with a letter: servers may trim.
fn text(seed: &str, length: usize) -> String {
    let letters = seed.bytes().cycle().zip(0_usize..).map(|(byte, n)| LETTERS[(usize::from(byte) + n) % 8]);
    let middle = letters.take(length.saturating_sub(2));
    std::iter::once('a').chain(middle).chain(['z']).collect()
}

async fn reads(place: &Place, id: &str, text: &str) -> Result<(), StepError> {
    let seen = place.bob().read_post(id).await.expecting("the message")?.message;
    place.ensure(seen == text, format!("all {} characters", text.chars().count()), differing(text, &seen))
}

/// How far a text is what was meant: nobody reads 16,383 characters twice.
fn differing(meant: &str, seen: &str) -> String {
    let same = meant.chars().zip(seen.chars()).take_while(|(one, other)| one == other).count();
    format!("{} characters, of which the first {same} are the same", seen.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_length_and_letters_of_many_bytes() {
        let long = text("seed", 16_383);
        assert_eq!(long.chars().count(), 16_383);
        assert!(long.len() > 30_000 && long.len() < 65_535, "{}", long.len());
        assert_eq!(long.trim(), long);
        assert_ne!(long, text("other", 16_383));
    }

    #[test]
    fn what_differs_is_said_by_its_place() {
        assert_eq!(differing("añb", "añc!"), "4 characters, of which the first 2 are the same");
    }
}
