//! What is wrong with a compose file, told in full.

use std::fmt;
use std::path::{Path, PathBuf};

use super::node::Place;
use super::telling::Telling;
use basics::shown::visible;

/// One thing that keeps a compose file from being run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{message}. {remedy}.", shown_path(.file), place(.path))]
pub struct Problem {
    /// The file that says it; of several files that say it, the last.
    pub file: PathBuf,
    /// Where in the file, as `services.app.healthcheck.interval`; empty for the whole file.
    pub path: String,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do about it, without a full stop.
    pub remedy: String,
}

impl Problem {
    /// A problem of a file as a whole.
    pub(super) fn whole_file(path: &Path, message: impl Into<String>, remedy: &str) -> Self {
        let nowhere = Place::default();
        let told = |text: &str| Telling::default().text(&nowhere, text);
        Self {
            file: path.to_owned(),
            path: String::new(),
            message: told(&message.into()),
            remedy: told(remedy),
        }
    }
}

/// The path of a file, whose name may have anything in it.
fn shown_path(path: &Path) -> String {
    visible(&path.display().to_string())
}

fn place(path: &str) -> String {
    if path.is_empty() { ": ".to_owned() } else { format!(", {path}: ") }
}

/// Everything that is wrong with the files of a project, in the order it was found. Beside it the warnings, which may explain
/// it: a variable that is not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    /// What keeps the project from being run; never nothing.
    pub wrong: Vec<Problem>,
    /// What may explain it: a sentence each.
    pub warnings: Vec<String>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.wrong.as_slice() {
            return write!(f, "{only}");
        }
        write!(f, "{} problems in the compose file:", self.wrong.len())?;
        for problem in &self.wrong {
            write!(f, "\n- {problem}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(path: &str) -> Problem {
        Problem {
            file: "compose.yaml".into(),
            path: path.into(),
            message: "it is odd".into(),
            remedy: "Make it even".into(),
        }
    }

    fn problems(wrong: Vec<Problem>) -> Problems {
        Problems { wrong, warnings: Vec::new() }
    }

    #[test]
    fn one_problem_is_a_sentence_and_several_are_a_list() {
        assert_eq!(problem("").to_string(), "compose.yaml: it is odd. Make it even.");
        assert_eq!(problems(vec![problem("a.b")]).to_string(), "compose.yaml, a.b: it is odd. Make it even.");
        insta::assert_snapshot!(problems(vec![problem("a.b"), problem("c")]), @r"
        2 problems in the compose file:
        - compose.yaml, a.b: it is odd. Make it even.
        - compose.yaml, c: it is odd. Make it even.
        ");
    }
}
