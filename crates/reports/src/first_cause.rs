//! What decided: the cause, or the breakage, that the verdict's first reason is about. Nothing in a report may decide otherwise.

use super::causes::RedCause;
use run_record::event::{Blame, Breakage};
use run_record::record::Record;
use run_record::verdict::{Verdict, Word};

/// What decided.
pub(crate) enum FirstCause<'r> {
    /// Something broke the run.
    Broken(&'r Breakage),
    /// A red cause, by its place among them.
    Failed(usize),
    /// Neither: all that is known is what the verdict says.
    Told(&'r str),
}

impl<'r> FirstCause<'r> {
    /// Of a run; none where nothing is wrong.
    pub(crate) fn of(record: &'r Record, verdict: &'r Verdict, causes: &[RedCause<'_>]) -> Option<Self> {
        let reason = verdict.reasons.first()?;
        let of = |blame: Blame| record.breakages.iter().find(|broken| broken.blame == blame);
        let broken = match verdict.word {
            Word::Failed => of(Blame::Release),
            Word::Broken => of(Blame::Environment),
            Word::GateBug => of(Blame::Gate),
            Word::Passed | Word::NotMeasured | Word::Interrupted => None,
        };
        Some(match (decisive(causes, reason), broken) {
            (Some(index), _) => Self::Failed(index),
            (None, Some(broken)) => Self::Broken(broken),
            (None, None) => Self::Told(reason),
        })
    }
}

/// The cause that a reason of the verdict is about, by its place among them.
pub(crate) fn decisive(causes: &[RedCause<'_>], reason: &str) -> Option<usize> {
    causes
        .iter()
        .position(|cause| reason.starts_with(&format!("{}/{} ", cause.first.stage, cause.first.check)))
}
