//! The inputs about where images come from: a registry again, or as they were in another run.

use clap::Args;

use super::settle::settle;

/// The default of `pull`.
const PULL: &str = "auto";

/// Which images are had, where their names may lead to several.
#[derive(Debug, Clone, Args)]
pub struct PullInputs {
    /// When images are pulled that the engine has: `auto` (the servers' where their names move), `always` or `missing` (never).
    #[arg(long, env = "INPUT_PULL", value_name = "WHEN", default_value = PULL, help_heading = "Cluster")]
    pub pull: String,

    /// A `lock.json` of an earlier run: exactly its images are taken, whatever their names lead to today.
    #[arg(long, env = "INPUT_LOCK", value_name = "FILE", default_value = "", help_heading = "Cluster")]
    pub lock: String,
}

impl PullInputs {
    /// Empty texts count as not given.
    #[must_use]
    pub(super) fn with_defaults(mut self) -> Self {
        settle([(&mut self.pull, PULL), (&mut self.lock, "")]);
        self
    }
}
