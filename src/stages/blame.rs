//! Whose fault it is that a run cannot go on.

use crate::checks::Side;
use crate::cluster::Error;
use crate::event::{Blame, Breakage};

/// A cluster's error with the blame that the moment decides.
#[must_use]
pub fn broken(blame: Blame, error: Error) -> Breakage {
    Breakage {
        blame,
        part: error.part,
        message: error.message,
        remedy: error.remedy,
        log_tail: error.log_tail,
    }
}

/// A node that does not come up on release is a failed upgrade; on stable nothing was learned about the release.
pub(super) fn blame(side: Side) -> Blame {
    match side {
        Side::Stable => Blame::Environment,
        Side::Release => Blame::Release,
    }
}
