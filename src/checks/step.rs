//! How a step of a check ends where it does not pass, and how an API error becomes such an end.

use super::scene::{Absent, Place};
use crate::mattermost::ApiError;
use crate::outcome::{Failure, Outcome};
use crate::storage::StorageError;

/// Why a step stopped.
#[derive(Debug, Clone)]
pub enum StepError {
    /// It measured, and what it measured is wrong.
    Failed(Failure),
    /// It could not measure.
    NotMeasured(String),
    /// There is nothing to measure here.
    NotApplicable(String),
    /// It measured a difference that was announced.
    Announced {
        /// What was announced.
        reason: String,
        /// Where.
        source: String,
    },
}

/// A step did not pass and its result is noted already: `?` ends the walk that it was part of, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported;

impl StepError {
    /// A failure that has no single answer to point at.
    #[must_use]
    pub fn failed(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::Failed(Failure { expected: expected.into(), got: got.into(), ..Failure::default() })
    }

    /// A failure of one node.
    #[must_use]
    pub fn failed_at(node: &str, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::Failed(Failure {
            expected: expected.into(),
            got: got.into(),
            node: Some(node.to_owned()),
            ..Failure::default()
        })
    }

    /// Makes a failure one of the safety class ([`Failure::safety`]); any other end stays what it is.
    #[must_use]
    pub fn of_safety(self) -> Self {
        match self {
            Self::Failed(failure) => Self::Failed(Failure { safety: true, ..failure }),
            other => other,
        }
    }

    /// The outcome of a step that ended like this.
    #[must_use]
    pub fn into_outcome(self) -> Outcome {
        match self {
            Self::Failed(failure) => Outcome::Failed(failure),
            Self::NotMeasured(reason) => Outcome::NotMeasured { reason },
            Self::NotApplicable(reason) => Outcome::NotApplicable { reason },
            Self::Announced { reason, source } => Outcome::Announced { reason, source },
        }
    }
}

/// A condition that `node` must meet, else a failure with what was expected and what came.
///
/// # Errors
/// [`StepError::Failed`] where it does not hold.
pub(super) fn ensure(
    node: &str,
    holds: bool,
    expected: impl Into<String>,
    got: impl Into<String>,
) -> Result<(), StepError> {
    if holds { Ok(()) } else { Err(StepError::failed_at(node, expected, got)) }
}

impl Place {
    /// A condition that this node must meet, else a failure with what was expected and what came.
    ///
    /// # Errors
    /// [`StepError::Failed`] where it does not hold.
    pub fn ensure(
        &self,
        holds: bool,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Result<(), StepError> {
        ensure(&self.name, holds, expected, got)
    }

    /// A failure of this node.
    #[must_use]
    pub fn failed(&self, expected: impl Into<String>, got: impl Into<String>) -> StepError {
        StepError::failed_at(&self.name, expected, got)
    }
}

impl From<&Absent> for StepError {
    fn from(absent: &Absent) -> Self {
        match absent {
            Absent::NotApplicable(reason) => Self::NotApplicable(reason.clone()),
            Absent::NotMeasured(reason) => Self::NotMeasured(reason.clone()),
        }
    }
}

/// A check that looks into the bucket cannot measure what it cannot read.
impl From<StorageError> for StepError {
    fn from(error: StorageError) -> Self {
        Self::NotMeasured(format!("the bucket could not be read: {error}"))
    }
}

/// A check that looks at pages cannot measure what its browser does not show.
impl From<chromium::NoAnswer> for StepError {
    fn from(error: chromium::NoAnswer) -> Self {
        Self::NotMeasured(format!("the browser did not do what it should: {error}"))
    }
}

/// Says what an answer should have been: `client.read_post(id).await.expecting("the post by its id")?`.
pub(crate) trait Expect<T> {
    /// Turns an API error into a failure that says what was expected.
    ///
    /// # Errors
    /// [`StepError::Failed`] with what came back, from which node of which version, and the request id.
    fn expecting(self, what: &str) -> Result<T, StepError>;
}

impl<T> Expect<T> for Result<T, ApiError> {
    fn expecting(self, what: &str) -> Result<T, StepError> {
        self.map_err(|error| {
            StepError::Failed(Failure {
                expected: what.to_owned(),
                got: error.got_and_why(),
                version: error.version(),
                request_id: error.request_id(),
                node: Some(error.node),
                safety: false,
            })
        })
    }
}

/// The worst of several outcomes: failed, not measured, unsteady, waived, announced, passed; all not applicable stays so.
#[must_use]
pub(super) fn worst<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Failed(_) => 6,
        Outcome::NotMeasured { .. } => 5,
        Outcome::Unsteady { .. } => 4,
        Outcome::Waived { .. } => 3,
        Outcome::Announced { .. } => 2,
        Outcome::Passed => 1,
        Outcome::NotApplicable { .. } => 0,
    };
    let mut worst: Option<&Outcome> = None;
    for outcome in outcomes {
        // The first of the worst is kept: it is the one nearest to the cause.
        if worst.is_none_or(|known| rank(outcome) > rank(known)) {
            worst = Some(outcome);
        }
    }
    worst.cloned().unwrap_or_else(|| Outcome::NotMeasured { reason: "the check measured nothing".into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_worst_decides() {
        let failed = |got: &str| Outcome::Failed(Failure { got: got.into(), ..Failure::default() });
        let missing = Outcome::NotMeasured { reason: "no answer".into() };
        let aside = Outcome::NotApplicable { reason: "no licence".into() };
        assert_eq!(worst([&Outcome::Passed, &missing, &failed("1"), &failed("2")]), failed("1"));
        assert_eq!(worst([&aside, &Outcome::Passed]), Outcome::Passed);
        let announced = Outcome::Announced { reason: "grown".into(), source: "changelog".into() };
        let unsteady = Outcome::Unsteady { first: "404".into(), again: "passed".into() };
        assert_eq!(worst([&Outcome::Passed, &announced, &aside]), announced);
        assert_eq!(worst([&announced, &unsteady, &missing]), missing);
        assert_eq!(worst([&announced, &unsteady]), unsteady);
        assert_eq!(worst([&aside]), aside);
        assert!(worst([]).is_red(), "a check without steps must not be green");
    }
}
