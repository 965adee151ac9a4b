//! Wrong inputs, all of them at once, each with its name, its value and the remedy.

use std::fmt;

use crate::shown::Shown;

/// One wrong input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The input's name, as in action.yml: `compose-file`.
    pub input: String,
    /// What of its value may be repeated.
    pub value: Shown,
    /// What is wrong with it.
    pub wrong: String,
    /// What to write instead.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: \"{}\" {}. {}", self.input, self.value, self.wrong, self.remedy)
    }
}

/// All wrong inputs of a call: exit code 2. Beside them, what may explain them: a sentence each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems(pub Vec<Problem>, pub Vec<String>);

impl Problems {
    /// Adds one.
    pub fn add(&mut self, input: &str, value: Shown, wrong: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Problem { input: input.to_owned(), value, wrong: wrong.into(), remedy: remedy.into() });
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        writeln!(f, "{count} wrong input{}, nothing was created:", if count == 1 { "" } else { "s" })?;
        for problem in &self.0 {
            writeln!(f, "  - {problem}")?;
        }
        for note in &self.1 {
            writeln!(f, "note: {note}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
