//! Inputs that are one line of text or a command: what no program could take.

use super::problems::Problems;
use super::row::{InputKind, InputRow, Value};
use crate::shown::Shown;

/// Names those that hold what they cannot. Nothing is repeated: some of them are beside passwords.
pub(super) fn judge(values: &[(&InputRow, Value<'_>)], problems: &mut Problems) {
    for (row, value) in values {
        let Value::Text(text) = value else { continue };
        match row.kind {
            InputKind::Line if text.contains(char::is_control) => {
                let wrong = "has a line break or another control character in it";
                problems.add(row.name, Shown::nothing(), wrong, "Write it on one line.");
            }
            InputKind::Lines | InputKind::Command | InputKind::Variables if text.contains('\0') => {
                problems.add(row.name, Shown::nothing(), "has a NUL character in it", "Write it as text.");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Inputs;
    use super::*;

    fn named(given: &[(&str, &str)]) -> Vec<String> {
        let mut problems = Problems::default();
        judge(&Inputs::given(given).values(), &mut problems);
        problems.named()
    }

    #[test]
    fn what_no_program_could_take_is_named() {
        assert!(named(&[]).is_empty());
        assert!(named(&[("suite-command", "make\nmake e2e")]).is_empty());
        assert_eq!(named(&[("suite-command", "make\0")]), ["suite-command"]);
        assert_eq!(named(&[("replace-command", "\0")]), ["replace-command"]);
        assert_eq!(named(&[("admin-username", "root\nx")]), ["admin-username"]);
        assert_eq!(named(&[("report-dir", "a\nb")]), ["report-dir"]);
    }
}
