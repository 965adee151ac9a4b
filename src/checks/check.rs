//! The row of the table: what a check is.

use std::pin::Pin;

use super::context::Context;
use super::outcome::Halt;
use crate::outcome::Stage;

/// The future of a check's run.
pub(super) type Run<'a> = Pin<Box<dyn Future<Output = Result<(), Halt>> + Send + 'a>>;

/// One verification.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Stable name, used in reports, in docs and by `only` and `skip`: `posts`, `plugins.inventory`.
    pub id: &'static str,
    /// What a passing check proves, in one line.
    pub title: &'static str,
    /// The lines of MM-T5392 that it covers, by id.
    pub lines: &'static [&'static str],
    /// Where it runs.
    pub stages: Stages,
    /// Whether it may run beside others; one that changes what others read may not.
    pub alone: bool,
    /// The verification itself.
    pub run: for<'a, 'b> fn(&'a Context<'b>) -> Run<'a>,
}

/// The stages that a check runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stages {
    /// In every stage, mixed ones included.
    Each,
    /// On stable and on release only, because it would disturb a mixed cluster.
    Ends,
}

impl Stages {
    /// Whether `stage` is one of them.
    #[must_use]
    pub fn contain(self, stage: Stage) -> bool {
        match self {
            Self::Each => true,
            Self::Ends => !matches!(stage, Stage::Mixed(_)),
        }
    }

    /// The words of docs and listings.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Each => "stable, mixed, release",
            Self::Ends => "stable, release",
        }
    }
}
