//! One source file as text: its tokens without comments and strings, and the paths that it names.

use std::iter::Peekable;
use std::str::Chars;

/// A word or a sign of a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// A whole word, `::`, or one other sign.
    pub(super) text: String,
    /// Counted from 1.
    pub(super) line: usize,
}

/// A path that the code names: `crate::a::B`, or one leaf of a `use` group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Its parts; `*` at the end of a glob.
    pub(super) parts: Vec<String>,
    pub(super) line: usize,
    /// Whether it stands in a `use`, where a single part is a whole crate or module.
    pub(super) imported: bool,
    /// How many inline modules lie around it: `super` means less there.
    pub(super) depth: usize,
}

/// Words and signs of `text`; comments, strings, characters and lifetimes are left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = text.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            '\n' => line += 1,
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|next| *next != '\n').is_some() {},
            '/' if rest.peek() == Some(&'*') => line += block_comment(&mut rest),
            '"' => line += string(&mut rest),
            '\'' => character(&mut rest),
            _ if is_word(sign) => {
                let start = line;
                let mut word = String::from(sign);
                while let Some(next) = rest.next_if(|next| is_word(*next)) {
                    word.push(next);
                }
                let raw = matches!(word.as_str(), "r" | "br" | "cr");
                match rest.peek() {
                    Some('"' | '#') if raw => match raw_string(&mut rest) {
                        Some(lines) => line += lines,
                        // `r#type`: the word itself follows.
                        None => continue,
                    },
                    // `b"…"`, `c"…"` and `b'…'`: the literal is dropped in the next round.
                    Some('"' | '\'') if matches!(word.as_str(), "b" | "c") => {}
                    _ => found.push(Token { text: word, line: start }),
                }
            }
            ':' if rest.next_if_eq(&':').is_some() => found.push(Token { text: "::".to_owned(), line }),
            _ if sign.is_whitespace() => {}
            _ => found.push(Token { text: sign.to_string(), line }),
        }
    }
    found
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// Skips a comment from its `*` on; how many lines it ended.
fn block_comment(rest: &mut Peekable<Chars<'_>>) -> usize {
    let (mut lines, mut open) = (0, 0);
    let mut before = '/';
    for sign in rest.by_ref() {
        lines += usize::from(sign == '\n');
        match (before, sign) {
            ('/', '*') => open += 1,
            ('*', '/') => open -= 1,
            _ => {
                before = sign;
                continue;
            }
        }
        // Neither sign of a pair is half of the next one: `*/*` closes only.
        before = ' ';
        if open == 0 {
            break;
        }
    }
    lines
}

/// Skips a string after its opening quote; how many lines it ended.
fn string(rest: &mut Peekable<Chars<'_>>) -> usize {
    let mut lines = 0;
    while let Some(sign) = rest.next() {
        match sign {
            '"' => break,
            '\n' => lines += 1,
            '\\' => lines += usize::from(rest.next() == Some('\n')),
            _ => {}
        }
    }
    lines
}

/// Skips a raw string from its `#` or quote on; nothing when it is a raw word.
fn raw_string(rest: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let mut marks = 0;
    while rest.next_if_eq(&'#').is_some() {
        marks += 1;
    }
    rest.next_if_eq(&'"')?;
    let mut lines = 0;
    while let Some(sign) = rest.next() {
        lines += usize::from(sign == '\n');
        if sign == '"' && (0..marks).all(|_| rest.next_if_eq(&'#').is_some()) {
            break;
        }
    }
    Some(lines)
}

/// Skips a character after its quote, or only the quote and the name of a lifetime.
fn character(rest: &mut Peekable<Chars<'_>>) {
    match rest.next() {
        Some('\\') => {
            // The escaped sign may be a quote.
            rest.next();
            while rest.next().is_some_and(|sign| sign != '\'') {}
        }
        Some(sign) if is_word(sign) && rest.peek() != Some(&'\'') => {
            while rest.next_if(|next| is_word(*next)).is_some() {}
        }
        _ => {
            rest.next();
        }
    }
}

/// The tokens without the items under `#[cfg(test)]`.
pub(super) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if MARK.iter().enumerate().all(|(n, sign)| is(tokens, at + n, sign)) {
            at = end_of_item(tokens, at + MARK.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Where the item that starts at `at` is over: behind its `;`, or behind its braces.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    let mut open = 0;
    let mut import = false;
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            "use" if open == 0 => import = true,
            "{" | "(" | "[" => open += 1,
            "}" | ")" | "]" => {
                open -= 1;
                if open == 0 && tokens[at].text == "}" && !import {
                    return at + 1;
                }
            }
            ";" if open == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

fn is(tokens: &[Token], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.text == text)
}

/// All paths that these tokens name, `use` groups spread out.
pub(super) fn paths(tokens: &[Token]) -> Vec<Named> {
    let mut found = Vec::new();
    // For every open brace, whether it is that of an inline module.
    let mut braces = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let depth = braces.iter().filter(|module| **module).count();
        let Token { text, line } = &tokens[at];
        match text.as_str() {
            "{" => braces.push(at >= 2 && is(tokens, at - 2, "mod")),
            "}" => {
                braces.pop();
            }
            // Not the `use<'a>` of an opaque type.
            "use" if !is(tokens, at + 1, "<") => {
                at = group(tokens, at + 1, &[], depth, &mut found);
                continue;
            }
            _ if text.starts_with(is_word) => {
                let mut parts = vec![text.clone()];
                while is(tokens, at + 1, "::")
                    && tokens.get(at + 2).is_some_and(|next| next.text.starts_with(is_word))
                {
                    parts.push(tokens[at + 2].text.clone());
                    at += 2;
                }
                found.push(Named { parts, line: *line, imported: false, depth });
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Reads one tree of a `use` from `at` on, and says where it is over.
fn group(tokens: &[Token], mut at: usize, before: &[String], depth: usize, found: &mut Vec<Named>) -> usize {
    let mut parts = before.to_vec();
    while let Some(Token { text, line }) = tokens.get(at) {
        match text.as_str() {
            "::" => {}
            "{" => {
                at += 1;
                while at < tokens.len() && !is(tokens, at, "}") {
                    at = group(tokens, at, &parts, depth, found);
                    at += usize::from(is(tokens, at, ","));
                }
                return at + 1;
            }
            "as" => at += 1,
            _ if text == "*" || text.starts_with(is_word) => {
                // `a::{self}` is `a`.
                if text != "self" || parts.is_empty() {
                    parts.push(text.clone());
                }
                if !is(tokens, at + 1, "::") {
                    found.push(Named { parts: parts.clone(), line: *line, imported: true, depth });
                }
            }
            _ => break,
        }
        at += 1;
    }
    at
}

#[test]
fn only_code_is_read() {
    let text = "a // b\n/* c /* d\n */ e */ f \"g\\\"\nh\" r#\"i\"\n\"# 'j' '\\'' 'k: l b\"m\" br\"n\" r#type \"\\\n\" o";
    let read: Vec<_> = tokens(text).into_iter().map(|token| (token.text, token.line)).collect();
    let wanted = [("a", 1), ("f", 3), (":", 5), ("l", 5), ("type", 5), ("o", 6)];
    assert_eq!(read, wanted.map(|(word, line)| (word.to_owned(), line)));
}

#[test]
fn items_for_tests_are_left_out() {
    let text = "a; #[cfg(test)] use b::{c}; d; #[cfg(test)] pub(crate) mod e { fn f() { g } } h; #[cfg(test)] mod i; j";
    let read: Vec<_> = without_tests(&tokens(text)).into_iter().map(|token| token.text).collect();
    assert_eq!(read.concat(), "a;d;h;j");
}

#[test]
fn groups_are_spread_out() {
    let text = "pub use a::{self, b::{C as D, *}, E}; use f; fn g() -> impl H + use<'i> { j::k::<L>() } mod m { n::o }";
    let read = paths(&tokens(text));
    let of = |imported: bool| {
        let matching = read
            .iter()
            .filter(|path| path.imported == imported && path.parts.len() > 1 - usize::from(imported));
        matching.map(|path| format!("{}@{}", path.parts.join("::"), path.depth)).collect::<Vec<_>>()
    };
    assert_eq!(of(true), ["a@0", "a::b::C@0", "a::b::*@0", "a::E@0", "f@0"]);
    assert_eq!(of(false), ["j::k@0", "n::o@1"]);
}
