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
pub struct Problems {
    wrong: Vec<Problem>,
    notes: Vec<String>,
}

impl Problems {
    /// One alone.
    #[must_use]
    pub fn of(input: &str, value: Shown, wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(input, value, wrong, remedy);
        problems
    }

    /// Adds one.
    pub fn add(&mut self, input: &str, value: Shown, wrong: impl Into<String>, remedy: impl Into<String>) {
        self.push(Problem { input: input.to_owned(), value, wrong: wrong.into(), remedy: remedy.into() });
    }

    /// Adds one that was told before.
    pub fn push(&mut self, problem: Problem) {
        self.wrong.push(problem);
    }

    /// Adds what may explain them.
    pub fn note(&mut self, notes: impl IntoIterator<Item = String>) {
        self.notes.extend(notes);
    }

    /// Adds others, and what may explain those.
    pub fn extend(&mut self, others: Self) {
        self.wrong.extend(others.wrong);
        self.notes.extend(others.notes);
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wrong.is_empty()
    }

    /// What is wrong.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.wrong.iter()
    }

    /// What may explain it, where nothing is wrong, or what to say of a thing that is right all the same.
    #[must_use]
    pub fn into_notes(self) -> Vec<String> {
        self.notes
    }

    /// The value, if nothing is wrong.
    ///
    /// # Errors
    /// What is wrong.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }

    /// The inputs that are wrong.
    #[cfg(test)]
    pub(crate) fn named(&self) -> Vec<String> {
        self.iter().map(|problem| problem.input.clone()).collect()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.wrong.len();
        writeln!(f, "{count} wrong input{}, nothing was created:", if count == 1 { "" } else { "s" })?;
        for problem in &self.wrong {
            writeln!(f, "  - {problem}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
