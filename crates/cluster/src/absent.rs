//! What a cluster cannot give, or could not just now: the sentence that a report has in its place.

use basics::trouble::Trouble;

/// Why something is not there that a check would look at: the servers' mail, their bucket, their images.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Absent {
    /// It cannot be, for this reason: the installation is set up otherwise, or is not the gate's own.
    #[error("{0}")]
    NotApplicable(String),
    /// It should be, and something failed.
    #[error("{0}")]
    NotMeasured(String),
}

/// As its sentence, for those whose own error is one.
impl From<Absent> for String {
    fn from(absent: Absent) -> Self {
        absent.to_string()
    }
}

impl From<Trouble> for Absent {
    fn from(error: Trouble) -> Self {
        Self::NotMeasured(error.to_string())
    }
}
