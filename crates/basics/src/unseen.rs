//! Characters that a reader does not see, or that turn round what they do see: shown as what they are, everywhere alike.
//!
//! A name with U+202E in it is read backwards, `11.6.0` with U+200B in it is no version and looks like one. Such a
//! character is written as `\u{202e}`: dropped, it would hide why two texts differ. A log's colours and what else a
//! terminal obeys are no text at all; `report/sanitise.rs` drops these.

use std::borrow::Cow;

/// Whether a text may not have this character without saying so.
///
/// Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt: bidi marks, overrides and isolates, zero-width
/// spaces and joiners, fillers, variation selectors, tags) and the interlinear annotations U+FFF9–FFFB.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with every such character written out; borrowed when there is none.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = None;
    for c in text.chars() {
        if !is_unseen(c) || joins(before, c) {
            out.push(c);
            before = Some(c);
        } else {
            out.extend(c.escape_unicode());
            before = None;
        }
    }
    Cow::Owned(out)
}

/// Whether `c` belongs to what stands before it: joiners and variation selectors are a part of emojis, and of scripts
/// from Arabic on. Among Latin, Greek and Cyrillic letters they can do nothing but deceive, and neither behind what is no
/// letter at all: a blank or the end of a line may be replaced later, and what stood behind it would stay.
fn joins(before: Option<char>, c: char) -> bool {
    const FIRST_OF_SUCH_SCRIPTS: char = '\u{600}';
    let is_selector = |c: char| ('\u{fe00}'..='\u{fe0f}').contains(&c);
    let Some(before) = before else { return false };
    if before.is_whitespace() || before.is_control() {
        return false;
    }
    match c {
        '\u{200c}' | '\u{200d}' => {
            before >= FIRST_OF_SUCH_SCRIPTS && (!is_unseen(before) || is_selector(before))
        }
        c if is_selector(c) => before >= FIRST_OF_SUCH_SCRIPTS && !is_unseen(before),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_is_written_out() {
        let table = [
            ("a\u{202e}b", "a\\u{202e}b"),
            ("11.\u{200b}6.0", "11.\\u{200b}6.0"),
            ("pass\u{200d}word\u{fe0f}", "pass\\u{200d}word\\u{fe0f}"),
            ("\u{feff}a\u{ad}", "\\u{feff}a\\u{ad}"),
            ("a\u{e0061}\u{fff9}", "a\\u{e0061}\\u{fff9}"),
            // Line ends and blanks beyond the letters of Arabic.
            ("\u{2028}\u{200d}\u{2029}\u{fe0f}", "\u{2028}\\u{200d}\u{2029}\\u{fe0f}"),
            ("\u{3000}\u{200c}\u{2003}\u{fe01}", "\u{3000}\\u{200c}\u{2003}\\u{fe01}"),
        ];
        for (text, shown) in table {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn emojis_and_scripts_that_need_joiners_stay_as_they_are() {
        for text in ["👩\u{200d}💻", "❤\u{fe0f}\u{200d}🔥", "می\u{200c}خواهم", "ü ñ שלום"]
        {
            assert!(matches!(visible(text), Cow::Borrowed(_)) || visible(text) == text, "{text}");
        }
        // One selector belongs to an emoji; a row of them is a message.
        assert_eq!(visible("😀\u{fe0f}\u{fe01}\u{fe02}"), "😀\u{fe0f}\\u{fe01}\\u{fe02}");
    }
}
