//! The format of `.env` and `env_file`: lines of `KEY=value`.
//!
//! Comments, `export`, single quotes (literal), double quotes (escapes, several lines, variables) and unquoted values (variables).

use indexmap::IndexMap;

use super::interpolate::interpolate;

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Dotenv {
    pub(super) variables: IndexMap<String, String>,
    /// Names that values mention and that have no value.
    pub(super) unset: Vec<String>,
}

/// Where and why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub(super) struct DotenvError {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Reads a file; `outer` is asked for variables first, then the lines above. A key without `=` is passed on from `outer`.
pub(super) fn parse_dotenv(
    text: &str,
    outer: &dyn Fn(&str) -> Option<String>,
) -> Result<Dotenv, DotenvError> {
    let mut read = Dotenv::default();
    let mut cursor = Cursor { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    while cursor.skip_to_entry() {
        let line = cursor.line;
        let key = cursor.key().map_err(|message| DotenvError { line, message })?;
        let error = |message: String| DotenvError { line, message: format!("{key}: {message}") };
        if !cursor.takes_value() {
            if let Some(value) = outer(&key) {
                read.variables.insert(key, value);
            }
            continue;
        }
        let value = match cursor.value().map_err(error)? {
            Raw::Literal(value) => value,
            Raw::Template(template) => {
                let lookup = |name: &str| outer(name).or_else(|| read.variables.get(name).cloned());
                interpolate(&template, &lookup, &mut read.unset).map_err(|cause| error(cause.to_string()))?
            }
        };
        read.variables.insert(key, value);
    }
    Ok(read)
}

/// Reads the bytes of a file, as [`parse_dotenv`] does its text.
///
/// # Errors
/// Where and why it cannot be read, as a clause.
pub(super) fn read_dotenv(bytes: Vec<u8>, outer: &dyn Fn(&str) -> Option<String>) -> Result<Dotenv, String> {
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text")?;
    parse_dotenv(&text, outer).map_err(|error| error.to_string())
}

/// A value before interpolation.
enum Raw {
    Literal(String),
    Template(String),
}

struct Cursor<'a> {
    rest: &'a str,
    line: usize,
}

impl Cursor<'_> {
    fn advance(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
    }

    fn skip_blanks(&mut self) {
        let blanks =
            self.rest.len() - self.rest.trim_start_matches(|c: char| c != '\n' && c.is_whitespace()).len();
        self.advance(blanks);
    }

    /// Goes to the next entry over blank lines and comments; false at the end.
    fn skip_to_entry(&mut self) -> bool {
        loop {
            self.advance(self.rest.len() - self.rest.trim_start().len());
            if !self.rest.starts_with('#') {
                return !self.rest.is_empty();
            }
            self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    fn key(&mut self) -> Result<String, String> {
        if let Some(after) = self.rest.strip_prefix("export")
            && after.starts_with([' ', '\t'])
        {
            self.advance("export".len());
            self.skip_blanks();
        }
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']');
        let length = self.rest.find(|c| !allowed(c)).unwrap_or(self.rest.len());
        let key = self.rest[..length].to_owned();
        self.advance(length);
        self.skip_blanks();
        if key.is_empty() {
            return Err("the line does not start with a name".to_owned());
        }
        if !(self.rest.is_empty() || self.rest.starts_with(['=', ':', '\n'])) {
            // Not even the name is repeated: a line of a longer value looks like one.
            return Err("the name at its start is not followed by `=`".to_owned());
        }
        Ok(key)
    }

    /// Goes over the `=` (compose takes `:` too), if there is one.
    fn takes_value(&mut self) -> bool {
        let found = self.rest.starts_with(['=', ':']);
        if found {
            self.advance(1);
            self.skip_blanks();
        }
        found
    }

    fn end_of_line(&mut self) -> Result<(), String> {
        self.skip_blanks();
        match self.rest.chars().next() {
            None | Some('\n' | '#') => Ok(()),
            Some(_) => Err("something follows the end of the value in quotes".to_owned()),
        }
    }

    fn value(&mut self) -> Result<Raw, String> {
        match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => {
                let value = self.quoted(quote)?;
                self.end_of_line()?;
                Ok(value)
            }
            _ => {
                let length = self.rest.find('\n').unwrap_or(self.rest.len());
                let line = &self.rest[..length];
                // A comment has a blank in front; those behind the `=` are gone already.
                let value = line.split(" #").next().unwrap_or_default().trim_end().to_owned();
                self.advance(length);
                Ok(Raw::Template(value))
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Raw, String> {
        let mut value = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((position, c)) = chars.next() {
            if c == quote {
                self.advance(position + 1);
                return Ok(if quote == '"' { Raw::Template(value) } else { Raw::Literal(value) });
            }
            if c != '\\' {
                value.push(c);
                continue;
            }
            let Some((_, escaped)) = chars.next() else { break };
            match escaped {
                _ if escaped == quote => value.push(escaped),
                _ if quote == '\'' => value.extend(['\\', escaped]),
                // A dollar sign that the interpolation must leave alone.
                '$' => value.push_str("$$"),
                '0' => {
                    let mut digits = String::new();
                    while digits.len() < 3
                        && let Some((_, digit)) = chars.next_if(|(_, c)| c.is_ascii_digit())
                    {
                        digits.push(digit);
                    }
                    match u8::from_str_radix(&digits, 8).ok().filter(|_| digits.len() == 3) {
                        Some(code) => value.push(char::from(code)),
                        // As compose does: the zero is lost, the rest stays.
                        None => value.extend(std::iter::once('\\').chain(digits.chars())),
                    }
                }
                _ => match control(escaped) {
                    Some(control) => value.push(control),
                    None => value.extend(['\\', escaped]),
                },
            }
        }
        Err(format!("the quote `{quote}` at the start of the value is never closed"))
    }
}

/// What a backslash and this letter mean in double quotes.
fn control(letter: char) -> Option<char> {
    Some(match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\\' => '\\',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outer(name: &str) -> Option<String> {
        (name == "OUT").then(|| "outer".to_owned())
    }

    fn read(text: &str) -> Vec<(String, String)> {
        parse_dotenv(text, &outer).unwrap().variables.into_iter().collect()
    }

    fn one(text: &str) -> String {
        read(text).into_iter().map(|(key, value)| format!("{key}→{value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn values() {
        let cases = [
            ("A=b", "A→b"),
            ("  export  A = b  ", "A→b"),
            ("A: b", "A→b"),
            ("A=", "A→"),
            ("A=b # note", "A→b"),
            ("A=b#c", "A→b#c"),
            ("A= # note", "A→# note"),
            ("A=#ff0000", "A→#ff0000"),
            ("A=#Geheim # note", "A→#Geheim"),
            ("A='#x'\nB=\"#y\"", "A→#x B→#y"),
            ("A='b $X # c' # note", "A→b $X # c"),
            (r"A='it\'s \n'", r"A→it's \n"),
            (r#"A="x\ty \"q\" \\ \$OUT \0101 \q""#, "A→x\ty \"q\" \\ $OUT A \\q"),
            ("A=\"two\nlines\"\nB=c", "A→two\nlines B→c"),
            ("A='two\nlines'", "A→two\nlines"),
            ("A=1\r\nB=\"2\"\r\n", "A→1 B→2"),
            ("\u{feff}A=1", "A→1"),
            ("# c\n\n  # d\nA=1\n#e", "A→1"),
            ("A=1\nA=2", "A→2"),
            ("A=x=y:z", "A→x=y:z"),
            ("A=$OUT-${B:-d}\nB=$A", "A→outer-d B→outer-d"),
            ("A=\"${OUT}\"", "A→outer"),
            ("A=a$$b", "A→a$b"),
            ("OUT\nNOT\nexport OUT", "OUT→outer"),
            ("OUT=mine\nA=$OUT", "OUT→mine A→outer"),
        ];
        for (text, expected) in cases {
            assert_eq!(one(text), expected, "{text}");
        }
    }

    #[test]
    fn errors_name_the_line_and_the_key_and_nothing_else() {
        let error = |text: &str| parse_dotenv(text, &outer).unwrap_err().to_string();
        insta::assert_snapshot!(error("A=1\nDB PASSWORD=hunter2"), @"line 2: the name at its start is not followed by `=`");
        insta::assert_snapshot!(error("\n=hunter2"), @"line 2: the line does not start with a name");
        insta::assert_snapshot!(error("A=\"x\nhunter2"), @r#"line 1: A: the quote `"` at the start of the value is never closed"#);
        insta::assert_snapshot!(error("A=\"x\ny\"hunter2"), @"line 1: A: something follows the end of the value in quotes");
        insta::assert_snapshot!(error("A=${X-hunter2"), @"line 1: A: an expression `${…` has no closing brace");
        insta::assert_snapshot!(error("A=b\nOUT hunter2"), @"line 2: the name at its start is not followed by `=`");
    }

    #[test]
    fn octal_escapes_have_three_digits() {
        let cases =
            [(r"\0101", "A"), (r"\012", r"\12"), (r"\0", r"\"), (r"\0999", r"\999"), (r"\01011", "A1")];
        for (text, expected) in cases {
            assert_eq!(one(&format!("A=\"{text}\"")), format!("A→{expected}"), "{text}");
        }
    }

    #[test]
    fn names_without_a_value_are_told() {
        assert_eq!(parse_dotenv("A=$NO", &outer).unwrap().unset, ["NO"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[A='\"\\\\\n#$ {}é:]{0,40}") {
            let _ = parse_dotenv(&text, &outer);
        }

        #[test]
        fn single_quotes_keep_everything_else(value in "[^'\\\\]{0,40}") {
            let read = read(&format!("A='{value}'\nB=1"));
            prop_assert_eq!(&read[0].1, &value);
        }
    }
}
