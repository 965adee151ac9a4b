//! Answers that must be a refusal.

use super::prelude::*;
use crate::mattermost::ApiError;

/// Turns an answer around: only a refusal with this status is right. `expected` says so in words.
///
/// # Errors
/// [`StepError::Failed`] when the node did what it was asked, or refused with another status.
pub(super) fn refused<T>(
    node: &str,
    status: u16,
    expected: &str,
    answer: Result<T, ApiError>,
) -> Result<(), StepError> {
    match answer {
        Err(error) if error.status() == Some(status) => Ok(()),
        Err(error) => Err(error).expecting(expected),
        Ok(_) => Err(StepError::failed_at(node, expected, "it was done").of_safety()),
    }
}
