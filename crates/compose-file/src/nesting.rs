//! How deep brackets nest, counted before the YAML parser sees them: its time grows with the square of the depth.
//!
//! Quotes, comments and block texts are left out, so that a script with odd brackets is no matter.

/// The line, from 1, in which brackets and braces nest deeper than `most`.
pub(super) fn deeper_than(text: &str, most: usize) -> Option<usize> {
    let mut scan = Scan::default();
    let mut block: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        if let Some(parent) = block {
            if line.trim().is_empty() || indentation(line) > parent {
                continue;
            }
            block = None;
        }
        scan.line(line);
        if scan.deepest > most {
            return Some(index + 1);
        }
        if scan.depth == 0 && scan.quote.is_none() {
            block = block_text(line);
        }
    }
    None
}

#[derive(Default)]
struct Scan {
    depth: usize,
    deepest: usize,
    quote: Option<char>,
}

impl Scan {
    fn line(&mut self, line: &str) {
        // The last character that is no blank, and whether a blank or nothing stands before the next one.
        let (mut before, mut apart) = ('\n', true);
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            if let Some(quote) = self.quote {
                match c {
                    '\\' if quote == '"' => drop(chars.next()),
                    '\'' if quote == c && chars.peek() == Some(&'\'') => drop(chars.next()),
                    _ if c == quote => self.quote = None,
                    _ => {}
                }
                (before, apart) = (c, false);
                continue;
            }
            let flow = self.depth > 0;
            // Where a value may begin; within a plain text a quote is a letter like others.
            let begins = if flow { "\n[{,:".contains(before) } else { apart && "\n:-?".contains(before) };
            match c {
                '#' if apart => break,
                '\'' | '"' if begins => self.quote = Some(c),
                '[' | '{' if flow || apart => self.depth += 1,
                ']' | '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.deepest = self.deepest.max(self.depth);
            apart = c.is_whitespace();
            if !apart {
                before = c;
            }
        }
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// If the line ends in `|` or `>`: the column that the lines of its text stand to the right of.
fn block_text(line: &str) -> Option<usize> {
    let code = line.split(" #").next().unwrap_or(line).trim_end();
    let (head, mark) = code.rsplit_once([' ', '\t']).unwrap_or(("", code));
    let is_mark = mark.starts_with(['|', '>'])
        && mark[1..].chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'));
    let head = head.trim_end();
    let last = head.rsplit(' ').next().unwrap_or_default();
    if !is_mark || !(head.is_empty() || head.ends_with([':', '-', '?']) || last.starts_with(['!', '&'])) {
        return None;
    }
    let (mut parent, mut column) = (0, indentation(line));
    while let Some(rest) = line.get(column..).filter(|rest| rest.starts_with("- ") || rest.starts_with("? "))
    {
        parent = column;
        column += 2 + indentation(&rest[2..]);
    }
    Some(if line[column..].starts_with(['|', '>', '!', '&']) { parent } else { column })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_where_they_are_brackets() {
        assert_eq!(deeper_than(&"[".repeat(101), 100), Some(1));
        assert_eq!(deeper_than("a:\n  - {b: [[{", 3), Some(2));
        assert_eq!(deeper_than("a: [\"]\", [\"]\", ['it''s ]', [x", 3), Some(1));
        assert_eq!(deeper_than("a: [\n[\n# ]]\n[\n[", 3), Some(5));
        assert_eq!(deeper_than("a: {b: [1, 2], c: {d: [e]}}\nf: [[g]]", 3), None);
    }

    #[test]
    fn brackets_in_texts_are_no_matter() {
        for text in [
            "a: '[[[['\nb: \"{{\\\"{{\"",
            "# [[[[\na: b # {{{{",
            "a: |\n  [[\n\n  {{{\nb: c",
            "- |\n  [[[[\n- >-\n  {{{{",
            "- a: |2 # note\n     [[[[\n- b",
            "a: don't [ask]\nb: it's [x]",
            "a: x[[[[\nb: ${A}${B}",
            "a: !!str |\n  [[[[",
        ] {
            assert_eq!(deeper_than(text, 3), None, "{text}");
        }
        // What stands beside a block text is no part of it.
        assert_eq!(deeper_than("- a: |\n  b: [[[[", 3), Some(2));
        assert_eq!(deeper_than("a: |\n  x\nb: [[[[", 3), Some(3));
    }
}
