//! Foreign text in Markdown: shown as it is, never obeyed.
//!
//! A server's answer may hold table pipes, HTML, images, links, `@mentions` that notify people and `#123`
//! that leave a trace in other issues. GitHub looks for the last three in the rendered text, where an escape
//! is gone already; a zero-width space is not.

use super::sanitise::{one_line, text};
use super::words::cut;

const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// Text for anywhere, table cells too: one line, at most `max` characters, no markup, no mention, no link.
pub(crate) fn plain(raw: &str, max: usize) -> String {
    let line = cut(&one_line(raw), max);
    let mut out = String::with_capacity(line.len() + 16);
    let mut before = ' ';
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // Character references and not backslashes: "\\|" ends a table cell whatever stands before it.
            '\\' | '`' | '*' | '_' | '[' | ']' | '{' | '}' | '~' | '|' | '<' | '>' | '&' | '$' => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            '@' | '#' => out.extend([c, ZERO_WIDTH_SPACE]),
            ':' if rest.peek() == Some(&'/') => out.extend([c, ZERO_WIDTH_SPACE]),
            '.' if before.eq_ignore_ascii_case(&'w') => out.extend([ZERO_WIDTH_SPACE, c]),
            '-' if before.eq_ignore_ascii_case(&'h') => out.extend([c, ZERO_WIDTH_SPACE]),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// Text as a code span, for anywhere but table cells: one line, at most `max` characters.
pub(crate) fn code(raw: &str, max: usize) -> String {
    let line = cut(&one_line(raw), max);
    if line.is_empty() {
        return "(nothing)".to_owned();
    }
    let fence = "`".repeat(longest_run(&line) + 1);
    let pad = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// A name that usually is plain (an id, an image reference): a code span when it is, else escaped text.
pub(crate) fn name(raw: &str) -> String {
    const MAX: usize = 120;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@+".contains(c);
    if !raw.is_empty() && raw.len() <= MAX && raw.chars().all(is_plain) {
        format!("`{raw}`")
    } else {
        plain(raw, MAX)
    }
}

/// Lines as a code block, each at most `max` characters.
pub(crate) fn block(lines: &[String], max: usize) -> String {
    let clean: Vec<String> = lines.iter().map(|line| cut(&text(line).replace('\n', " "), max)).collect();
    let fence = "`".repeat(clean.iter().map(|line| longest_run(line)).max().unwrap_or(0).max(2) + 1);
    format!("{fence}text\n{}\n{fence}", clean.join("\n"))
}

fn longest_run(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn foreign_text_is_shown_and_not_obeyed() {
        let shown =
            plain("a|b `c` <img src=x> ![i](https://x.y/z.png) @all #12 GH-7 www.x.y _u_\n**n**", 200)
                .replace(ZERO_WIDTH_SPACE, "·");
        insta::assert_snapshot!(shown, @"a&#124;b &#96;c&#96; &#60;img src=x&#62; !&#91;i&#93;(https:·//x.y/z.png) @·all #·12 GH-·7 www·.x.y &#95;u&#95; &#42;&#42;n&#42;&#42;");
    }

    #[test]
    fn a_code_span_survives_backticks() {
        assert_eq!(code("a", 10), "`a`");
        assert_eq!(code("a ``b``", 10), "``` a ``b`` ```");
        assert_eq!(code("", 10), "(nothing)");
    }

    #[test]
    fn a_block_outlasts_its_content() {
        assert_eq!(block(&["a".into(), "````".into()], 10), "`````text\na\n````\n`````");
    }

    #[test]
    fn names_are_code_when_they_are_names() {
        assert_eq!(name("mattermost/team@sha256:ab"), "`mattermost/team@sha256:ab`");
        assert_eq!(name("a|b"), "a&#124;b");
    }

    proptest! {
        #[test]
        fn no_markup_and_no_mention_remains(raw in "[\\PC@#|`<>*_\\[\\]:/ wW.hH\\-]{0,60}") {
            let shown = plain(&raw, 1000);
            prop_assert!(!shown.contains(['|', '`', '<', '>', '*', '_', '[', ']', '\n']));
            prop_assert!(!shown.contains("://"));
            let mut chars = shown.replace("&#", "").chars().collect::<Vec<_>>().into_iter().peekable();
            while let Some(c) = chars.next() {
                if c == '@' || c == '#' {
                    prop_assert_eq!(chars.peek(), Some(&ZERO_WIDTH_SPACE));
                }
            }
        }
    }
}
