//! What can go wrong with a cluster: which part, what happened, what to look at.

/// A part of the cluster did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {message}. {remedy}")]
pub struct Error {
    /// `node2`, `database`, `store`, `balancer`, `docker`.
    pub part: String,
    /// What we were doing and what came back, as a clause.
    pub message: String,
    /// What to do or to look at, as a sentence.
    pub remedy: String,
    /// The last lines of that part's log, oldest first.
    pub log_tail: Vec<String>,
}

impl Error {
    /// An error without a log.
    #[must_use]
    pub fn new(part: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part: part.to_owned(), message: message.into(), remedy: remedy.into(), log_tail: Vec::new() }
    }

    /// The same with the part's last log lines.
    #[must_use]
    pub fn with_log(mut self, log_tail: Vec<String>) -> Self {
        self.log_tail = log_tail;
        self
    }
}
