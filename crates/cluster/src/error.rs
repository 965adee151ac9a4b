//! What can go wrong with a cluster: which part, what happened, what to look at.

use super::last_words::LastWords;

/// A part of the cluster did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {message}. {remedy}")]
pub struct ClusterError {
    /// `node2`, `database`, `store`, `balancer`, `docker`.
    pub part: String,
    /// What we were doing and what came back, as a clause.
    pub message: String,
    /// What to do or to look at, as a sentence.
    pub remedy: String,
    /// The lines of that part's log that tell why, oldest first.
    pub log_tail: Vec<String>,
}

impl ClusterError {
    /// An error without a log.
    #[must_use]
    pub fn new(part: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part: part.to_owned(), message: message.into(), remedy: remedy.into(), log_tail: Vec::new() }
    }

    /// The same with what the part's log says: the lines, and the reason and remedy where they are known.
    #[must_use]
    pub fn explained(mut self, words: LastWords) -> Self {
        if let Some(why) = words.why {
            self.message = format!("{}: {}", self.message, why.trim_end_matches(['.', ' ']));
        }
        if let Some(remedy) = words.remedy {
            self.remedy = remedy;
        }
        self.log_tail = words.lines;
        self
    }
}
