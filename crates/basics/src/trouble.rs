//! What went wrong with a part of the system, in the words that its reader gets.
//!
//! ```text
//! a room below: its own error ──From──► Trouble ──► a cluster: `?`, or .part("node2")? ──► a stage: whose fault it is
//! ```
//! One shape from where it happens up to the report, so that `?` carries it. A room whose errors have more to say, such as a
//! cause that callers tell apart, has its own type and a `From` into this one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What to do about what cannot happen.
const REPORT_IT: &str = "This is a bug of the gate: please report it.";

/// A part did not do what it should: what happened, and what to do or to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Which part: `node2`, `database`, `store`, `docker`, `balancer`.
    pub part: String,
    /// What we were doing and what came back, as a clause.
    pub message: String,
    /// What to do or to look at, as a sentence.
    pub remedy: String,
    /// The lines of that part's log that tell why, oldest first.
    pub log_tail: Vec<String>,
}

impl Trouble {
    /// Trouble without a log.
    #[must_use]
    pub fn new(part: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part: part.to_owned(), message: message.into(), remedy: remedy.into(), log_tail: Vec::new() }
    }

    /// Trouble that only a bug of ours can make.
    #[must_use]
    pub fn bug(part: &str, message: impl Into<String>) -> Self {
        Self::new(part, message, REPORT_IT)
    }

    /// The lines of the part's log, where they tell why.
    #[must_use]
    pub fn with_log(self, log_tail: Vec<String>) -> Self {
        Self { log_tail, ..self }
    }
}

/// Without the log, which has its own place in reports.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.part, self.message, self.remedy)
    }
}

impl std::error::Error for Trouble {}

/// As a sentence, for those whose own error is one.
impl From<Trouble> for String {
    fn from(trouble: Trouble) -> Self {
        trouble.to_string()
    }
}

/// What fails with trouble, or with what becomes some.
pub trait OfPart<T> {
    /// The trouble is one of this part, by the name that people have for it.
    ///
    /// # Errors
    /// The same trouble, of this part.
    fn part(self, part: &str) -> Result<T, Trouble>;
}

impl<T, E: Into<Trouble>> OfPart<T> for Result<T, E> {
    fn part(self, part: &str) -> Result<T, Trouble> {
        self.map_err(|error| Trouble { part: part.to_owned(), ..error.into() })
    }
}

/// What is there, unless we have a bug.
pub trait OrBug<T> {
    /// The value; where there is none, that is [`Trouble::bug`].
    ///
    /// # Errors
    /// When there is none.
    fn or_bug(self, part: &str, message: &str) -> Result<T, Trouble>;
}

impl<T> OrBug<T> for Option<T> {
    fn or_bug(self, part: &str, message: &str) -> Result<T, Trouble> {
        self.ok_or_else(|| Trouble::bug(part, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_a_sentence_and_leaves_the_log_to_others() {
        let trouble = Trouble::new("store", "it does not answer", "Look at it.").with_log(vec!["x".into()]);
        assert_eq!(trouble.to_string(), "store: it does not answer. Look at it.");
    }

    #[test]
    fn a_part_is_named_by_who_knows_it() {
        let failed: Result<(), Trouble> = Err(Trouble::new("docker", "no space", "Free some."));
        assert_eq!(failed.part("node1"), Err(Trouble::new("node1", "no space", "Free some.")));
    }

    #[test]
    fn what_must_be_there_is_a_bug_where_it_is_not() {
        assert_eq!(Some(1).or_bug("nodes", "none"), Ok(1));
        let told = None::<()>.or_bug("nodes", "the cluster has no node").unwrap_err().to_string();
        assert_eq!(told, "nodes: the cluster has no node. This is a bug of the gate: please report it.");
    }
}
