//! `command` and `entrypoint`: a list, or a text that is split as a shell splits words, without a shell.

use super::node::{Findings, YamlNode};

/// Reads a command. An empty text or list clears the image's own.
pub(super) fn command(node: &YamlNode<'_>, findings: &mut Findings) -> Option<Vec<String>> {
    if node.value.is_sequence() {
        return Some(node.texts(findings));
    }
    let text = node.text(findings)?;
    match split(&text) {
        Ok(words) => Some(words),
        Err(message) => {
            let remedy = "Write a list of words, or run a shell: [\"sh\", \"-c\", \"…\"]";
            findings.problem(&node.place, message, remedy);
            None
        }
    }
}

/// Splits as POSIX shells do: blanks separate, quotes and backslashes keep. Nothing is expanded.
fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' | '"' => quoted(c, &mut chars, word.get_or_insert_default())?,
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(escaped) => word.get_or_insert_default().push(escaped),
                None => return Err("the text ends with a backslash".to_owned()),
            },
            // docker compose cuts the command off here without a word; 1.29 passed it on as an argument.
            ';' | '&' | '|' | '<' | '>' => {
                return Err(format!(
                    "`{c}` stands outside quotes, but there is no shell that would carry it out"
                ));
            }
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), String> {
    while let Some(c) = chars.next() {
        match c {
            _ if c == quote => return Ok(()),
            '\\' if quote == '"' => match chars.next() {
                Some('\n') => {}
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some(other) => word.extend(['\\', other]),
                None => break,
            },
            _ => word.push(c),
        }
    }
    Err(format!("the quote {quote} is not closed"))
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    #[test]
    fn texts_are_split_like_a_shell() {
        let words = |text: &str| split(text).unwrap().join("|");
        assert_eq!(words("server /data  --console-address ':9001'"), "server|/data|--console-address|:9001");
        assert_eq!(words(r#"a "b c" 'd "e"' f\ g "h\"i" '' "\n""#), r#"a|b c|d "e"|f g|h"i||\n"#);
        assert_eq!(words("one\\\n two\n"), "one|two");
        assert_eq!(words("a'b'\"c\""), "abc");
        assert_eq!(split("").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_only_a_shell_could_do_is_refused() {
        for text in ["a && b", "a; b", "a > b", "a | b"] {
            assert!(split(text).unwrap_err().contains("no shell"), "{text}");
        }
        assert!(split("a 'b").unwrap_err().contains("not closed"));
        assert!(split("a \"b\\").unwrap_err().contains("not closed"));
        assert!(split("a \\").is_err());
        assert_eq!(split("'a && b'").unwrap(), ["a && b"]);
    }

    #[test]
    fn lists_are_taken_as_they_are() {
        assert_eq!(reading("[sh, -c, 'a && b', 1]", command).0.unwrap(), ["sh", "-c", "a && b", "1"]);
        assert_eq!(reading("[]", command).0, Some(vec![]));
        assert_eq!(reading("''", command).0, Some(vec![]));
        assert_eq!(reading("{a: b}", command).1, [": a mapping is not a text"]);
    }
}
