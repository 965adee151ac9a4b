//! What a console may use, and how it says things where that is little.

use std::borrow::Cow;

/// What the console may use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// A terminal: a live block tells where the run is, and little is left behind but what is red.
    pub terminal: bool,
    /// A line for everything on a terminal too, with one live line for what takes long just now.
    pub verbose: bool,
    /// How many columns the terminal has, where that is known.
    pub width: Option<usize>,
    /// Nothing but ASCII of our own: the terminal's locale has no more.
    pub ascii: bool,
    /// ANSI colours.
    pub colour: bool,
    /// A GitHub runner: phases and stages become groups; there is no live line.
    pub github: bool,
}

impl Look {
    /// A line of our own by what the terminal can show.
    pub(super) fn of_its_characters<'l>(self, line: &'l str) -> Cow<'l, str> {
        const INSTEAD: [(char, &str); 9] = [
            ('✓', "+"),
            ('✗', "x"),
            ('»', ">"),
            ('○', "o"),
            ('≈', "~"),
            ('–', "-"),
            ('…', "..."),
            ('→', "->"),
            ('×', "x"),
        ];
        if !self.ascii || line.is_ascii() {
            return Cow::Borrowed(line);
        }
        let instead = |c: char| match INSTEAD.iter().find(|(ours, _)| *ours == c) {
            Some((_, instead)) => (*instead).to_owned(),
            None if c.is_ascii() => c.to_string(),
            // Of others: which character it is, is all that can be said of it.
            None => c.escape_unicode().to_string(),
        };
        Cow::Owned(line.chars().map(instead).collect())
    }
}
