//! Variables in values: `$X`, `${X}`, `${X:-default}`, `${X-default}`, `${X:?error}`, `${X?error}`, `${X:+other}`, `${X+other}`, `$$`.
//!
//! The colon makes an empty value count like a missing one. Defaults, errors and alternatives are interpolated themselves. A `$`
//! that starts none of these stays as it is, as in today's compose (1.29 refused it).

use std::cell::RefCell;

use yaml_serde::Value;

use super::node::{Findings, PlaceStep, YamlPlace};

/// How deep defaults may nest; far beyond use, and shallow enough for the stack.
const MAX_DEPTH: usize = 50;

/// Why an expression has no value. Its text is not repeated: defaults hold passwords, and passwords hold `${`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ExpressionError {
    #[error("an expression `${{…` has no closing brace")]
    Unclosed,
    #[error("an expression `${{…}}` is none that compose knows")]
    Malformed,
    #[error("the variable `{variable}` is needed and has no value{reason}")]
    Required { variable: String, reason: String },
    #[error("an expression nests defaults too deeply")]
    TooDeep,
}

impl ExpressionError {
    pub(super) fn remedy(&self) -> String {
        match self {
            Self::Required { variable, .. } => format!("Set {variable}, for example in .env"),
            Self::TooDeep => "Use fewer nested defaults".to_owned(),
            _ => "Write ${NAME}, ${NAME:-default}, or $$ for a plain dollar sign".to_owned(),
        }
    }
}

/// Replaces the expressions in `text`; names without a value and without a default are added to `unset`.
pub(super) fn interpolate(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    unset: &mut Vec<String>,
) -> Result<String, ExpressionError> {
    expand(text, lookup, unset, 0)
}

fn expand(
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    unset: &mut Vec<String>,
    depth: usize,
) -> Result<String, ExpressionError> {
    if depth > MAX_DEPTH {
        return Err(ExpressionError::TooDeep);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        let after = &rest[dollar + 1..];
        rest = if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            after
        } else if let Some(body) = after.strip_prefix('{') {
            let close = closing_brace(body).ok_or(ExpressionError::Unclosed)?;
            out.push_str(&braced(&body[..close], lookup, unset, depth)?);
            &body[close + 1..]
        } else {
            let name = name_at_start(after);
            if name.is_empty() {
                out.push('$');
            } else {
                out.push_str(&plain(name, lookup, unset));
            }
            &after[name.len()..]
        };
    }
    out.push_str(rest);
    Ok(out)
}

/// The value of what stands between the braces.
fn braced(
    body: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    unset: &mut Vec<String>,
    depth: usize,
) -> Result<String, ExpressionError> {
    let name = name_at_start(body);
    if name.is_empty() {
        return Err(ExpressionError::Malformed);
    }
    let operation = &body[name.len()..];
    if operation.is_empty() {
        return Ok(plain(name, lookup, unset));
    }
    let (empty_counts, operation) = match operation.strip_prefix(':') {
        Some(operation) => (false, operation),
        None => (true, operation),
    };
    let value = lookup(name);
    let present = value.as_ref().is_some_and(|value| empty_counts || !value.is_empty());
    let mut operands = operation.chars();
    let operator = operands.next();
    let operand = operands.as_str();
    match operator {
        Some('-') if present => Ok(value.unwrap_or_default()),
        Some('-') => expand(operand, lookup, unset, depth + 1),
        Some('?') if present => Ok(value.unwrap_or_default()),
        Some('?') => {
            // It may have problems of its own, and other variables, whose values are not told.
            expand(operand, lookup, unset, depth + 1)?;
            let told = !operand.is_empty() && !operand.contains('$');
            let reason = if told { format!(" ({operand})") } else { String::new() };
            Err(ExpressionError::Required { variable: name.to_owned(), reason })
        }
        Some('+') if present => expand(operand, lookup, unset, depth + 1),
        Some('+') => Ok(String::new()),
        _ => Err(ExpressionError::Malformed),
    }
}

fn plain(name: &str, lookup: &dyn Fn(&str) -> Option<String>, unset: &mut Vec<String>) -> String {
    lookup(name).unwrap_or_else(|| {
        unset.push(name.to_owned());
        String::new()
    })
}

fn name_at_start(text: &str) -> &str {
    let part_of_name = |(position, c): (usize, char)| {
        c == '_' || c.is_ascii_alphabetic() || (position > 0 && c.is_ascii_digit())
    };
    &text[..text.char_indices().take_while(|each| part_of_name(*each)).count()]
}

/// Where the brace closes that stands before `body`; braces within, as of a JSON default, are counted.
fn closing_brace(body: &str) -> Option<usize> {
    let mut open = 1usize;
    for (position, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(position);
        }
    }
    None
}

/// Interpolates every scalar value of a tree, keys not. `x-*` at the top is left out: it takes no effect by itself, and where an
/// anchor of it is used, the copy is interpolated.
pub(super) fn interpolate_tree(
    value: &mut Value,
    place: &YamlPlace,
    lookup: &dyn Fn(&str) -> Option<String>,
    unset: &mut Vec<(String, YamlPlace)>,
    findings: &mut Findings,
) {
    if matches!(place.steps(), [PlaceStep::Key(key)] if key.starts_with("x-")) {
        return;
    }
    match value {
        Value::String(text) if text.contains('$') => {
            let mut names = Vec::new();
            let used: RefCell<Vec<(String, String)>> = RefCell::default();
            let noting = |name: &str| {
                let value = lookup(name)?;
                used.borrow_mut().push((name.to_owned(), value.clone()));
                Some(value)
            };
            match interpolate(text, &noting, &mut names) {
                Ok(replaced) => {
                    findings.telling.note(place, text, &replaced, used.take());
                    *text = replaced;
                }
                Err(error) => {
                    findings.problem(place, error.to_string(), error.remedy());
                    findings.spoilt.push(place.clone());
                }
            }
            unset.extend(names.into_iter().map(|name| (name, place.clone())));
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                interpolate_tree(item, &place.item(index), lookup, unset, findings);
            }
        }
        Value::Mapping(mapping) => {
            for (key, item) in mapping.iter_mut() {
                let key = super::node::scalar(key).unwrap_or_default();
                interpolate_tree(item, &place.key(key), lookup, unset, findings);
            }
        }
        Value::Tagged(tagged) => interpolate_tree(&mut tagged.value, place, lookup, unset, findings),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "X" => Some("x".to_owned()),
            "EMPTY" => Some(String::new()),
            "_a1" => Some("under".to_owned()),
            _ => None,
        }
    }

    fn of(text: &str) -> String {
        interpolate(text, &lookup, &mut Vec::new()).unwrap_or_else(|error| format!("ERROR {error}"))
    }

    #[test]
    fn expressions() {
        let cases = [
            ("plain", "plain"),
            ("$X-$_a1.", "x-under."),
            ("${X}y", "xy"),
            ("$$X $${X}", "$X ${X}"),
            ("cost: 5$ or $1 or $(x)", "cost: 5$ or $1 or $(x)"),
            ("${X:-d}${X-d}", "xx"),
            ("${NO:-d}${NO-d}", "dd"),
            ("${EMPTY:-d}|${EMPTY-d}", "d|"),
            ("${X:+a}${X+a}", "aa"),
            ("${EMPTY:+a}|${EMPTY+a}", "|a"),
            ("${NO:+a}|${NO+a}", "|"),
            ("${X:?e}|${EMPTY?e}", "x|"),
            ("${NO:-${ALSO:-${X}}!}", "x!"),
            ("${NO:-}", ""),
            ("${NO:-a:-b?c+d}", "a:-b?c+d"),
            ("${NO:-{\"a\": {}}}", "{\"a\": {}}"),
            ("${NO:-$$X}", "$X"),
            ("${X:+${NO:-é}}ü", "éü"),
        ];
        for (text, expected) in cases {
            assert_eq!(of(text), expected, "{text}");
        }
    }

    #[test]
    fn errors_repeat_nothing_but_the_name_of_what_is_needed() {
        insta::assert_snapshot!(of("a ${X"), @"ERROR an expression `${…` has no closing brace");
        insta::assert_snapshot!(of("${}"), @"ERROR an expression `${…}` is none that compose knows");
        insta::assert_snapshot!(of("${1}"), @"ERROR an expression `${…}` is none that compose knows");
        insta::assert_snapshot!(of("${X!}"), @"ERROR an expression `${…}` is none that compose knows");
        insta::assert_snapshot!(of("${X:}"), @"ERROR an expression `${…}` is none that compose knows");
        insta::assert_snapshot!(of("${NO:?say it}"), @"ERROR the variable `NO` is needed and has no value (say it)");
        insta::assert_snapshot!(of("${NO:?say $X}"), @"ERROR the variable `NO` is needed and has no value");
        insta::assert_snapshot!(of("${EMPTY:?}"), @"ERROR the variable `EMPTY` is needed and has no value");
        let deep = format!("{}{}", "${N:-".repeat(100), "}".repeat(100));
        assert!(of(&deep).ends_with("nests defaults too deeply"));
    }

    #[test]
    fn unset_names_are_told_unless_there_is_a_default() {
        let mut unset = Vec::new();
        interpolate("$A ${B} ${C:-d} ${X} ${D:-$E}", &lookup, &mut unset).unwrap();
        assert_eq!(unset, ["A", "B", "E"]);
    }

    #[test]
    fn a_tree_is_interpolated_in_its_values_only() {
        let mut tree: Value =
            yaml_serde::from_str("{$X: [$X, 1], x-note: '${', a: !override {b: '${NO:?}'}}").unwrap();
        let (mut unset, mut findings) = (Vec::new(), Findings::default());
        interpolate_tree(&mut tree, &YamlPlace::default(), &lookup, &mut unset, &mut findings);
        assert_eq!(tree["$X"][0], Value::from("x"));
        assert_eq!(findings.problems.len(), 1);
        assert_eq!(findings.problems[0].place.to_string(), "a.b");
        assert_eq!(findings.spoilt.len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_has_a_value_or_an_error(text in "[${}:?+\\-XYé a0_]{0,40}") {
            let _ = interpolate(&text, &lookup, &mut Vec::new());
        }

        #[test]
        fn a_doubled_dollar_sign_round_trips(text in "\\PC{0,40}") {
            prop_assert_eq!(of(&text.replace('$', "$$")), text);
        }
    }
}
