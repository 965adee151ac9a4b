//! An error of a page, told so that the same one is the same text on another node, another day and another build.

use std::collections::BTreeSet;

/// What stands where something was that is another one each time.
const CUT: char = '…';
/// Characters of a text; a stack of a minified script has thousands.
const LONGEST: usize = 200;

/// What a page said went wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageError {
    /// What it is: "an uncaught error", "an error on the console", "404 to a script".
    pub kind: String,
    /// What it says, without the site's address, ids, hashes and versions.
    pub text: String,
}

impl PageError {
    pub(crate) fn new(kind: impl Into<String>, text: &str, origin: &str) -> Self {
        Self { kind: kind.into(), text: timeless(text, origin) }
    }
}

impl std::fmt::Display for PageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.text)
    }
}

/// Each once, in the order in which they were said first.
pub(crate) fn once(said: Vec<PageError>) -> Vec<PageError> {
    let mut known = BTreeSet::new();
    said.into_iter().filter(|one| known.insert(one.clone())).collect()
}

/// The first line of a text without what changes from node to node and from build to build.
fn timeless(text: &str, origin: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let mut whole = line.to_owned();
    if !origin.is_empty() {
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        for scheme in ["https", "http", "wss", "ws"] {
            whole = whole.replace(&format!("{scheme}://{host}"), "");
        }
    }
    let mut out = String::new();
    let mut rest = whole.as_str();
    while let Some(first) = rest.chars().next() {
        if !first.is_ascii_alphanumeric() {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let dotted = dotted_number(rest);
        let (word, length) = if dotted > end { ("", dotted) } else { (&rest[..end], end) };
        if word.is_empty() || changes(word) {
            out.push(CUT)
        } else {
            out.push_str(word)
        }
        rest = &rest[length..];
    }
    let mut short: String = out.chars().take(LONGEST).collect();
    if short.len() < out.len() {
        short.push(CUT);
    }
    short
}

/// How long the version is that a text begins with; nothing where it begins with none.
fn dotted_number(text: &str) -> usize {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let number = text[..end].trim_end_matches('.');
    // `11.6` is one; so is an address of four numbers.
    if number.contains('.') { number.len() } else { 0 }
}

/// Whether a word is an id, a hash, a number that counts something: not an HTTP status.
fn changes(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let is_hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id =
        word.len() == 26 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    is_id || (has_digit && ((is_hex && word.len() >= 4) || word.len() >= 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_error_is_the_same_text_wherever_it_is_said() {
        let of = |text: &str| timeless(text, "http://balancer:8065");
        for (text, told) in [
            ("http://balancer:8065/static/main.5a2f3cde91.js", "/static/main.….js"),
            ("/api/v4/users/9xqz4sfi4pyz7b5exs8k7o6nmc/image", "/api/v4/users/…/image"),
            (
                "WebSocket connection to 'ws://balancer:8065/api/v4/websocket' failed: 403",
                "WebSocket connection to '/api/v4/websocket' failed: 403",
            ),
            ("the client of 11.6.0 broke", "the client of … broke"),
            ("TypeError: a is undefined\n    at main.js:1:2345", "TypeError: a is undefined"),
            ("chunk 12 of 0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d", "chunk 12 of …-…-…-…-…"),
            ("  ", ""),
        ] {
            assert_eq!(of(text), told, "{text}");
        }
        assert_eq!(of(&"x ".repeat(500)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn what_is_said_twice_is_told_once() {
        let one = |kind: &str| PageError::new(kind, "a", "");
        assert_eq!(once(vec![one("b"), one("a"), one("b")]), [one("b"), one("a")]);
        assert_eq!(one("an uncaught error").to_string(), "an uncaught error: a");
    }
}
