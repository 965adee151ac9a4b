//! What the Action does instead of a run: print a matrix of runs, or publish what runs left behind.
//!
//! On the command line these are `plan --format matrix` and `report`; an Action has inputs only.

use clap::Args;

use super::settle::settle;

/// The default of `matrix`.
const MATRIX: &str = "false";

/// The inputs of the parts of a matrix that are no run.
#[derive(Debug, Clone, Args)]
pub struct ActionMode {
    /// Print the output `matrix` for `strategy.matrix`, one row for each pair of versions, and do nothing else.
    #[arg(long, env = "INPUT_MATRIX", value_name = "BOOL", default_value = MATRIX, num_args = 0..=1, default_missing_value = "true", help_heading = "Instead of a run")]
    pub matrix: String,

    /// The pairs of a matrix, as `12.0.1..12.1.0`. Default: from up to three minors below `release` that are supported today, and from each ESR.
    #[arg(
        long,
        env = "INPUT_PAIRS",
        value_name = "PAIRS",
        default_value = "",
        help_heading = "Instead of a run"
    )]
    pub pairs: String,

    /// A report folder with `record.json`: its reports are made again and published, without Docker; same exit code.
    #[arg(
        long,
        env = "INPUT_REPORT-FROM",
        value_name = "DIR",
        default_value = "",
        help_heading = "Instead of a run"
    )]
    pub report_from: String,

    /// Report folders of several runs, or folders of such folders, one a line: published as one report with one verdict.
    #[arg(
        long,
        env = "INPUT_REPORT-MERGE",
        value_name = "DIRS",
        default_value = "",
        help_heading = "Instead of a run"
    )]
    pub report_merge: String,
}

impl ActionMode {
    /// As those of [`Inputs`](super::Inputs::with_defaults).
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        settle([
            (&mut self.matrix, MATRIX),
            (&mut self.pairs, ""),
            (&mut self.report_from, ""),
            (&mut self.report_merge, ""),
        ]);
        self
    }
}
