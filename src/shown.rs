//! What of a foreign text may be shown to people: a type, so that the compiler asks at every place.
//!
//! A wrong input is repeated in its error, and errors end in logs that everybody reads. Most inputs may be repeated, some may hold a
//! password (an address, an image reference with a user in front), and some are where passwords go. Whoever names a wrong
//! value says which of these it is; there is no way from a text to a [`Shown`] that does not.

use std::fmt;

/// The most characters of a value that are repeated.
const LONGEST: usize = 160;

/// A text that may be shown: no secret, one line, no control characters, not too long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown(String);

impl Shown {
    /// Nothing, because nothing was given or nothing of it may be seen.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// The value of an input that nobody puts a secret into: a version, a number, a name, a path. What looks like an address
    /// in it loses user, password and query all the same.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self(fitting(&text.split_inclusive(char::is_whitespace).map(without_secrets).collect::<String>()))
    }

    /// The name in front of a `NAME=value` whose value may be anything.
    #[must_use]
    pub fn name_of(assignment: &str) -> Self {
        match assignment.split_once('=') {
            Some((name, _)) => Self(fitting(name.trim())),
            None => Self::nothing(),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address without user, password, query and fragment; any other word as it is.
fn without_secrets(word: &str) -> String {
    let (scheme, rest) = match word.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), word),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // A digest has an `@` as well, and nothing secret in front of it.
    let host = match authority.rsplit_once('@') {
        Some((user, host)) if !host.starts_with("sha256:") && (user.contains(':') || !scheme.is_empty()) => {
            format!("…@{host}")
        }
        _ => authority.to_owned(),
    };
    let path = if scheme.is_empty() { path } else { path.split(['?', '#']).next().unwrap_or_default() };
    format!("{scheme}{host}{path}")
}

/// On one line, without what a terminal obeys, and cut.
fn fitting(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.trim().chars().enumerate() {
        if count == LONGEST {
            out.push('…');
            break;
        }
        push_visible(&mut out, c);
    }
    out
}

/// A text on one line, with what a terminal obeys spelled out; for messages that quote the texts of others.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_visible(&mut out, c));
    out
}

fn push_visible(out: &mut String, c: char) {
    if c.is_control() || is_bidi(c) {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

/// Marks that turn the direction of what follows: a reader would see another text than the machine.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_what_may_be_secret() {
        let table = [
            ("https://u:hunter2@minio:9000/x?token=hunter2#hunter2", "https://…@minio:9000/x"),
            ("a=https://hunter2@h b", "a=https://…@h b"),
            ("u:hunter2@ghcr.io/x", "…@ghcr.io/x"),
            ("mm@sha256:0123", "mm@sha256:0123"),
            ("registry:5000/mm:11.6.0", "registry:5000/mm:11.6.0"),
            ("what?", "what?"),
        ];
        for (given, shown) in table {
            assert_eq!(Shown::plain(given).as_str(), shown);
        }
    }

    #[test]
    fn of_an_assignment_the_name_is_shown() {
        assert_eq!(Shown::name_of("DB_PASSWORD = hunter2").as_str(), "DB_PASSWORD");
        assert_eq!(Shown::name_of("hunter2"), Shown::nothing());
    }

    #[test]
    fn a_terminal_obeys_nothing_of_it() {
        assert_eq!(Shown::plain("a\u{1b}[31m\nb\u{202e}").as_str(), "a\\u{1b}[31m\\u{a}b\\u{202e}");
        assert_eq!(Shown::plain(&"x".repeat(500)).as_str().chars().count(), LONGEST + 1);
    }
}
