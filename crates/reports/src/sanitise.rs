//! The one gate through which text of others gets into XML, and onto one line.
//!
//! Server answers and container logs hold anything: escape sequences, NUL, U+FFFE, `]]>`. XML 1.0 cannot
//! express many of these at all, not even escaped, and one of them makes a reader refuse the whole file. What a
//! terminal obeys is dropped here; what deceives the eye is written out ([`basics::unseen`]).

use std::borrow::Cow;

use basics::unseen::visible;

/// Text without terminal escape sequences and without what XML 1.0 forbids; line ends of all kinds become LF.
///
/// Forbidden are all but tab, LF, CR, U+0020-D7FF, U+E000-FFFD and U+10000-10FFFF (XML 1.0, `Char`). DEL
/// and the C1 controls are allowed but advised against there, and terminals obey them: they go too.
#[must_use]
pub fn text(raw: &str) -> Cow<'_, str> {
    let clean = |c: char| c == '\t' || c == '\n' || is_printable(c);
    if raw.chars().all(clean) {
        return visible(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_parameters(&mut rest),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            c if clean(c) => out.push(c),
            _ => {}
        }
    }
    Cow::Owned(visible(&out).into_owned())
}

/// The same on one line: runs of blanks and line ends become one space.
#[must_use]
pub fn one_line(raw: &str) -> String {
    let clean = text(raw);
    let mut out = String::with_capacity(clean.len());
    for word in clean.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// For an XML attribute: one line, at most `max` characters, and never empty.
#[must_use]
pub fn attribute(raw: &str, max: usize, when_empty: &str) -> String {
    let line = one_line(raw);
    if line.is_empty() { when_empty.to_owned() } else { super::words::cut(&line, max) }
}

/// For the inside of a CDATA section: `]]>` is divided over two sections.
#[must_use]
pub fn cdata(raw: &str) -> String {
    text(raw).replace("]]>", "]]]]><![CDATA[>")
}

fn is_printable(c: char) -> bool {
    match c {
        '\u{0}'..'\u{20}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => false,
        '\u{2028}' | '\u{2029}' => false,
        // The other non-characters are legal XML, but no text has a use for them.
        '\u{fdd0}'..='\u{fdef}' => false,
        c => u32::from(c) & 0xfffe != 0xfffe,
    }
}

type Rest<'t> = std::iter::Peekable<std::str::Chars<'t>>;

/// Skips what follows an ESC: a control sequence, a string up to its end, or one character.
fn skip_escape(rest: &mut Rest<'_>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_parameters(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        Some('(' | ')' | '*' | '+' | '#' | '%' | ' ') => {
            rest.next();
            rest.next_if(|c| c.is_ascii_graphic());
        }
        Some(c) if c.is_ascii_graphic() => {
            rest.next();
        }
        _ => {}
    }
}

/// Parameters and intermediate bytes, then one final byte; anything else ends the sequence unread.
fn skip_parameters(rest: &mut Rest<'_>) {
    while rest.next_if(|c| ('\u{20}'..='\u{3f}').contains(c)).is_some() {}
    rest.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

/// A title or link, ended by BEL or ESC \. An unfinished one ends with its line, so that no log is lost.
fn skip_string(rest: &mut Rest<'_>) {
    while let Some(&c) = rest.peek() {
        match c {
            '\n' => return,
            '\u{7}' | '\u{9c}' => {
                rest.next();
                return;
            }
            '\u{1b}' => {
                rest.next();
                rest.next_if_eq(&'\\');
                return;
            }
            _ => {
                rest.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clean_text_is_borrowed() {
        assert!(matches!(text("tab\tline\nüñ😀"), Cow::Borrowed(_)));
    }

    #[test]
    fn escape_sequences_go_and_the_words_stay() {
        let table = [
            ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]0;unfinished\nnext", "\nnext"),
            ("\u{1b}(Bplain", "plain"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("\u{1b}[31", ""),
        ];
        for (raw, clean) in table {
            assert_eq!(text(raw), clean, "{raw:?}");
        }
    }

    #[test]
    fn what_xml_forbids_is_dropped() {
        assert_eq!(
            text("a\u{0}b\u{8}c\u{b}d\u{fffe}e\u{ffff}f\u{1ffff}g\u{7f}h\u{fffd}"),
            "abcdefgh\u{fffd}"
        );
    }

    #[test]
    fn line_ends_become_one_kind() {
        assert_eq!(text("a\r\nb\rc\n\u{2028}d\u{85}e"), "a\nb\nc\n\nd\ne");
    }

    #[test]
    fn what_deceives_the_eye_is_written_out() {
        assert_eq!(text("a\u{202e}b\u{1b}[2K\u{200b}c"), "a\\u{202e}b\\u{200b}c");
        assert_eq!(one_line("x\u{2029}y"), "x y");
    }

    #[test]
    fn attributes_are_one_line_and_never_empty() {
        assert_eq!(attribute("\u{1}\n ", 10, "unnamed"), "unnamed");
        assert_eq!(attribute("a\n  b\tc", 10, "unnamed"), "a b c");
        assert_eq!(attribute("abcdef", 4, "unnamed"), "abc…");
    }

    #[test]
    fn a_cdata_end_is_divided() {
        assert_eq!(cdata("a]]>b]]]>"), "a]]]]><![CDATA[>b]]]]]><![CDATA[>");
        // An end that only appears once control characters are gone is one too.
        assert_eq!(cdata("]\u{0}]>"), "]]]]><![CDATA[>");
    }

    proptest! {
        #[test]
        fn only_what_xml_allows_remains(raw in any::<String>()) {
            let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            let clean = text(&raw).into_owned();
            prop_assert!(clean.chars().all(allowed));
            // What was cleaned is clean.
            prop_assert_eq!(text(&clean), clean.as_str());
        }

        #[test]
        fn one_line_is_one_line(raw in any::<String>()) {
            let line = one_line(&raw);
            prop_assert!(line.lines().count() <= 1);
            prop_assert_eq!(line.trim(), &line);
        }
    }
}
