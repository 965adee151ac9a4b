//! What of a foreign text may be shown to people: a type, so that the compiler asks at every place.
//!
//! A wrong input is repeated in its error, and errors end in logs that everybody reads. Most inputs may be repeated, some may hold a
//! password (an address, an image reference with a user in front), and some are where passwords go. Whoever names a wrong
//! value says which of these it is; there is no way from a text to a [`Shown`] that does not.

use std::fmt;

use crate::unseen;

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
///
/// In doubt more is left out: a password may hold the `/`, `?` or `#` that ends it in a well-formed address.
fn without_secrets(word: &str) -> String {
    let (scheme, rest) = match word.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), word),
    };
    let (hidden, rest) = match rest.rsplit_once('@') {
        // A digest has an `@` as well, and nothing secret in front of it.
        Some((_, host)) if !host.starts_with("sha256:") && !host.starts_with("sha512:") => ("…@", host),
        _ => ("", rest),
    };
    let (rest, gap) = rest.split_at(rest.trim_end().len());
    let end = rest.find(['?', '#']).filter(|at| {
        // `#12` is a number, and `what?` a question.
        !scheme.is_empty() || !hidden.is_empty() || (*at > 0 && at + 1 < rest.len())
    });
    format!("{scheme}{hidden}{}{gap}", &rest[..end.unwrap_or(rest.len())])
}

/// On one line, without what a terminal obeys, and cut.
fn fitting(text: &str) -> String {
    cut(&visible(text.trim()), LONGEST)
}

/// The first `most` characters, with an ellipsis behind them where there were more.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text on one line, with what a terminal obeys and what deceives the eye spelled out.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in unseen::visible(text).chars() {
        // U+2028 and U+2029 end lines as well.
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
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
            ("#12", "#12"),
            ("https://u:p/w@h/x b", "https://…@h/x b"),
            ("hunter2@ghcr.io/x", "…@ghcr.io/x"),
            ("minio:9000?token=hunter2", "minio:9000"),
            ("h:1#hunter2 b", "h:1 b"),
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
        assert_eq!(Shown::plain("11.6.0\u{200b}\u{2028}x").as_str(), "11.6.0\\u{200b}\\u{2028}x");
        assert_eq!(Shown::plain("a\u{2029}\u{200d}b").as_str(), "a\\u{2029}\\u{200d}b");
        assert_eq!(Shown::plain(&"x".repeat(500)).as_str().chars().count(), LONGEST + 1);
    }
}
